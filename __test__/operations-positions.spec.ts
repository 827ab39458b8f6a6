// Places far into a file, as numbers and as bigints; transfers too large for one (R08, R09, R95).

import { ftruncateSync, readSync, fstatSync, writeSync } from 'node:fs'
import test from 'ava'
import { ringFor } from './helpers/ring'
import { opened, pattern } from './helpers/temp'

const FAR = [2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 33 + 7, 2 ** 40, 2 ** 43]

test('positions beyond 2^31 and 2^32 are exact, as numbers and as bigints (R08, R95)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t)
  for (const [index, at] of FAR.entries()) {
    const bytes = pattern(16, index)
    for (const position of [at, BigInt(at)]) {
      t.is(await ring.write(fd, bytes, position), 16)
      const [mine, theirs] = [Buffer.alloc(16), Buffer.alloc(16)]
      t.is(await ring.read(fd, mine, position), 16, String(position))
      readSync(fd, theirs, 0, 16, at)
      t.deepEqual(mine, bytes)
      t.deepEqual(theirs, bytes)
    }
  }
  t.is(fstatSync(fd).size, 2 ** 43 + 16)
})

test('vectored transfers go as far', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t)
  t.is(await ring.writev(fd, [Buffer.from('ab'), Buffer.from('cd')], 2n ** 34n), 4)
  const parts = [Buffer.alloc(1), Buffer.alloc(3)]
  t.is(await ring.readv(fd, parts, 2 ** 34), 4)
  t.is(Buffer.concat(parts).toString(), 'abcd')
})

test('the last position the kernel knows is reached and refused by it, not mangled (R08)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'x')
  t.is(await ring.read(fd, Buffer.alloc(1), Number.MAX_SAFE_INTEGER), 0)
  const error = await ring
    .write(fd, Buffer.alloc(8), 2n ** 63n - 1n)
    .catch((caught: NodeJS.ErrnoException) => caught)
  t.true(
    ['EFBIG', 'EINVAL', 'EOVERFLOW'].includes(String((error as NodeJS.ErrnoException).code)),
    String(error),
  )
  t.is(fstatSync(fd).size, 1)
})

test('fallocate punches a hole far into a file', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t)
  const at = 2 ** 32 + 8192
  writeSync(fd, pattern(8192), 0, 8192, at)
  t.is(await ring.fallocate(fd, 1 | 2, at, 4096n), 0)
  const bytes = Buffer.alloc(8192)
  readSync(fd, bytes, 0, 8192, at)
  t.deepEqual(bytes, Buffer.concat([Buffer.alloc(4096), pattern(8192).subarray(4096)]))
})

test('a buffer above what the kernel moves at once is refused at the call, never cut (R09)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t)
  ftruncateSync(fd, 2 ** 32)
  const large = new Uint8Array(0x7fff_f001)
  t.throws(() => ring.read(fd, large, 0), { code: 'ERR_OUT_OF_RANGE' })
  t.throws(() => ring.write(fd, large, 0), { code: 'ERR_OUT_OF_RANGE' })
  t.throws(() => ring.readv(fd, [new Uint8Array(0x4000_0000), new Uint8Array(0x4000_0000)], 0), {
    code: 'ERR_OUT_OF_RANGE',
  })
  t.is(ring.stats().staged, 0)
})

test('a read of megabytes is complete or truthfully short (R90)', async (t) => {
  const ring = ringFor(t)
  const size = 8 * 1024 * 1024
  const fd = opened(t, pattern(size))
  const buffer = Buffer.alloc(size)
  let done = 0
  while (done < size) {
    const bytes = await ring.read(fd, buffer.subarray(done), done)
    t.true(bytes > 0)
    done += bytes
  }
  t.is(Buffer.compare(buffer, pattern(size)), 0)
})
