// The addon's side of the contract with the facade, without the facade: what a row says, what is refused, where
// outputs are, and that nothing a request holds is taken for an address.

import { closeSync, constants as fs, fstatSync, openSync, readFileSync } from 'node:fs'
import { constants as os } from 'node:os'
import test from 'ava'
import { EXTRA_HAS_OUTPUT, EXTRA_LAST, EXTRA_OPENED, EXTRA_REFUSED } from '../src/generated/layout'
import * as operations from '../src/generated/operations'
import { closeDescriptor } from '#binding'
import { rawRing } from './helpers/raw-ring'
import { skip } from './helpers/skip'
import { file, opened, pattern } from './helpers/temp'

const { EFAULT, EINVAL, ENOENT, EOPNOTSUPP } = os.errno
const AT_FDCWD = -100
const ASYNC = 16

test('a row is slot, result, flags and what else is to be said', async (t) => {
  const ring = rawRing(t)
  ring.stage(7, operations.NOP, {})
  t.deepEqual(await ring.collect(1), [{ slot: 7, result: 0, flags: 0, extra: EXTRA_LAST }])
})

test('a code that no operation has is refused', async (t) => {
  const ring = rawRing(t)
  const known = new Set(Object.values(operations).map((row) => row.code))
  for (let code = 0; code < 256; code++) {
    if (known.has(code)) continue
    ring.stage(0, { code }, {})
    const [row] = await ring.collect(1)
    t.like(row, { result: -EOPNOTSUPP, extra: EXTRA_LAST | EXTRA_REFUSED }, String(code))
  }
})

test('memory that is not there is refused with EFAULT, which is no result of the kernel', async (t) => {
  const ring = rawRing(t)
  const fd = opened(t, pattern(100))
  const detached = new Uint8Array(100)
  structuredClone(detached.buffer, { transfer: [detached.buffer] })
  const values: [value: unknown, len: number][] = [
    [detached, 100],
    [new Uint8Array(99), 100],
    [undefined, 100],
    [{ length: 100 }, 100],
    [0x7fff_0000, 100],
  ]
  for (const [index, [value, len]] of values.entries()) {
    ring.objects[index] = undefined
    ring.stage(index, operations.READ, { fd, len }, value)
  }
  const views = values.length
  ring.stage(views, operations.READV, { fd, len: 100 }, [new Uint8Array(50), detached])
  ring.stage(views + 1, operations.READV, { fd, len: 100 }, new Uint8Array(100))
  ring.stage(views + 2, operations.READ, { fd, len: 100, marks: 0x100 }, new Uint8Array(100))
  for (const row of await ring.collect(views + 3))
    t.like(row, { result: -EFAULT, flags: 0, extra: EXTRA_LAST | EXTRA_REFUSED })
})

test('the kernel saying EFAULT is no refusal', async (t) => {
  const ring = rawRing(t)
  const fd = opened(t, pattern(100))
  // statx(2) with a path that the kernel refuses itself
  ring.stage(0, operations.STATX, { fd, len: 0xfff }, '')
  ring.stage(1, operations.CLOSE, { fd: 1_000_000 })
  for (const { result, extra } of await ring.collect(2)) {
    t.true(result < 0)
    t.is(extra, EXTRA_LAST)
  }
})

test('a descriptor is marked as the receiver’s to close, an error is not', async (t) => {
  const ring = rawRing(t)
  ring.stage(0, operations.OPENAT, { fd: AT_FDCWD }, '/dev/null')
  const [row] = await ring.collect(1)
  t.is(row?.extra, EXTRA_LAST | EXTRA_OPENED)
  const fd = row?.result as number
  t.true(fstatSync(fd).isCharacterDevice())
  closeDescriptor(fd)
  t.throws(() => fstatSync(fd), { code: 'EBADF' })
  ring.stage(0, operations.OPENAT, { fd: AT_FDCWD }, '/nowhere')
  t.deepEqual(await ring.collect(1), [{ slot: 0, result: -ENOENT, flags: 0, extra: EXTRA_LAST }])
})

test('what statx fills in is in the memory of its slot, wherever that is', async (t) => {
  const slots = 2048
  const ring = rawRing(t, slots)
  const path = file(t, pattern(1234))
  for (const slot of [0, 1, 511, 512, 513, 2047]) {
    ring.memory(slot).setUint32(0, 0xdead_beef)
    ring.memory(slot).setUint32(252, 0xdead_beef)
    ring.stage(slot, operations.STATX, { fd: AT_FDCWD, len: 0xfff }, path)
  }
  for (const { slot, result, extra } of await ring.collect(6)) {
    t.is(result, 0)
    t.is(extra, EXTRA_LAST | EXTRA_HAS_OUTPUT)
    t.is(ring.memory(slot).getUint32(40, true), 1234, 'stx_size')
    t.is(ring.memory(slot).getUint32(252, true), 0, 'was zeroed before')
  }
  t.throws(() => ring.native.segment(4), { message: /no segment 4/ })
})

test('slot memory does not move when the ring grows', async (t) => {
  const ring = rawRing(t, 64)
  const before = ring.memory(3)
  ring.stage(3, operations.STATX, { fd: AT_FDCWD, len: 0xfff, flags: ASYNC }, '/dev/null')
  const rows = ring.rows(ring.flush())
  t.is(ring.native.grow(100_000), 0)
  rows.push(...(await ring.collect(1 - rows.length)))
  t.is(rows[0]?.result, 0)
  t.is(before.getUint16(28, true) & fs.S_IFMT, fs.S_IFCHR, 'stx_mode, seen through the old view')
})

test('paths of every length reach the kernel whole', async (t) => {
  const ring = rawRing(t)
  const root = file(t, '')
  for (const unit of ['a', 'ä', '€', '😀']) {
    const width = Buffer.byteLength(unit)
    // around the slot's 256 bytes; and beyond the kernel's limit of 4,096
    const lengths = [...Array.from({ length: 24 }, (_, index) => 240 + index), 1000, 4094, 4095]
    for (const length of lengths) {
      const characters = Math.floor(length / width)
      const text = '/'.repeat(length - characters * width) + unit.repeat(characters)
      for (const value of [text, Buffer.from(text)]) {
        ring.stage(0, operations.OPENAT, { fd: AT_FDCWD }, value)
        const [row] = await ring.collect(1)
        let code = 0
        try {
          closeSync(openSync(value, 'r'))
        } catch (error) {
          code = (error as { errno: number }).errno
        }
        t.is(row?.result, code, `${unit} ${length}`)
      }
    }
  }
  const dots = `${'/.'.repeat(300)}${root}`
  for (const value of [dots, Buffer.from(dots)]) {
    ring.stage(0, operations.STATX, { fd: AT_FDCWD, len: 0xfff }, value)
    t.like((await ring.collect(1))[0], { result: 0, extra: EXTRA_LAST | EXTRA_HAS_OUTPUT })
  }
})

test('a path with a NUL inside is refused', async (t) => {
  const ring = rawRing(t)
  const values = ['/dev/null\0x', Buffer.from('/dev/null\0x'), `${'/'.repeat(300)}dev/null\0x`]
  for (const value of values) {
    ring.stage(0, operations.OPENAT, { fd: AT_FDCWD }, value)
    const [row] = await ring.collect(1)
    t.like(row, { result: -EINVAL, extra: EXTRA_LAST | EXTRA_REFUSED })
  }
})

test('vectored transfers with few and with many buffers fill all of them', async (t) => {
  const ring = rawRing(t)
  for (const count of [1, 2, 15, 16, 17, 100, 1024]) {
    const fd = opened(t, pattern(count * 3))
    const views = Array.from({ length: count }, () => new Uint8Array(3))
    ring.stage(0, operations.READV, { fd, len: count * 3 }, views)
    t.is((await ring.collect(1))[0]?.result, count * 3)
    t.deepEqual(Buffer.concat(views), pattern(count * 3), `${count} buffers`)
  }
})

test('a number can be no token: only a slot with an operation is one', async (t) => {
  const ring = rawRing(t)
  ring.stage(0, operations.ASYNC_CANCEL, { addr: 5 })
  t.like((await ring.collect(1))[0], { result: -ENOENT, extra: EXTRA_LAST | EXTRA_REFUSED })
  ring.stage(5, operations.TIMEOUT, { addr: 60 })
  ring.stage(0, operations.ASYNC_CANCEL, { addr: 5 })
  const rows = await ring.collect(2)
  t.is(rows.find(({ slot }) => slot === 0)?.result, 0)
  t.is(rows.find(({ slot }) => slot === 5)?.result, -os.errno.ECANCELED)
})

test('a flag that would change what an address means is refused', async (t) => {
  const ring = rawRing(t)
  const [UPDATE, MULTISHOT, IMMEDIATE] = [0x2, 0x40, 0x80]
  for (const opFlags of [UPDATE, MULTISHOT, IMMEDIATE]) {
    ring.stage(0, operations.TIMEOUT, { addr: 60, opFlags })
    t.like((await ring.collect(1))[0], { result: -EINVAL, extra: EXTRA_LAST | EXTRA_REFUSED })
  }
})

test('growing beyond what there is memory for tells the errno and changes nothing', async (t) => {
  const ring = rawRing(t)
  if (readFileSync('/proc/sys/vm/overcommit_memory', 'utf8').trim() === '1') {
    skip(t, 'failing mmap', 'this kernel promises any amount of memory')
    return
  }
  t.is(ring.native.grow(0xffff_ffff), os.errno.ENOMEM)
  ring.stage(63, operations.NOP, {})
  t.is((await ring.collect(1)).length, 1, 'the tables are still there')
})
