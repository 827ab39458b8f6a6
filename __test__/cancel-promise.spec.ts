// Cancelling by promise, in constant time however much is in flight.

import test from 'ava'
import { Ring } from 'uring'
import { rejection } from './helpers/errors'
import { ringFor } from './helpers/ring'

/** Starts `count` operations that wait, and returns the time of a cancel among them, in nanoseconds. */
async function timeOfCancel(count: number): Promise<number> {
  const ring = new Ring()
  const waiting = Array.from({ length: count }, () => ring.timeout(600_000))
  ring.flush()
  const outcomes = Promise.allSettled(waiting)
  ring.cancel(waiting[0] as Promise<unknown>) // the first one builds the index
  const chosen = waiting.slice(1, 301)
  const begun = process.hrtime.bigint()
  for (const promise of chosen) ring.cancel(promise)
  const time = Number(process.hrtime.bigint() - begun) / chosen.length
  await ring.dispose()
  await outcomes
  return time
}

test('a cancel among 60,000 operations costs what one among 600 costs', async (t) => {
  const [few, many] = [await timeOfCancel(600), await timeOfCancel(60_000)]
  t.true(many < few * 10 + 20_000, `${few} ns among 600, ${many} ns among 60,000`)
})

test('a promise is found by cancel whenever it was made, and only while it is in flight', async (t) => {
  const ring = ringFor(t)
  const before = ring.timeout(60_000)
  t.true(ring.cancel(before))
  t.is((await rejection(t, before)).code, 'ECANCELED')
  t.false(ring.cancel(before), 'it has settled')
  const after = ring.timeout(60_000)
  const same = await Promise.all(Array.from({ length: 2000 }, () => ring.nop()))
  t.is(same.length, 2000)
  t.true(ring.cancel(after))
  t.true(ring.cancel(after), 'asking twice does no harm')
  t.is((await rejection(t, after)).code, 'ECANCELED')
  t.false(ring.cancel(Promise.resolve()))
})

test('the index is given up by programs that go on without cancelling', async (t) => {
  const ring = ringFor(t, { inFlight: 64 })
  t.false(ring.cancel(Promise.resolve()))
  for (let round = 0; round < 100; round++)
    await Promise.all(Array.from({ length: 64 }, () => ring.nop()))
  const waiting = ring.timeout(60_000)
  t.true(ring.cancel(waiting))
  t.is((await rejection(t, waiting)).code, 'ECANCELED')
})
