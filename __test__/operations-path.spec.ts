// Operations on a path.

import {
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { Statx, constants } from 'uring'
import { rejection, thrown } from './helpers/errors'
import { ringFor } from './helpers/ring'
import { closeQuietly, file, folder, pattern } from './helpers/temp'

const { AT_FDCWD, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_WRONLY } = constants

test('openat gives a descriptor of the file', async (t) => {
  const ring = ringFor(t)
  const path = file(t, 'here')
  const fd = await ring.openat(AT_FDCWD, path, O_RDONLY)
  t.is(readFileSync(fd, 'utf8'), 'here')
  t.is(await ring.close(fd), 0)
})

test('openat makes a new file with its mode, less the umask', async (t) => {
  const ring = ringFor(t)
  const path = join(folder(t), 'new')
  const before = process.umask(0o022)
  const fd = await ring.openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL, 0o664)
  const plain = await ring.openat(AT_FDCWD, `${path}2`, O_WRONLY | O_CREAT)
  process.umask(before)
  t.is(fstatSync(fd).mode & 0o777, 0o644)
  t.is(fstatSync(plain).mode & 0o777, 0o644, '0666 when no mode is given')
  closeSync(fd)
  closeSync(plain)
})

test('openat is relative to its directory, as a number or a handle', async (t) => {
  const ring = ringFor(t)
  const path = file(t, 'relative')
  const directory = openSync(dirname(path), 'r')
  for (const dirfd of [directory, { fd: directory }]) {
    const fd = await ring.openat(dirfd, basename(path), O_RDONLY)
    t.is(readFileSync(fd, 'utf8'), 'relative')
    closeSync(fd)
  }
  closeSync(directory)
})

test('paths are text, bytes or file: URLs, of any length and script', async (t) => {
  const ring = ringFor(t)
  const directory = join(folder(t), 'ü'.repeat(60), '字'.repeat(60))
  mkdirSync(directory, { recursive: true })
  const path = join(directory, 'a b%c')
  writeFileSync(path, 'x')
  for (const name of [
    path,
    Buffer.from(path),
    new Uint8Array(Buffer.from(path)),
    pathToFileURL(path),
  ]) {
    const fd = await ring.openat(AT_FDCWD, name, O_RDONLY)
    t.is(fstatSync(fd).size, 1)
    closeSync(fd)
  }
})

test('a path that is not UTF-8 is opened by its bytes', async (t) => {
  const ring = ringFor(t)
  const path = Buffer.concat([Buffer.from(`${folder(t)}/`), Buffer.from([0xff, 0xfe, 0x41])])
  writeFileSync(path, 'bytes')
  const fd = await ring.openat(AT_FDCWD, path, O_RDONLY)
  t.is(readFileSync(fd, 'utf8'), 'bytes')
  closeSync(fd)
})

test('descriptors of openat are close-on-exec (R27)', async (t) => {
  const ring = ringFor(t)
  const fd = await ring.openat(AT_FDCWD, file(t), O_RDWR)
  const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? ''
  t.is(Number.parseInt(flags, 8) & 0o2000000, 0o2000000)
  closeSync(fd)
})

test('what happens to the path after the call does not matter: its bytes are taken in time (R11)', async (t) => {
  const ring = ringFor(t)
  const path = file(t, 'x')
  const bytes = Buffer.from(path)
  const opening = Array.from({ length: 50 }, () => ring.openat(AT_FDCWD, bytes, O_RDONLY))
  ring.flush()
  bytes.fill(0x2f)
  for (const fd of await Promise.all(opening)) {
    t.is(fstatSync(fd).size, 1)
    closeQuietly(fd)
  }
})

test('statx agrees with fs.stat in every field they share', async (t) => {
  const ring = ringFor(t)
  const path = file(t, pattern(12_345))
  const mine = await ring.statx(AT_FDCWD, path)
  const node = statSync(path)
  t.true(mine instanceof Statx)
  for (const field of ['size', 'mode', 'nlink', 'uid', 'gid', 'ino', 'blocks', 'blksize'] as const)
    t.is(mine[field], node[field], field)
  for (const field of ['atimeMs', 'mtimeMs', 'ctimeMs', 'birthtimeMs'] as const) {
    t.true(
      Math.abs(mine[field] - node[field]) < 0.01,
      `${field}: ${mine[field]} and ${node[field]}`,
    )
  }
  for (const field of ['atime', 'mtime', 'ctime', 'birthtime'] as const) {
    t.true(Math.abs(mine[field].getTime() - node[field].getTime()) <= 1, field)
  }
  t.is(mine.mask & constants.STATX_BASIC_STATS, constants.STATX_BASIC_STATS)
})

test('statx tells every kind of file apart', async (t) => {
  const ring = ringFor(t)
  const at = folder(t)
  writeFileSync(join(at, 'file'), '')
  symlinkSync('file', join(at, 'symlink'))
  const server = createServer().listen(join(at, 'socket'))
  t.teardown(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const kinds = [
    'isFile',
    'isDirectory',
    'isSymbolicLink',
    'isSocket',
    'isCharacterDevice',
    'isBlockDevice',
    'isFIFO',
  ] as const
  for (const path of [join(at, 'file'), at, join(at, 'symlink'), join(at, 'socket'), '/dev/null']) {
    const mine = await ring.statx(AT_FDCWD, path, constants.AT_SYMLINK_NOFOLLOW)
    const node = lstatSync(path)
    for (const kind of kinds) t.is(mine[kind](), node[kind](), `${path} ${kind}`)
  }
  t.true(
    (await ring.statx(AT_FDCWD, join(at, 'symlink'))).isFile(),
    'a link is followed unless told otherwise',
  )
  const device = await ring.statx(AT_FDCWD, '/dev/null')
  t.deepEqual([device.rdevMajor, device.rdevMinor], [1, 3])
})

test('statx of a descriptor itself, with AT_EMPTY_PATH', async (t) => {
  const ring = ringFor(t)
  const fd = openSync(file(t, 'four'), 'r')
  t.is((await ring.statx(fd, '', constants.AT_EMPTY_PATH, constants.STATX_SIZE)).size, 4)
  closeSync(fd)
})

test('a thousand statx at once each give their own answer (R59)', async (t) => {
  const ring = ringFor(t)
  const at = folder(t)
  const sizes = Array.from({ length: 50 }, (_, index) => index * 3)
  for (const size of sizes) writeFileSync(join(at, String(size)), Buffer.alloc(size))
  const asked = Array.from({ length: 1000 }, (_, index) => sizes[index % sizes.length] as number)
  const told = await Promise.all(asked.map((size) => ring.statx(AT_FDCWD, join(at, String(size)))))
  t.deepEqual(
    told.map((stat) => stat.size),
    asked,
  )
})

test('openat and statx of what is not there name the path', async (t) => {
  const ring = ringFor(t)
  const path = join(folder(t), 'not there')
  for (const name of [path, Buffer.from(path), pathToFileURL(path)]) {
    for (const operation of [ring.openat(AT_FDCWD, name, O_RDONLY), ring.statx(AT_FDCWD, name)]) {
      const error = await rejection(t, operation)
      t.is(error.code, 'ENOENT')
      t.is(error.path, path)
      t.true(error.message.includes(`'${path}'`))
    }
  }
})

test('a path in bytes is read at the call: what becomes of its memory afterwards changes nothing', async (t) => {
  const ring = ringFor(t)
  const path = file(t, 'abc')
  const missing = Buffer.from(`${path}-missing`)
  const bytes = new Uint8Array(Buffer.from(path))
  const sizes = [ring.statx(AT_FDCWD, bytes)]
  bytes.fill(0x41)
  bytes.set(Buffer.from(path))
  sizes.push(ring.statx(AT_FDCWD, bytes))
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  for (const { size } of await Promise.all(sizes)) t.is(size, 3)
  const refused = ring.openat(AT_FDCWD, missing, O_RDONLY)
  ring.flush()
  missing.fill(0x41)
  t.like(await rejection(t, refused), { code: 'ENOENT', path: `${path}-missing` })
})

test('a path whose memory is gone is refused at the call', (t) => {
  const ring = ringFor(t)
  const bytes = new Uint8Array([0x2f])
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
  t.is(thrown(t, () => ring.openat(AT_FDCWD, bytes, O_RDONLY)).code, 'ERR_BUFFER_DETACHED')
  t.is(thrown(t, () => ring.statx(AT_FDCWD, bytes)).code, 'ERR_BUFFER_DETACHED')
})
