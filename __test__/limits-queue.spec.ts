// Full queues, floods and limits: nothing is lost, nothing is reordered, memory is bounded (R50-R52, R57).

import test from 'ava'
import { Ring } from 'uring'
import { pipe } from './helpers/pipe'
import { ringFor, turnOfLoop } from './helpers/ring'
import { scaled } from './helpers/scale'
import { opened, pattern } from './helpers/temp'
import { writeSync } from 'node:fs'

test('ten times more operations than entries all complete, in a queue of any size (R50)', async (t) => {
  for (const entries of [1, 2, 8, 64, 256]) {
    const ring = ringFor(t, { entries })
    const count = Math.max(entries * 10, 100)
    const results = await Promise.all(Array.from({ length: count }, () => ring.nop()))
    t.is(results.length, count)
    t.is(ring.stats().settled, count)
    t.is(ring.stats().backlog, 0)
  }
})

test('60,000 operations called in one turn all complete with their own results (R50)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(4096))
  const bytes = pattern(4096)
  const count = scaled(60_000, 3000)
  const memory = Buffer.alloc(count * 4)
  const reads = Array.from({ length: count }, (_, index) =>
    ring.read(fd, memory.subarray(index * 4, index * 4 + 4), index % 4000),
  )
  t.is(
    (await Promise.all(reads)).reduce((sum, read) => sum + read, 0),
    count * 4,
  )
  for (let index = 0; index < count; index++) {
    if (
      Buffer.compare(
        memory.subarray(index * 4, index * 4 + 4),
        bytes.subarray(index % 4000, (index % 4000) + 4),
      ) !== 0
    )
      t.fail(`read ${index}`)
  }
})

test('operations that wait can be as many as the limit, far more than the queues (R50, R57)', async (t) => {
  const ring = ringFor(t, { entries: 4, cqEntries: 8 })
  const { reader, writer } = pipe(t)
  const count = scaled(5000, 300)
  const seen = new Map<number, number>()
  const reads = Array.from({ length: count }, async () => {
    const buffer = Buffer.alloc(2)
    const bytes = await ring.read(reader, buffer, null)
    const value = buffer.readUInt16LE()
    seen.set(value, (seen.get(value) ?? 0) + 1)
    return bytes
  })
  await turnOfLoop()
  t.is(ring.stats().inFlight, count)
  for (let index = 0; index < count; index++) {
    writeSync(writer, new Uint8Array(new Uint16Array([index]).buffer))
    if (index % 50 === 0) await turnOfLoop()
  }
  t.true((await Promise.all(reads)).every((bytes) => bytes === 2))
  t.is(seen.size, count, 'each got its own two bytes')
})

test('10,000 completions while JavaScript blocks overflow 8 entries, and none is lost (R57, R66)', async (t) => {
  const ring = ringFor(t, { entries: 4, cqEntries: 8 })
  const count = scaled(10_000, 500)
  const timers = Array.from({ length: count }, (_, index) =>
    ring.timeout({ seconds: 0, nanoseconds: 1_000_000 + (index % 1000) * 1000 }),
  )
  ring.flush()
  while (ring.stats().backlog > 0) await turnOfLoop()
  const until = performance.now() + 1000
  while (performance.now() < until);
  t.true((await Promise.all(timers)).every((how) => how === 'expired'))
  t.is(ring.stats().settled, count)
  t.is(ring.stats().suspect, 0)
})

test('JavaScript that blocks for seconds finds everything settled afterwards (R66)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(4096))
  const buffers = Array.from({ length: 100 }, () => Buffer.alloc(4096))
  const work = buffers.map((buffer, index) =>
    ring.read(fd, buffer, 0, index % 2 === 0 ? { flags: 16 } : {}),
  )
  const timer = ring.timeout(100)
  ring.flush()
  const until = performance.now() + 2000
  while (performance.now() < until);
  t.true((await Promise.all(work)).every((bytes) => bytes === 4096))
  t.is(await timer, 'expired')
})

test('operations reach the kernel, and their results the caller, in the order of the calls (R50)', async (t) => {
  for (const entries of [2, 64]) {
    const ring = ringFor(t, { entries })
    const order: number[] = []
    await Promise.all(
      Array.from({ length: 3000 }, (_, index) => ring.nop().then(() => order.push(index))),
    )
    t.true(order.every((value, index) => value === index))
  }
})

test("what is called in one turn is one system call, without anybody's flush (R52)", async (t) => {
  const ring = ringFor(t)
  const all = Array.from({ length: 100 }, () => ring.nop())
  t.is(ring.stats().enters, 0)
  await Promise.all(all)
  t.is(ring.stats().enters, 1)
})

test('an operation called last before the loop would sleep is submitted (R52)', async (t) => {
  const ring = ringFor(t)
  const order: string[] = []
  for (const later of [
    setImmediate,
    queueMicrotask,
    process.nextTick,
    (call: () => void) => setTimeout(call, 1),
  ]) {
    await new Promise<void>((resolve) => {
      later(() => {
        void ring.nop().then(() => {
          order.push('nop')
          resolve()
        })
      })
    })
  }
  t.is(order.length, 4)
})

test('one more than the limit is refused at the call, and the ring goes on (R51)', async (t) => {
  for (const inFlight of [1, 7, 1000]) {
    const ring = ringFor(t, { inFlight, entries: 2 })
    for (let round = 0; round < 3; round++) {
      const waiting = Array.from({ length: inFlight }, () => ring.timeout(60_000))
      const error = t.throws(() => ring.nop(), { code: 'ERR_RING_BUSY' } as never)
      t.true(String(error).includes(String(inFlight)))
      t.is(ring.stats().inFlight, inFlight)
      for (const promise of waiting) ring.cancel(promise)
      await Promise.allSettled(waiting)
      t.is(await ring.nop(), 0)
    }
  }
})

test('a ring grows to its limit and keeps what was in flight meanwhile', async (t) => {
  const ring = ringFor(t, { entries: 8 })
  const { reader, writer } = pipe(t)
  const first = Buffer.alloc(5)
  const reading = ring.read(reader, first, null)
  const stopped = ring.timeout(60_000)
  ring.flush()
  const many = Array.from({ length: scaled(20_000, 2000) }, () => ring.nop())
  t.true(ring.cancel(stopped))
  await Promise.all(many)
  writeSync(writer, 'hello')
  t.is(await reading, 5)
  t.is(first.toString(), 'hello')
  t.is(await stopped.catch((error: NodeJS.ErrnoException) => error.code), 'ECANCELED')
})

test('flush inside continuations, between calls and on nothing is harmless (R60)', async (t) => {
  const ring = ringFor(t, { entries: 4 })
  ring.flush()
  let depth = 0
  const deeper = async (): Promise<void> => {
    ring.flush()
    await ring.nop()
    ring.flush()
    if (depth++ < 200) await deeper()
  }
  await Promise.all([deeper(), deeper(), ring.batch((b) => { b.nop(); ring.flush(); b.nop() })]) // prettier-ignore
  t.true(depth >= 200)
})

test('a hundred rings side by side each do their own work (R47)', async (t) => {
  const rings = Array.from({ length: 100 }, () => new Ring({ entries: 4 }))
  const fd = opened(t, pattern(4096))
  const answers = await Promise.all(rings.map(async (ring, index) => {
    const buffer = Buffer.alloc(16)
    await Promise.all([ring.nop(), ring.read(fd, buffer, index), ring.timeout(1)])
    return buffer
  })) // prettier-ignore
  t.true(answers.every((buffer, index) => buffer.equals(pattern(4096).subarray(index, index + 16))))
  await Promise.all(rings.map((ring) => ring.dispose()))
})
