// Operations on an open file: what each gives, seen beside Node's own fs.

import {
  closeSync,
  constants as fs,
  fstatSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import test from 'ava'
import { constants } from 'uring'
import { rejection } from './helpers/errors'
import { ringFor } from './helpers/ring'
import { needs } from './helpers/skip'
import { file, opened, pattern } from './helpers/temp'

test('read fills the buffer from the position and gives the bytes read', async (t) => {
  const ring = ringFor(t)
  const bytes = pattern(10_000)
  const fd = opened(t, bytes)
  const buffer = Buffer.alloc(4096)
  t.is(await ring.read(fd, buffer, 1000), 4096)
  t.deepEqual(buffer, bytes.subarray(1000, 5096))
})

test('a read that meets the end of the file is short, one behind it gives 0 (R90)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(100))
  const buffer = Buffer.alloc(64, 0xee)
  t.is(await ring.read(fd, buffer, 90), 10)
  t.deepEqual(buffer.subarray(0, 10), pattern(100).subarray(90))
  t.true(
    buffer.subarray(10).every((byte) => byte === 0xee),
    'what was not read is not touched',
  )
  t.is(await ring.read(fd, buffer, 100), 0)
  t.is(await ring.read(fd, buffer, 1_000_000), 0)
})

test('read with null as its position goes on where the file stands', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'abcdef')
  const buffer = Buffer.alloc(2)
  const seen: string[] = []
  for (let time = 0; time < 3; time++) {
    await ring.read(fd, buffer, null)
    seen.push(buffer.toString())
  }
  t.deepEqual(seen, ['ab', 'cd', 'ef'])
  await ring.read(fd, buffer, 1)
  t.is(buffer.toString(), 'bc')
  t.is(await ring.read(fd, buffer, null), 0, 'a read with a position does not move it')
})

test('write puts the bytes at the position and gives how many', async (t) => {
  const ring = ringFor(t)
  const path = file(t, '----------')
  const fd = openSync(path, 'r+')
  t.is(await ring.write(fd, Buffer.from('abc'), 4), 3)
  t.is(await ring.write(fd, Buffer.from('XY'), null), 2)
  closeSync(fd)
  t.is(readFileSync(path, 'utf8'), 'XY--abc---')
})

test('write to a file opened with O_APPEND goes to its end', async (t) => {
  const ring = ringFor(t)
  const path = file(t, 'begin')
  const fd = openSync(path, 'a')
  for (const word of [' one', ' two']) await ring.write(fd, Buffer.from(word), null)
  closeSync(fd)
  t.is(readFileSync(path, 'utf8'), 'begin one two')
})

test('readv and writev move several buffers in order', async (t) => {
  const ring = ringFor(t)
  const path = file(t, '..........')
  const fd = openSync(path, 'r+')
  t.is(
    await ring.writev(
      fd,
      [Buffer.from('ab'), Buffer.alloc(0), new Uint16Array([0x6463]), Buffer.from('e')],
      2,
    ),
    5,
  )
  t.is(readFileSync(path, 'utf8'), '..abcde...')
  const parts = [Buffer.alloc(3), new DataView(new ArrayBuffer(4)), Buffer.alloc(100)]
  t.is(await ring.readv(fd, parts, 1), 9, 'short at the end of the file')
  t.is((parts[0] as Buffer).toString(), '.ab')
  t.is(Buffer.from((parts[1] as DataView).buffer).toString(), 'cde.')
  t.is((parts[2] as Buffer).subarray(0, 2).toString(), '..')
  closeSync(fd)
})

test('readv and writev of no buffers give 0, of 1,024 all of them', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(2048))
  t.is(await ring.readv(fd, [], 0), 0)
  t.is(await ring.writev(fd, [], 0), 0)
  const parts = Array.from({ length: 1024 }, () => new Uint8Array(2))
  t.is(await ring.readv(fd, parts, 0), 2048)
  t.deepEqual(Buffer.concat(parts), pattern(2048))
})

test('fsync gives 0, with IORING_FSYNC_DATASYNC too', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'x')
  t.is(await ring.fsync(fd), 0)
  t.is(await ring.fsync(fd, constants.IORING_FSYNC_DATASYNC), 0)
})

test('fallocate makes a file longer, and with KEEP_SIZE does not', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t)
  t.is(await ring.fallocate(fd, constants.FALLOC_FL_KEEP_SIZE, 0, 65_536), 0)
  t.is(fstatSync(fd).size, 0)
  t.is(await ring.fallocate(fd, 0, 4096, 8192n), 0)
  t.is(fstatSync(fd).size, 12_288)
})

test('ftruncate sets the length of a file, longer and shorter', async (t) => {
  if (!needs(t, 'ftruncate')) return
  const ring = ringFor(t)
  const fd = opened(t, pattern(100))
  t.is(await ring.ftruncate(fd, 7), 0)
  t.is(fstatSync(fd).size, 7)
  t.is(await ring.ftruncate(fd, 2n ** 33n), 0)
  t.is(fstatSync(fd).size, 2 ** 33)
  t.is((await rejection(t, ring.ftruncate(openReadOnly(t), 1))).code, 'EINVAL')
})

function openReadOnly(t: Parameters<typeof file>[0]): number {
  const fd = openSync(file(t, 'x'), 'r')
  t.teardown(() => closeSync(fd))
  return fd
}

test.serial(
  'close closes the descriptor; closing it again is refused and closes nothing else (R20)',
  async (t) => {
    const ring = ringFor(t)
    const fd = openSync(file(t, 'x'), 'r')
    t.is(await ring.close(fd), 0)
    t.throws(() => fstatSync(fd), { code: 'EBADF' })
    const error = await rejection(t, ring.close(fd))
    t.is(error.code, 'EBADF')
    t.is(error.syscall, 'close')
  },
)

test.serial(
  'anything with a numeric fd will do, a FileHandle for one; a closed one is refused at the call (R21)',
  async (t) => {
    const ring = ringFor(t)
    const path = file(t, 'contents')
    const handle = await open(path, 'r+')
    const buffer = Buffer.alloc(8)
    t.is(await ring.read(handle, buffer, 0), 8)
    t.is(buffer.toString(), 'contents')
    t.is(await ring.fsync({ fd: handle.fd }), 0)
    await handle.close()
    const before = ring.stats().staged
    t.throws(() => ring.read(handle, buffer, 0), {
      code: 'ERR_OUT_OF_RANGE',
      instanceOf: RangeError,
    })
    t.is(ring.stats().staged, before)
  },
)

test('rwFlags reach the kernel: RWF_APPEND appends, an unknown flag is refused', async (t) => {
  const ring = ringFor(t)
  const path = file(t, 'abc')
  const fd = openSync(path, 'r+')
  t.is(await ring.write(fd, Buffer.from('d'), 0, { rwFlags: 0x10 }), 1)
  t.is(readFileSync(path, 'utf8'), 'abcd')
  const error = await rejection(t, ring.read(fd, Buffer.alloc(1), 0, { rwFlags: 0x4000_0000 }))
  t.true(['EOPNOTSUPP', 'ENOTSUP', 'EINVAL'].includes(String(error.code)), error.code)
  closeSync(fd)
})

test('IOSQE_ASYNC and IOSQE_IO_DRAIN change how, not what', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(4096))
  for (const flags of [
    constants.IOSQE_ASYNC,
    constants.IOSQE_IO_DRAIN,
    constants.IOSQE_ASYNC | constants.IOSQE_IO_DRAIN,
  ]) {
    const buffer = Buffer.alloc(4096)
    t.is(await ring.read(fd, buffer, 0, { flags }), 4096)
    t.deepEqual(buffer, pattern(4096))
  }
})

test('O_DIRECT reads into registered buffers; a misaligned position is EINVAL (R95)', async (t) => {
  const ring = ringFor(t)
  const path = file(t, pattern(65_536))
  const fd = openSync(path, fs.O_RDONLY | fs.O_DIRECT)
  t.teardown(() => closeSync(fd))
  const [buffer] = ring.registerBuffers(1, 8192) as [Uint8Array]
  t.is(await ring.read(fd, buffer, 16_384), 8192)
  t.deepEqual(Buffer.from(buffer), pattern(65_536).subarray(16_384, 24_576))
  const error = await rejection(t, ring.read(fd, buffer.subarray(1, 4097), 0))
  t.is(error.code, 'EINVAL')
})

test('what was written is there for Node to read, and the other way round', async (t) => {
  const ring = ringFor(t)
  const path = file(t)
  const fd = await ring.openat(constants.AT_FDCWD, path, constants.O_RDWR)
  await ring.write(fd, pattern(100_000), 0)
  t.deepEqual(readFileSync(path), pattern(100_000))
  writeFileSync(path, pattern(50_000, 9))
  t.is(statSync(path).size, 50_000)
  const buffer = Buffer.alloc(50_000)
  t.is(await ring.read(fd, buffer, 0), 50_000)
  t.deepEqual(buffer, pattern(50_000, 9))
  t.is(await ring.close(fd), 0)
})
