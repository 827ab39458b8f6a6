// Flushes of the addon: re-entered, closed from inside, and what they keep alive. Without the facade, which never
// lets any of this happen: the array of values here has getters.

import { setImmediate as immediate } from 'node:timers/promises'
import { constants as os } from 'node:os'
import test from 'ava'
import { EXTRA_LAST, EXTRA_REFUSED, MARK_UNREF } from '../src/generated/layout'
import * as operations from '../src/generated/operations'
import { inChild, type Inside } from './helpers/child'
import { ringCount } from './helpers/fds'
import { rawRing } from './helpers/raw-ring'
import { opened, pattern } from './helpers/temp'

const { EBADF, EBUSY } = os.errno

/** Has `inside` run where the addon asks for the value of the operation in `slot`. */
function planted(objects: unknown[], slot: number, inside: () => unknown): void {
  Object.defineProperty(objects, slot, { get: inside, configurable: true })
}

test('a flush inside a flush is -EBUSY, takes nothing, and the ring goes on', async (t) => {
  const ring = rawRing(t)
  const fd = opened(t, pattern(10))
  const inner: number[] = []
  planted(ring.objects, 0, () => {
    ring.stage(1, operations.NOP, {})
    inner.push(ring.flush())
    inner.push(ring.native.cancel(0, 1), ring.native.cancelAll(0), ring.native.grow(4096))
    return new Uint8Array(10)
  })
  ring.stage(0, operations.READ, { fd, len: 10 })
  t.deepEqual(await ring.collect(1), [{ slot: 0, result: 10, flags: 0, extra: EXTRA_LAST }])
  t.deepEqual(inner, [-EBUSY, EBUSY, EBUSY, EBUSY])
  t.is(ring.native.counts()?.staged, 1, 'the nop was not taken')
  ring.stage(1, operations.NOP, {})
  t.is((await ring.collect(1))[0]?.slot, 1, 'its slot is free')
})

test('a ring that is closed inside of its flush is closed when the flush ends', async (t) => {
  const before = ringCount()
  const ring = rawRing(t)
  const fd = opened(t, pattern(10))
  let during = -1
  planted(ring.objects, 0, () => {
    ring.native.close()
    during = ringCount()
    return new Uint8Array(10)
  })
  ring.stage(0, operations.READ, { fd, len: 10 })
  t.is(ring.flush(), -EBADF)
  t.is(during, before + 1, 'its engine was at work')
  t.is(ringCount(), before)
  t.is(ring.flush(), -EBADF)
  await immediate()
})

test('a read whose buffer is taken away by such a getter is looked up after it', async (t) => {
  const ring = rawRing(t)
  const fd = opened(t, pattern(10))
  const buffer = new Uint8Array(10)
  planted(ring.objects, 0, () => {
    structuredClone(buffer.buffer, { transfer: [buffer.buffer] })
    return buffer
  })
  ring.stage(0, operations.READ, { fd, len: 10 })
  t.like((await ring.collect(1))[0], {
    result: -os.errno.EFAULT,
    extra: EXTRA_LAST | EXTRA_REFUSED,
  })
})

/** Operations that wait, of which some keep the loop alive; says how many ms the loop ran for. */
async function waiting({ args, require, say }: Inside): Promise<void> {
  const { openRing } = require('#binding') as typeof import('#binding')
  const [waits, unref, late] = JSON.parse(args[0] as string) as [number[], boolean[], string]
  const ring = openRing(64, 256, 64)
  if (typeof ring === 'number') throw new Error(String(ring))
  const { requests, queue } = ring.tables()
  const objects = Array.from({ length: 64 }, () => undefined)
  const { flush } = ring.connect(() => {
    if (flush(0) > 0) ring.counts() // the ring lives as long as this function
  }, objects)
  const [words, order] = [new Int32Array(requests), new Int32Array(queue)]
  const begun = performance.now()
  for (const [slot, ms] of waits.entries()) {
    words.set([11], slot * 16) // timeout
    words.set([0, 0, ms * 1_000_000], slot * 16 + 4)
    words.set([unref[slot] ? Number(args[1]) : 0], slot * 16 + 12)
    order[slot] = slot
  }
  const [first] = unref as [boolean]
  if (late === 'before') ring.setOperationReferenced(0, first)
  flush(waits.length)
  if (late === 'after') ring.setOperationReferenced(0, first)
  if (late === 'there and back') {
    ring.setOperationReferenced(0, first)
    ring.setOperationReferenced(0, !first)
    ring.setOperationReferenced(0, !first)
  }
  if (late === 'ring unref') ring.setReferenced(false)
  process.on('exit', () => {
    say(performance.now() - begun)
  })
}

const LONG = 400

const alive: [name: string, waits: number[], unref: boolean[], late: string, lasts: boolean][] = [
  ['one that keeps it alive', [LONG], [false], '', true],
  ['one that does not', [LONG], [true], '', false],
  ['one of each', [LONG, LONG], [true, false], '', true],
  ['a short one that does, a long one that does not', [1, LONG], [false, true], '', false],
  ['a short one that does not, a long one that does', [1, LONG], [true, false], '', true],
  ['one marked before it is staged', [LONG], [false], 'before', false],
  ['one unmarked before it is staged', [LONG], [true], 'before', true],
  ['one marked in flight', [LONG], [false], 'after', false],
  ['one unmarked in flight', [LONG], [true], 'after', true],
  ['one marked and unmarked in flight', [LONG], [false], 'there and back', true],
  ['one unmarked and marked in flight', [LONG], [true], 'there and back', false],
  ['one that does, on a ring that does not', [LONG], [false], 'ring unref', false],
]

for (const [name, waits, unref, late, lasts] of alive) {
  test(`the loop with ${name} ${lasts ? 'waits' : 'ends'}`, async (t) => {
    const args = [JSON.stringify([waits, unref, late]), String(MARK_UNREF)]
    const { said, stderr, code } = await inChild(waiting, { args })
    t.is(code, 0, stderr)
    const ms = said[0] as number
    t.is(ms > LONG * 0.9, lasts, `${ms} ms`)
  })
}
