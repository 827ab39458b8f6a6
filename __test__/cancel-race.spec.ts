// Aborts that race completions: exactly one outcome, nothing lost, whatever the order (R72).

import { writeSync } from 'node:fs'
import test from 'ava'
import type { Ring } from 'uring'
import { descriptorCount } from './helpers/fds'
import { pipe } from './helpers/pipe'
import { ringFor, turnOfLoop } from './helpers/ring'
import { Dice, scaled, seed } from './helpers/scale'
import { opened, pattern } from './helpers/temp'

interface Tally {
  settled: number
  full: number
  aborted: number
}

/** One race: an operation, and an abort that comes before, with or after it. */
function race(ring: Ring, dice: Dice, fd: number, tally: Tally): Promise<void> {
  const controller = new AbortController()
  const { signal } = controller
  const buffer = Buffer.alloc(64)
  const at = dice.below(4000)
  const flags = dice.below(20) === 0 ? 16 : 0
  const kind = dice.below(4)
  const operation: Promise<unknown> =
    kind === 0 ? ring.nop({ signal, flags })
    : kind === 1 ? ring.read(fd, buffer, at, { signal, flags })
    : kind === 2 ? ring.timeout({ seconds: 0, nanoseconds: dice.below(300_000) }, 0, 0, { signal })
    : ring.read(fd, buffer, at, { signal, timeout: { seconds: 0, nanoseconds: dice.below(200_000) } }) // prettier-ignore
  const when = dice.below(5)
  if (when === 0) controller.abort()
  else if (when === 1) queueMicrotask(() => controller.abort())
  else if (when === 2) setImmediate(() => controller.abort())
  else if (when === 3) {
    ring.flush()
    controller.abort()
  }
  return operation.then(
    (value) => {
      tally.settled++
      const expected =
        kind === 0
          ? value === 0
          : kind === 2
            ? value === 'expired'
            : value === 64 && buffer.equals(pattern(4096).subarray(at, at + 64))
      if (!expected) throw new Error(`kind ${kind} at ${at} gave ${String(value)}`)
      tally.full++
    },
    (error: NodeJS.ErrnoException) => {
      tally.settled++
      if (
        error.code === 'ABORT_ERR' ? !signal.aborted : !(kind === 3 && error.code === 'ETIMEDOUT')
      )
        throw error
      tally.aborted++
    },
  )
}

test.serial(
  '100,000 aborts racing completions: one outcome each, full result or abort (R72)',
  async (t) => {
    t.timeout(120_000)
    const start = seed()
    t.log(`seed ${start} (URING_TEST_SEED)`)
    const dice = new Dice(start)
    const ring = ringFor(t, { entries: 64 })
    const fd = opened(t, pattern(4096))
    const before = descriptorCount()
    const tally: Tally = { settled: 0, full: 0, aborted: 0 }
    let begun = 0
    for (const total = scaled(100_000, 2000); begun < total;) {
      const many = 1 + dice.below(200)
      begun += many
      await Promise.all(Array.from({ length: many }, () => race(ring, dice, fd, tally)))
      if (dice.below(10) === 0) await turnOfLoop()
    }
    t.is(tally.settled, begun)
    t.true(
      tally.full > begun / 10 && tally.aborted > begun / 10,
      `${tally.full} full, ${tally.aborted} aborted`,
    )
    t.is(descriptorCount(), before)
    t.is(ring.stats().inFlight, 0)
    t.is(ring.stats().suspect, 0)
  },
)

test.serial('bytes of a pipe are read once each, whatever is aborted (R72, R74)', async (t) => {
  const start = seed()
  t.log(`seed ${start} (URING_TEST_SEED)`)
  const dice = new Dice(start)
  const ring = ringFor(t)
  const { reader, writer } = pipe(t)
  const total = scaled(5000, 200)
  let [written, next] = [0, 0]
  const take = (buffer: Buffer, bytes: number): void => {
    for (let at = 0; at < bytes; at++)
      if (buffer[at] !== next++ % 251) throw new Error(`byte ${next - 1} is ${buffer[at]}`)
  }
  while (next < total) {
    const controller = new AbortController()
    const buffer = Buffer.alloc(1 + dice.below(8))
    const reading = ring.read(reader, buffer, null, { signal: controller.signal })
    const tasks = [() => ring.flush(), () => controller.abort()]
    if (written < total) tasks.push(() => (writeSync(writer, Buffer.from([written % 251])), written++)) // prettier-ignore
    if (dice.below(2) === 0) tasks.reverse()
    for (const task of tasks) if (dice.below(4) !== 0) task()
    if (written === next && !controller.signal.aborted)
      writeSync(writer, Buffer.from([written++ % 251]))
    await reading.then(
      (bytes) => take(buffer, bytes),
      (error: NodeJS.ErrnoException) => t.is(error.code, 'ABORT_ERR'),
    )
  }
  t.true(next >= total)
})
