// Operations of the ring itself: nothing, and time.

import test from 'ava'
import { constants } from 'uring'
import { rejection } from './helpers/errors'
import { ringFor } from './helpers/ring'
import { skip } from './helpers/skip'

test('nop gives 0', async (t) => {
  t.is(await ringFor(t).nop(), 0)
})

test('nop with no options, empty ones and all of them', async (t) => {
  const ring = ringFor(t)
  const { signal } = new AbortController()
  for (const options of [
    undefined,
    {},
    { signal: undefined, timeout: undefined, ref: undefined },
    { signal, timeout: 1000, flags: 0, ref: true },
  ]) {
    t.is(await ring.nop(options), 0)
  }
})

test('a timeout is over when its time is, not before (R75)', async (t) => {
  const ring = ringFor(t)
  for (const duration of [20, { seconds: 0, nanoseconds: 20_000_000 }]) {
    const begun = performance.now()
    t.is(await ring.timeout(duration), 'expired')
    t.true(performance.now() - begun >= 19.5, `${performance.now() - begun} ms`)
  }
})

test('a timeout of 0 is over at once (R75)', async (t) => {
  t.is(await ringFor(t).timeout(0), 'expired')
})

test('a timeout of 136 years waits until it is cancelled (R75)', async (t) => {
  const ring = ringFor(t)
  const waiting = ring.timeout({ seconds: 0xffff_ffff, nanoseconds: 999_999_999 })
  const whole = ring.timeout(0xffff_ffff * 1000)
  await ring.nop()
  t.is(ring.stats().inFlight, 2)
  for (const promise of [waiting, whole]) {
    t.true(ring.cancel(promise))
    t.is((await rejection(t, promise)).code, 'ECANCELED')
  }
})

test('a timeout with a count ends when that many other operations have completed', async (t) => {
  const ring = ringFor(t)
  const counted = ring.timeout(60_000, 2)
  ring.flush()
  await ring.nop()
  await ring.nop()
  t.is(await counted, 'counted')
})

test('an absolute timeout ends at its time on the clock', async (t) => {
  const ring = ringFor(t)
  const flags = constants.IORING_TIMEOUT_ABS | constants.IORING_TIMEOUT_REALTIME
  const at = Date.now() + 30
  t.is(
    await ring.timeout(
      { seconds: Math.floor(at / 1000), nanoseconds: (at % 1000) * 1_000_000 },
      0,
      flags,
    ),
    'expired',
  )
  t.true(Date.now() >= at)
  t.is(await ring.timeout({ seconds: 1 }, 0, flags), 'expired', 'one in the past is over at once')
})

test('many timeouts end in the order of their times', async (t) => {
  const ring = ringFor(t)
  const order: number[] = []
  const durations = [90, 30, 60, 0, 120]
  await Promise.all(
    durations.map((duration) => ring.timeout(duration).then(() => order.push(duration))),
  )
  t.deepEqual(order, [0, 30, 60, 90, 120])
})

test('flags of a timeout that make no sense are refused by the kernel, in its words', async (t) => {
  const error = await rejection(t, ringFor(t).timeout(1, 0, 0x8000_0000))
  t.is(error.code, 'EINVAL')
  t.is(error.syscall, 'timeout')
})

test('stats tell the ring from its beginning', async (t) => {
  const ring = ringFor(t, { entries: 8, cqEntries: 64 })
  const fresh = ring.stats()
  t.deepEqual(
    [fresh.staged, fresh.settled, fresh.enters, fresh.inFlight, fresh.backlog],
    [0, 0, 0, 0, 0],
  )
  t.deepEqual([fresh.sqEntries, fresh.cqEntries], [8, 64])
  await Promise.all([ring.nop(), ring.nop(), ring.nop()])
  const stats = ring.stats()
  t.deepEqual([stats.staged, stats.settled, stats.submitted, stats.completions], [3, 3, 3, 3])
  t.is(stats.enters, 1, 'one turn, one system call')
})

test('a ring used with `await using` is closed at the end of its scope', async (t) => {
  const { Ring } = await import('uring')
  let outside
  {
    await using ring = new Ring()
    outside = ring
    t.is(await ring.nop(), 0)
    t.false(ring.disposed)
  }
  t.true(outside.disposed)
})

test('a timeout that would fire again and again is refused at the call: a promise settles once', async (t) => {
  const ring = ringFor(t)
  t.throws(() => ring.timeout(1, 3, constants.IORING_TIMEOUT_MULTISHOT), {
    code: 'ERR_INVALID_ARG_VALUE',
  })
  t.throws(() => ring.batch((b) => b.timeout(1, 3, constants.IORING_TIMEOUT_MULTISHOT)), {
    code: 'ERR_INVALID_ARG_VALUE',
  })
  t.is(await ring.nop(), 0)
})

test('flags that a timeout cannot have are invalid in a chain, too, and not called unsupported', async (t) => {
  const ring = ringFor(t)
  const both = constants.IORING_TIMEOUT_BOOTTIME | constants.IORING_TIMEOUT_REALTIME
  t.is((await rejection(t, ring.timeout(1, 0, both))).code, 'EINVAL')
  try {
    await ring.chain((c) => [c.timeout(1)])
  } catch (error) {
    skip(t, 'IORING_TIMEOUT_ETIME_SUCCESS', String(error))
    return
  }
  t.is(
    (
      await rejection(
        t,
        ring.chain((c) => [c.timeout(1, 0, both)]),
      )
    ).code,
    'EINVAL',
  )
})
