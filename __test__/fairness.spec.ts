// Large transfers and large batches beside other work: they neither hold up the event loop nor a
// single operation. The limits are several times what is measured, for machines that are busy.

import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { ringFor } from './helpers/ring'
import { patient } from './helpers/scale'
import { folder } from './helpers/temp'

const MIB = 1 << 20

/** A file of `bytes` that are in the page cache. */
function cached(t: ExecutionContext, bytes: number): number {
  const fd = openSync(join(folder(t), 'large'), 'w+')
  t.teardown(() => closeSync(fd))
  ftruncateSync(fd, bytes)
  const chunk = Buffer.alloc(Math.min(bytes, 8 * MIB), 1)
  for (let at = 0; at < bytes; at += chunk.length) writeSync(fd, chunk, 0, chunk.length, at)
  return fd
}

/** The longest that a timer of a millisecond was late while `work` ran, in milliseconds. */
async function lateness(work: () => Promise<unknown>): Promise<number> {
  let worst = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    worst = Math.max(worst, now - last - 1)
    last = now
  }, 1)
  await work()
  worst = Math.max(worst, performance.now() - last - 1)
  clearInterval(timer)
  return worst
}

test.serial('a single operation does not wait behind a batch of 20,000 reads', async (t) => {
  const ring = ringFor(t)
  const fd = cached(t, 64 * MIB)
  const buffer = Buffer.alloc(64 << 10)
  const read = () =>
    ring.batch((b) => {
      for (let index = 0; index < 20_000; index++)
        b.read(fd, buffer, (index % 1024) * buffer.length)
    })
  await ring.read(fd, buffer, 0)
  const batch = read()
  await Promise.resolve() // the batch is submitted as far as one turn takes it
  const begun = performance.now()
  t.is(await ring.nop(), 0)
  const waited = performance.now() - begun
  const results = await batch
  t.true(results.every((bytes) => bytes === buffer.length))
  t.true(waited < patient(60), `${waited} ms`)
})

test.serial('a timer beside large cached reads is hardly late', async (t) => {
  const ring = ringFor(t)
  const fd = cached(t, 256 * MIB)
  const large = Buffer.alloc(256 * MIB)
  const pieces = Array.from({ length: 64 }, (_, index) =>
    large.subarray(index * MIB, (index + 1) * MIB),
  )
  const works: Record<string, () => Promise<unknown>> = {
    'one of 256 MiB': () => ring.read(fd, large, 0),
    '64 of 1 MiB': () =>
      Promise.all(pieces.map((piece, index) => ring.read(fd, piece, index * MIB))),
    'a batch of 2,000 times 64 KiB': () =>
      ring.batch((b) => {
        const piece = large.subarray(0, 64 << 10)
        for (let index = 0; index < 2000; index++) b.read(fd, piece, index * piece.length)
      }),
    'readv of 64 MiB': () => ring.readv(fd, pieces, 0),
  }
  for (const [name, work] of Object.entries(works)) {
    await work() // touches the memory
    const late = await lateness(work)
    t.true(late < patient(60), `${name}: ${late} ms late`)
  }
})

test.serial('neither singles nor members of a batch starve beside the other', async (t) => {
  const ring = ringFor(t, { entries: 16 })
  let going = true
  const singles = (async () => {
    let count = 0
    while (going) {
      await Promise.all(Array.from({ length: 64 }, () => ring.nop()))
      count += 64
    }
    return count
  })()
  const results = await ring.batch((b) => {
    for (let index = 0; index < 5000; index++) b.nop()
  })
  going = false
  t.is(results.length, 5000)
  t.true((await singles) > 0)
})

test.serial(
  'a vectored transfer of many short buffers is counted as the work that it is',
  async (t) => {
    const ring = ringFor(t)
    const fd = cached(t, MIB)
    const buffers = Array.from({ length: 1024 }, () => Buffer.alloc(1))
    const { enters } = ring.stats()
    const results = await ring.batch((b) => {
      for (let index = 0; index < 128; index++) b.readv(fd, buffers, 0)
    })
    t.true(results.every((bytes) => bytes === buffers.length))
    // all of them fit into one submit, in which no timer would get its turn for 20 ms
    t.true(ring.stats().enters - enters >= 16)
  },
)

test.serial('thousands of aborts are spread over many submits', async (t) => {
  const ring = ringFor(t)
  const controller = new AbortController()
  const { signal } = controller
  const timeouts = Array.from({ length: 4000 }, () => ring.timeout(600_000, 0, 0, { signal }))
  await ring.nop()
  const { enters } = ring.stats()
  controller.abort()
  const outcomes = await Promise.allSettled(timeouts)
  t.true(outcomes.every(({ status }) => status === 'rejected'))
  // the kernel looks for each of them among all that are in flight
  t.true(ring.stats().enters - enters >= 100)
})
