// Errors of the package beside those that Node's own fs gives for the same failure (R94).

import * as node from 'node:fs'
import { closeSync, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { AbortError, SystemError, constants } from 'uring'
import { inChild } from './helpers/child'
import { rejection, thrown, type Told } from './helpers/errors'
import { ringFor } from './helpers/ring'
import { file, folder, opened } from './helpers/temp'

const { AT_FDCWD, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_PATH, O_RDONLY, O_RDWR } = constants

function nodes(call: () => unknown): Told {
  try {
    call()
  } catch (error) {
    return error as Told
  }
  throw new Error('Node did not mind')
}

test('opening fails as Node fails: code, errno, path and message (R94)', async (t) => {
  const ring = ringFor(t)
  const at = folder(t)
  const plain = join(at, 'plain')
  writeFileSync(plain, '')
  symlinkSync('loop', join(at, 'loop'))
  const cases: [path: string, flags: number, code: string][] = [
    [join(at, 'missing'), O_RDONLY, 'ENOENT'],
    [join(plain, 'below'), O_RDONLY, 'ENOTDIR'],
    [plain, O_CREAT | O_EXCL | O_RDWR, 'EEXIST'],
    [at, O_RDWR, 'EISDIR'],
    [plain, O_DIRECTORY, 'ENOTDIR'],
    [join(at, 'loop'), O_RDONLY, 'ELOOP'],
    [join(at, 'loop'), O_NOFOLLOW, 'ELOOP'],
    [join(at, 'n'.repeat(300)), O_RDONLY, 'ENAMETOOLONG'],
    ['', O_RDONLY, 'ENOENT'],
  ]
  for (const [path, flags, code] of cases) {
    const mine = await rejection(t, ring.openat(AT_FDCWD, path, flags))
    const theirs = nodes(() => openSync(path, flags))
    t.is(mine.code, code)
    for (const key of ['code', 'errno', 'path'] as const)
      t.is(mine[key], theirs[key], `${code} ${key}`)
    t.is(mine.message, theirs.message.replace(', open', ', openat'))
    t.is(mine.name, 'Error')
    t.deepEqual(
      Object.keys(mine).sort(),
      Object.keys(theirs).sort(),
      'the same properties, no more',
    )
  }
})

test('statx fails as fs.stat fails (R94)', async (t) => {
  const ring = ringFor(t)
  const path = join(folder(t), 'missing')
  const mine = await rejection(t, ring.statx(AT_FDCWD, path))
  const theirs = nodes(() => node.statSync(path))
  t.is(mine.message, theirs.message.replace(', stat', ', statx'))
  t.deepEqual(
    [mine.code, mine.errno, mine.path, mine.syscall],
    [theirs.code, theirs.errno, theirs.path, 'statx'],
  )
})

test('operations on a descriptor fail as Node fails (R26, R94)', async (t) => {
  const ring = ringFor(t)
  const at = folder(t)
  mkdirSync(join(at, 'sub'))
  const [directory, readOnly, pathOnly] = [
    openSync(at, 'r'),
    openSync(file(t, 'x'), 'r'),
    openSync(file(t), O_PATH),
  ]
  t.teardown(() => [directory, readOnly, pathOnly].forEach((fd) => closeSync(fd)))
  const buffer = Buffer.alloc(16)
  const closed = 0x7fff_fff0
  const cases: [promise: Promise<unknown>, name: string, theirs: () => unknown][] = [
    [ring.read(closed, buffer, 0), 'read', () => node.readSync(closed, buffer, 0, 16, 0)],
    [ring.write(closed, buffer, 0), 'write', () => node.writeSync(closed, buffer, 0, 16, 0)],
    [ring.read(directory, buffer, 0), 'read', () => node.readSync(directory, buffer, 0, 16, 0)],
    [ring.write(readOnly, buffer, 0), 'write', () => node.writeSync(readOnly, buffer, 0, 16, 0)],
    [ring.read(pathOnly, buffer, 0), 'read', () => node.readSync(pathOnly, buffer, 0, 16, 0)],
    [ring.readv(closed, [buffer], 0), 'readv', () => node.readvSync(closed, [buffer], 0)],
    [ring.writev(readOnly, [buffer], 0), 'writev', () => node.writevSync(readOnly, [buffer], 0)],
    [ring.fsync(closed), 'fsync', () => node.fsyncSync(closed)],
    [ring.close(closed), 'close', () => closeSync(closed)],
  ]
  for (const [promise, name, call] of cases) {
    const [mine, theirs] = [await rejection(t, promise), nodes(call)]
    for (const key of ['code', 'errno'] as const) t.is(mine[key], theirs[key], `${name} ${key}`)
    t.is(mine.syscall, name)
    t.is(mine.message, theirs.message.replace(/, \w+$/, `, ${name}`))
    t.false('path' in mine)
  }
})

test('each refusal of the kernel is an error, never a length (R94)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'x', 'r')
  const full = openSync('/dev/full', 'w')
  t.teardown(() => closeSync(full))
  const refused: [Promise<unknown>, string][] = [
    [ring.write(full, Buffer.from('x'), 0), 'ENOSPC'],
    [ring.fallocate(fd, 0, 0, 4096), 'EBADF'],
    [ring.fallocate(opened(t), 0, 0, 0), 'EINVAL'],
    [ring.fallocate(opened(t), 0x4000_0000, 0, 4096), 'EOPNOTSUPP'],
    [ring.statx(AT_FDCWD, '/', 0x4000_0000), 'EINVAL'],
    [ring.fsync(opened(t), 0x4000_0000), 'EINVAL'],
    [ring.readFixed(fd, Buffer.alloc(1), 0, 0), 'EFAULT'],
  ]
  for (const [promise, code] of refused) {
    const error = await rejection(t, promise)
    t.true(error instanceof SystemError)
    t.is(error.code === 'ENOTSUP' ? 'EOPNOTSUPP' : error.code, code, error.message)
    t.true((error.errno as number) < 0)
  }
})

test('a refused operation says where it was called from', async (t) => {
  const error = await rejection(t, ringFor(t).close(0x7fff_fff0))
  t.true(error instanceof Error)
  t.regex(String(error.stack), /^(Error|SystemError): EBADF: bad file descriptor, close/)
})

test('errors of arguments are TypeErrors and RangeErrors with a code, as in Node', (t) => {
  const ring = ringFor(t)
  const cases: [
    call: () => unknown,
    code: string,
    type: ErrorConstructor | TypeErrorConstructor | RangeErrorConstructor,
  ][] = [
    [() => ring.read(-1, Buffer.alloc(1), 0), 'ERR_OUT_OF_RANGE', RangeError],
    [() => ring.read('1' as never, Buffer.alloc(1), 0), 'ERR_INVALID_ARG_TYPE', TypeError],
    [() => ring.openat(AT_FDCWD, 'a\0b', 0), 'ERR_INVALID_ARG_VALUE', TypeError],
  ]
  for (const [call, code, type] of cases) {
    const error = thrown(t, call)
    t.true(error instanceof type)
    t.is(error.code, code)
    t.is(error.name, type.name, 'a plain name')
    t.true(String(error.stack).startsWith(`${type.name} [${code}]: `), 'and the code in the stack')
    t.false(Object.keys(error).includes('name'))
  }
})

test('an aborted operation is an AbortError as Node makes them, its cause the reason of the signal', async (t) => {
  const controller = new AbortController()
  const waiting = ringFor(t).timeout(60_000, 0, 0, { signal: controller.signal })
  const reason = new Error('because')
  controller.abort(reason)
  const error = await rejection(t, waiting)
  t.true(error instanceof AbortError)
  t.deepEqual(
    [error.name, error.code, error.message],
    ['AbortError', 'ABORT_ERR', 'The operation was aborted'],
  )
  t.is(error.cause, reason)
})

test('the ring goes on after every refusal', async (t) => {
  const ring = ringFor(t)
  for (let time = 0; time < 100; time++) {
    await rejection(t, ring.close(0x7fff_fff0))
    t.is(await ring.nop(), 0)
  }
  t.is(ring.stats().suspect, 0)
})

test('a rejection shows the await that failed, and none of this package', async (t) => {
  const ring = ringFor(t)
  async function theCulprit(): Promise<void> {
    await ring.close(0x7fff_fff0)
  }
  async function together(): Promise<void> {
    await Promise.all([ring.nop(), ring.read(0x7fff_fff0, Buffer.alloc(1), 0)])
  }
  async function chained(): Promise<void> {
    await ring.chain((c) => [c.nop(), c.close(0x7fff_fff0)])
  }
  async function aborted(): Promise<void> {
    await ring.timeout(60_000, { signal: AbortSignal.timeout(5) })
  }
  for (const call of [theCulprit, together, chained, aborted]) {
    const { stack = '' } = await rejection(t, call())
    const frames = stack.split('\n').slice(1)
    t.regex(stack, new RegExp(`at async ${call.name} .*errors\\.spec`), stack)
    t.false(
      frames.some((line) => /dist\/|src\/core/.test(line)),
      stack,
    )
  }
})

test('a time limit says so, in words that fit every operation', async (t) => {
  const ring = ringFor(t)
  const error = await rejection(t, ring.timeout(60_000, { timeout: 5 }))
  t.like(error, { code: 'ETIMEDOUT', errno: -110, syscall: 'timeout' })
  t.is(error.message, 'ETIMEDOUT: operation timed out, timeout')
})

/** What a program may have done to Error, before or after it imports the package. */
const TAMPERED: Readonly<Record<string, string>> = {
  'frozen prototypes':
    'for (const its of [Error, TypeError, RangeError]) Object.freeze(its.prototype)',
  'a prepareStackTrace that throws':
    'Error.prepareStackTrace = () => { throw new Error("planted") }',
  'no captureStackTrace': 'delete Error.captureStackTrace',
  'a captureStackTrace that throws':
    'Error.captureStackTrace = () => { throw new Error("planted") }',
  'a stackTraceLimit that cannot be set':
    'Object.defineProperty(Error, "stackTraceLimit", { get: () => 10, set() { throw new Error("planted") } })',
  'a setter of `code`':
    // Node itself sets the codes of its own errors, and ends when that throws: only the package's are refused
    'Object.defineProperty(Error.prototype, "code", { set(code) { if (/^(ERR_OUT|ERR_INV|ERR_BUF|ERR_RING|ABORT|EBADF)/.test(code)) throw new Error("planted") } })',
}

for (const [name, text] of Object.entries(TAMPERED))
  for (const when of ['before', 'after'])
    test(`errors are the same, and a ring ends, with ${name} ${when} the import`, async (t) => {
      const tampering = when === 'before' ? { before: text } : { args: [text] }
      const ended = await inChild(async ({ uring, args, say }) => {
        if (args[0] !== undefined) new Function(args[0])()
        const ring = new uring.Ring()
        const codes: unknown[] = []
        const told = (error: NodeJS.ErrnoException): unknown => codes.push(error.code, error.name)
        for (const call of [() => ring.close(-1), () => ring.openat(-100, 'a\0b', 0)])
          try {
            void call()
          } catch (error) {
            told(error as NodeJS.ErrnoException)
          }
        await ring.close(0x7fff_fff0).catch(told)
        const buffer = new Uint8Array(8)
        const detached = ring.read(0, buffer, 0)
        structuredClone(buffer.buffer, { transfer: [buffer.buffer] })
        await detached.catch(told)
        await ring.nop({ signal: AbortSignal.abort() }).catch(told)
        await ring.dispose()
        try {
          void ring.nop()
        } catch (error) {
          told(error as NodeJS.ErrnoException)
        }
        say(codes)
      }, tampering)
      const expected = [
        'ERR_OUT_OF_RANGE', 'RangeError', 'ERR_INVALID_ARG_VALUE', 'TypeError', 'EBADF', 'Error', 'ERR_BUFFER_DETACHED', 'TypeError', 'ABORT_ERR', 'AbortError', 'ERR_RING_CLOSED', 'TypeError',
      ] // prettier-ignore
      t.deepEqual(ended.said, [expected], ended.stderr)
    })
