// Many operations, one promise, raw results in the order of the calls.

import { readFileSync } from 'node:fs'
import test from 'ava'
import { Ring, constants, type Batch } from 'uring'
import { rejection } from './helpers/errors'
import { ringFor } from './helpers/ring'
import { file, opened, pattern } from './helpers/temp'

test('a batch gives its raw results in the order of the calls', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(10_000))
  const buffers = Array.from({ length: 5 }, () => Buffer.alloc(3000))
  const results = await ring.batch((b) => {
    for (const [index, buffer] of buffers.entries()) b.read(fd, buffer, index * 3000)
  })
  t.true(results instanceof Int32Array)
  t.deepEqual([...results], [3000, 3000, 3000, 1000, 0])
  t.deepEqual(Buffer.concat(buffers).subarray(0, 10_000), pattern(10_000))
})

test('a refusal in a batch is its negative errno, and the others go on (R94)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'abc')
  const results = await ring.batch((b) => {
    b.read(fd, Buffer.alloc(8), 0)
    b.close(0x7fff_fff0)
    b.openat(constants.AT_FDCWD, '/not/there', constants.O_RDONLY)
    b.nop()
    b.timeout(0)
  })
  t.deepEqual([...results], [3, -9, -2, 0, -62])
})

test('every operation can be part of a batch', async (t) => {
  const ring = ringFor(t)
  const path = file(t, pattern(100))
  const fd = opened(t, pattern(100))
  const [fixed] = ring.registerBuffers(1, 64) as [Uint8Array]
  const opcodes = (b: Batch): void => {
    b.nop()
    b.timeout(0)
    b.openat(constants.AT_FDCWD, path, constants.O_RDONLY)
    b.statx(constants.AT_FDCWD, path)
    b.read(fd, Buffer.alloc(10), 0)
    b.write(fd, Buffer.alloc(10), 0)
    b.readv(fd, [Buffer.alloc(5), Buffer.alloc(6)], 0)
    b.writev(fd, [Buffer.alloc(5), Buffer.alloc(6)], 0)
    b.readFixed(fd, fixed.subarray(0, 20), 0, 0)
    b.writeFixed(fd, fixed, 0, 0)
    b.fsync(fd)
    b.fallocate(fd, 0, 0, 200)
  }
  const results = [...(await ring.batch(opcodes))]
  t.true((results[2] as number) > 2)
  t.is(await ring.close(results[2] as number), 0)
  results.splice(2, 1)
  t.deepEqual(results, [0, -62, 0, 10, 10, 11, 11, 20, 64, 0, 0])
})

test('an empty batch resolves to an empty array without a system call', async (t) => {
  const ring = ringFor(t)
  t.deepEqual(await ring.batch(() => {}), new Int32Array(0))
  t.is(ring.stats().enters, 0)
})

test('a batch larger than the queues is complete all the same (R50)', async (t) => {
  const ring = ringFor(t, { entries: 8, cqEntries: 16 })
  const fd = opened(t, pattern(4096))
  const buffers = Array.from({ length: 5000 }, () => Buffer.alloc(4))
  const results = await ring.batch((b) =>
    buffers.forEach((buffer, index) => b.read(fd, buffer, index % 4000)),
  )
  t.is(results.length, 5000)
  t.true(results.every((result) => result === 4))
  t.true(
    buffers.every((buffer, index) =>
      buffer.equals(pattern(4096).subarray(index % 4000, (index % 4000) + 4)),
    ),
  )
})

test('a builder that throws leaves nothing behind: nothing queued, no slot taken', async (t) => {
  const ring = ringFor(t, { inFlight: 4 })
  const path = file(t, 'old')
  const fd = await ring.openat(constants.AT_FDCWD, path, constants.O_RDWR)
  for (let time = 0; time < 20; time++) {
    t.throws(() => ring.batch((b) => {
      b.write(fd, Buffer.from('new'), 0)
      b.nop()
      throw new Error('mine')
    }), { message: 'mine' }) // prettier-ignore
  }
  t.is(ring.stats().inFlight, 0)
  t.is(await ring.nop(), 0)
  t.is(readFileSync(path, 'utf8'), 'old')
  t.is(await ring.close(fd), 0)
})

test('a batch beyond the limit of operations in flight is refused whole (R51)', async (t) => {
  const ring = ringFor(t, { inFlight: 10 })
  t.throws(() => ring.batch((b) => {
    for (let index = 0; index < 11; index++) b.nop()
  }), { code: 'ERR_RING_BUSY' }) // prettier-ignore
  t.is(ring.stats().inFlight, 0)
  t.is((await ring.batch((b) => { for (let index = 0; index < 10; index++) b.nop() })).length, 10) // prettier-ignore
})

test('operations called on the ring inside a batch run beside it', async (t) => {
  const ring = ringFor(t)
  const outside: Promise<unknown>[] = []
  const results = await ring.batch((b) => {
    b.nop()
    outside.push(
      ring.nop(),
      ring.batch((inner) => inner.nop()),
      ring.chain((c) => [c.nop(), c.nop()]),
    )
    ring.flush()
    b.nop()
  })
  t.is(results.length, 2)
  t.deepEqual(await Promise.all(outside), [0, new Int32Array(1), [0, 0]])
})

test('a batch takes nothing once its builder has returned', async (t) => {
  const ring = ringFor(t)
  let late: Batch | undefined
  await ring.batch((b) => {
    late = b
    b.nop()
  })
  t.throws(() => late?.nop(), { code: 'ERR_INVALID_ARG_VALUE' })
  t.is(ring.stats().inFlight, 0)
})

test('an operation of a batch can have a signal and a timeout of its own', async (t) => {
  const ring = ringFor(t)
  const controller = new AbortController()
  const batch = ring.batch((b) => {
    b.timeout(60_000, 0, 0, { signal: controller.signal })
    b.timeout(60_000, 0, 0, { timeout: 10 })
    b.nop({ signal: controller.signal })
  })
  ring.flush()
  controller.abort()
  t.deepEqual([...(await batch)], [-125, -110, 0])
})

test('a batch with a signal that is aborted already rejects, and none of it runs (R70)', async (t) => {
  const ring = ringFor(t)
  const error = await rejection(t, ring.batch((b) => {
    b.nop()
    b.nop({ signal: AbortSignal.abort() })
  })) // prettier-ignore
  t.is(error.code, 'ABORT_ERR')
  t.deepEqual([ring.stats().staged, ring.stats().inFlight], [0, 0])
})

test('batches of two rings do not mix (R47)', async (t) => {
  const rings = [ringFor(t), ringFor(t), new Ring()]
  const fd = opened(t, pattern(4096))
  const buffers = rings.map(() => Array.from({ length: 100 }, () => Buffer.alloc(16)))
  const results = await Promise.all(
    rings.map((ring, which) =>
      ring.batch((b) =>
        buffers[which]?.forEach((buffer, index) => b.read(fd, buffer, index * 16 + which)),
      ),
    ),
  )
  t.true(results.every((one) => one.length === 100 && one.every((result) => result === 16)))
  for (const [which, mine] of buffers.entries())
    t.true(mine.every((buffer, index) => buffer[0] === pattern(4096)[index * 16 + which]))
  await rings[2]?.dispose()
})

test('cancelling, aborting, disposing inside a builder that throws harms nobody', async (t) => {
  const deeds = ['cancel', 'abort', 'dispose', 'flush', 'grow', 'nest'] as const
  for (const deed of deeds) {
    const ring = ringFor(t)
    const fd = opened(t, 'old')
    const controller = new AbortController()
    const waiting = ring.timeout(60_000, 0, 0, { signal: controller.signal })
    const ended = waiting.catch((error: NodeJS.ErrnoException) => error.code)
    ring.flush()
    t.throws(() => ring.batch((b) => {
      b.write(fd, Buffer.from('new'), 0)
      if (deed === 'cancel') ring.cancel(waiting)
      if (deed === 'abort') controller.abort()
      if (deed === 'dispose') void ring.dispose()
      if (deed === 'flush') ring.flush()
      if (deed === 'grow') for (let index = 0; index < 2000; index++) ring.nop().catch(() => {})
      if (deed === 'nest') void ring.batch((inner) => inner.nop())
      throw new Error('mine')
    }), { message: 'mine' }) // prettier-ignore
    if (deed !== 'cancel' && deed !== 'abort' && deed !== 'dispose') ring.cancel(waiting)
    t.is(await ended, deed === 'abort' ? 'ABORT_ERR' : 'ECANCELED', deed)
    await ring.dispose()
    t.is(readFileSync(`/proc/self/fd/${fd}`, 'utf8'), 'old', deed)
  }
})

test('an abort inside the builder stops the operations collected so far (R71)', async (t) => {
  const ring = ringFor(t)
  const controller = new AbortController()
  const results = await ring.batch((b) => {
    b.timeout(60_000, 0, 0, { signal: controller.signal })
    b.nop()
    controller.abort()
  })
  t.deepEqual([...results], [-125, 0])
})
