// Registered buffers and files.

import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import test from 'ava'
import { constants } from 'uring'
import { rejection } from './helpers/errors'
import { collect } from './helpers/gc'
import { ringFor } from './helpers/ring'
import { file, opened, pattern } from './helpers/temp'

const { IOSQE_FIXED_FILE } = constants

test('registered buffers are whole pages apart, zeroed, of the size asked for', (t) => {
  const ring = ringFor(t)
  t.is(ring.buffers, undefined)
  const buffers = ring.registerBuffers(3, 5000)
  t.deepEqual(buffers.map((buffer) => [buffer.byteLength, buffer.byteOffset % 4096]), [[5000, 0], [5000, 0], [5000, 0]]) // prettier-ignore
  t.true(buffers.every((buffer) => buffer.every((byte) => byte === 0)))
  t.deepEqual(ring.buffers, buffers)
})

test('readFixed and writeFixed move bytes through a registered buffer and its parts', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(10_000))
  const [first, second] = ring.registerBuffers(2, 4096) as [Uint8Array, Uint8Array]
  t.is(await ring.readFixed(fd, first, 100, 0), 4096)
  t.deepEqual(Buffer.from(first), pattern(10_000).subarray(100, 4196))
  t.is(await ring.readFixed(fd, second.subarray(100, 200), 0, 1), 100)
  t.deepEqual(Buffer.from(second.subarray(100, 200)), pattern(100))
  t.is(second[99], 0)
  t.is(second[200], 0)
  second.fill(7, 0, 50)
  t.is(await ring.writeFixed(fd, second.subarray(0, 50), 10, 1), 50)
  t.true(
    readFileSync(`/proc/self/fd/${fd}`)
      .subarray(10, 60)
      .every((byte) => byte === 7),
  )
})

test('memory outside of the registered buffer is refused: EFAULT', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(100))
  const [first, second] = ring.registerBuffers(2, 4096) as [Uint8Array, Uint8Array]
  t.is((await rejection(t, ring.readFixed(fd, first, 0, 1))).code, 'EFAULT')
  t.is((await rejection(t, ring.readFixed(fd, Buffer.alloc(10), 0, 0))).code, 'EFAULT')
  t.is((await rejection(t, ring.readFixed(fd, second, 0, 2))).code, 'EFAULT', 'there is no third')
})

test('a registered buffer is its memory, whatever is done to the arrays that hold its view', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(10_000))
  const given = ring.registerBuffers(2, 4096)
  const [first, second] = [...given] as [Uint8Array, Uint8Array]
  given[0] = second
  t.is((await rejection(t, ring.readFixed(fd, given[0], 0, 0))).code, 'EFAULT')
  t.deepEqual(ring.buffers, [first, second])
  const whole = Buffer.alloc(4096)
  t.is((await rejection(t, ring.readFixed(fd, whole, 0, 0))).code, 'EFAULT')
  t.is(await ring.readFixed(fd, first, 5000, 0), 4096)
  t.deepEqual(Buffer.from(first), pattern(10_000).subarray(5000, 9096))
  t.true(second.every((byte) => byte === 0))
  t.is(await ring.writeFixed(fd, second, 0, 1), 4096)
  t.is(await ring.read(fd, whole, 0), 4096)
  t.true(whole.every((byte) => byte === 0))
})

test('a plain transfer moves registered memory as any other', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(10_000))
  for (const buffer of ring.registerBuffers(2, 4096)) {
    t.is(await ring.read(fd, buffer, 1000), 4096)
    t.deepEqual(Buffer.from(buffer), pattern(10_000).subarray(1000, 5096))
    t.is(await ring.write(fd, buffer, 1000), 4096)
  }
})

test('registered memory that changes hands before the submit is read into all the same (R02)', async (t) => {
  const ring = ringFor(t)
  const [buffer] = ring.registerBuffers(1, 4096) as [Uint8Array]
  const reading = ring.readFixed(opened(t, pattern(4096)), buffer, 0, 0)
  const memory = buffer.buffer as ArrayBuffer & { transfer?: () => ArrayBuffer }
  let taken = memory as ArrayBuffer
  try {
    taken = memory.transfer?.() ?? memory // Node 22 moves it; older ones cannot, newer ones refuse
  } catch {
    t.is(buffer.byteLength, 4096)
  }
  t.is(await reading, 4096)
  t.deepEqual(Buffer.from(taken), pattern(4096))
  if (taken !== memory) {
    const error = t.throws(() => ring.readFixed(0, buffer, 0, 0)) as NodeJS.ErrnoException
    t.is(error.code, 'ERR_BUFFER_DETACHED')
  }
})

test('one set at a time: a second registration is refused, after unregistering it is not', async (t) => {
  const ring = ringFor(t)
  ring.registerBuffers(1, 4096)
  const error = t.throws(() => ring.registerBuffers(1, 4096)) as NodeJS.ErrnoException
  t.is(error.code, 'EBUSY')
  ring.unregisterBuffers()
  t.is(ring.buffers, undefined)
  t.is((t.throws(() => ring.unregisterBuffers()) as NodeJS.ErrnoException).code, 'ENXIO')
  t.is(ring.registerBuffers(2, 100).length, 2)
})

test('buffers are not taken back while operations are in flight (R19)', async (t) => {
  const ring = ringFor(t)
  const [buffer] = ring.registerBuffers(1, 4096) as [Uint8Array]
  const waiting = ring.timeout(60_000)
  t.is((t.throws(() => ring.unregisterBuffers()) as NodeJS.ErrnoException).code, 'EBUSY', 'queued')
  ring.flush()
  t.is((t.throws(() => ring.unregisterBuffers()) as NodeJS.ErrnoException).code, 'EBUSY')
  ring.cancel(waiting)
  await rejection(t, waiting)
  ring.unregisterBuffers()
  buffer.fill(1)
  t.is((await rejection(t, ring.readFixed(opened(t, 'x'), buffer, 0, 0))).code, 'EFAULT')
})

test('registered memory outlives everything JavaScript does to it: transfer, drop, GC (R02)', async (t) => {
  const ring = ringFor(t)
  const bytes = pattern(4096)
  const fd = opened(t, bytes)
  const buffers = ring.registerBuffers(4, 4096)
  const reads = buffers.map((buffer, index) => ring.readFixed(fd, buffer, 0, index))
  ring.flush()
  try {
    structuredClone(buffers[0]?.buffer, { transfer: [buffers[0]?.buffer as ArrayBuffer] })
  } catch {
    // newer versions refuse
  }
  await collect(3)
  t.deepEqual(await Promise.all(reads), [4096, 4096, 4096, 4096])
  const outcome = await ring.batch((b) => b.readFixed(fd, Buffer.alloc(0), 0, 0))
  t.is(outcome.length, 1)
  const again = ring.buffers?.[1] as Uint8Array
  if (again.byteLength > 0) t.deepEqual(Buffer.from(again), bytes)
})

test('views stay usable memory after the ring is gone', async (t) => {
  const ring = ringFor(t)
  const [buffer] = ring.registerBuffers(1, 65_536) as [Uint8Array]
  await ring.dispose()
  await collect(5)
  buffer.fill(3)
  t.true(buffer.every((byte) => byte === 3))
})

test('with IOSQE_FIXED_FILE a descriptor is an index of the registered files', async (t) => {
  const ring = ringFor(t)
  const [one, two] = [opened(t, 'first'), opened(t, 'second')]
  ring.registerFiles([one, { fd: two }, -1])
  const buffer = Buffer.alloc(6)
  t.is(await ring.read(0, buffer, 0, { flags: IOSQE_FIXED_FILE }), 5)
  t.is(buffer.toString('utf8', 0, 5), 'first')
  t.is(await ring.read(1, buffer, 0, { flags: IOSQE_FIXED_FILE }), 6)
  t.is(buffer.toString(), 'second')
  for (const index of [2, 3, 1000])
    t.is(
      (await rejection(t, ring.read(index, buffer, 0, { flags: IOSQE_FIXED_FILE }))).code,
      'EBADF',
    )
  t.throws(() => ring.registerFiles([one]), { code: 'EBUSY' } as never)
  ring.unregisterFiles()
  t.is((await rejection(t, ring.read(0, buffer, 0, { flags: IOSQE_FIXED_FILE }))).code, 'EBADF')
  t.is((t.throws(() => ring.unregisterFiles()) as NodeJS.ErrnoException).code, 'ENXIO')
})

test('a registered file stays open for the ring when its descriptor is closed', async (t) => {
  const ring = ringFor(t)
  const fd = openSync(file(t, 'still'), 'r')
  ring.registerFiles([fd])
  closeSync(fd)
  const buffer = Buffer.alloc(5)
  t.is(await ring.read(0, buffer, 0, { flags: IOSQE_FIXED_FILE }), 5)
  t.is(buffer.toString(), 'still')
})

test('a descriptor that is none cannot be registered', (t) => {
  const ring = ringFor(t)
  t.is((t.throws(() => ring.registerFiles([0x7fff_fff0])) as NodeJS.ErrnoException).code, 'EBADF')
  t.throws(() => fstatSync(0x7fff_fff0))
})

test('registerFiles refuses holes like any other value, and never asks the array for its methods', (t) => {
  const ring = ringFor(t)
  const refused = { code: 'ERR_INVALID_ARG_TYPE', instanceOf: TypeError }
  const holes: number[] = []
  holes.length = 3
  t.throws(() => ring.registerFiles(holes), refused as never)
  const files = [0]
  Object.defineProperty(files, 'map', { value: () => ['nonsense'] })
  ring.registerFiles(files)
  ring.unregisterFiles()
})
