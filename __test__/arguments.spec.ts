// Wrong arguments: refused at the call, with a Node-style code, before anything is queued (R06, R08).

import { open } from 'node:fs/promises'
import { inspect } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { constants, Ring, type Batch, type Chain, type RingOptions } from 'uring'
import { rejection, thrown } from './helpers/errors'
import { ringFor } from './helpers/ring'
import { opened } from './helpers/temp'

const RANGE = 'ERR_OUT_OF_RANGE'
const TYPE = 'ERR_INVALID_ARG_TYPE'
const VALUE = 'ERR_INVALID_ARG_VALUE'

/** Calls with every value; each must throw the code and queue nothing. */
function refuses(
  t: ExecutionContext,
  ring: Ring,
  code: string,
  values: readonly unknown[],
  call: (value: never) => unknown,
): void {
  for (const value of values) {
    const error = thrown(t, () => call(value as never))
    t.is(error.code, code, `${String(value)}: ${error.message}`)
    t.true(code === RANGE ? error instanceof RangeError : error instanceof TypeError)
  }
  const { inFlight, staged } = ring.stats()
  t.deepEqual({ inFlight, staged }, { inFlight: 0, staged: 0 }, 'nothing was queued')
}

const NOT_A_NUMBER = ['1', null, undefined, true, {}, [], 1n, Symbol('s'), () => 1]
const NOT_AN_INDEX = [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, -(2 ** 31)]
const NOT_A_UINT32 = [-1, 0.5, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** 32]
const NOT_A_POSITION = [-1, 0.1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, -1n, 2n ** 63n]
const buffer = Buffer.alloc(8)

test('a descriptor is a whole number from 0 to 2^31 - 1 (R08, R26)', (t) => {
  const ring = ringFor(t)
  const calls = [
    (fd: never) => ring.read(fd, buffer, 0),
    (fd: never) => ring.write(fd, buffer, 0),
    (fd: never) => ring.readv(fd, [buffer], 0),
    (fd: never) => ring.writev(fd, [buffer], 0),
    (fd: never) => ring.readFixed(fd, buffer, 0, 0),
    (fd: never) => ring.writeFixed(fd, buffer, 0, 0),
    (fd: never) => ring.fsync(fd),
    (fd: never) => ring.fallocate(fd, 0, 0, 1),
    (fd: never) => ring.ftruncate(fd, 1),
    (fd: never) => ring.openat(fd, 'x', 0),
    (fd: never) => ring.statx(fd, 'x'),
  ]
  for (const call of calls) {
    refuses(t, ring, RANGE, [...NOT_AN_INDEX, { fd: -1 }, { fd: 1.5 }], call)
    refuses(t, ring, TYPE, [...NOT_A_NUMBER, { fd: '3' }, { fd: null }], call)
  }
})

test('a position is a whole number of up to 63 bits, or null (R08)', (t) => {
  const ring = ringFor(t)
  const calls = [
    (at: never) => ring.read(0, buffer, at),
    (at: never) => ring.write(0, buffer, at),
    (at: never) => ring.readv(0, [buffer], at),
    (at: never) => ring.writev(0, [buffer], at),
    (at: never) => ring.readFixed(0, buffer, at, 0),
    (at: never) => ring.writeFixed(0, buffer, at, 0),
    (at: never) => ring.fallocate(0, 0, at, 1),
    (at: never) => ring.fallocate(0, 0, 0, at),
    (at: never) => ring.ftruncate(0, at),
  ]
  for (const call of calls) {
    refuses(t, ring, RANGE, NOT_A_POSITION, call)
    refuses(t, ring, TYPE, ['0', true, {}, [], undefined, Symbol('s')], call)
  }
})

test('flags, modes, masks and counts are whole numbers of 32 bits (R08)', (t) => {
  const ring = ringFor(t)
  const calls = [
    (value: never) => ring.fsync(0, value),
    (value: never) => ring.fallocate(0, value, 0, 1),
    (value: never) => ring.openat(-100, 'x', value),
    (value: never) => ring.openat(-100, 'x', 0, value),
    (value: never) => ring.statx(-100, 'x', value),
    (value: never) => ring.statx(-100, 'x', 0, value),
    (value: never) => ring.timeout(1, value),
    (value: never) => ring.timeout(1, 0, value),
    (value: never) => ring.read(0, buffer, 0, { rwFlags: value }),
  ]
  for (const call of calls) {
    refuses(t, ring, RANGE, NOT_A_UINT32, call)
    refuses(t, ring, TYPE, ['0', null, true, 1n], call)
  }
  refuses(t, ring, RANGE, [-1, 65_536, 1.5, Number.NaN], (index) =>
    ring.readFixed(0, buffer, 0, index),
  )
  refuses(t, ring, TYPE, ['1', null, {}], (index) => ring.writeFixed(0, buffer, 0, index))
})

test('a buffer is a view of memory; strings, arrays and bare ArrayBuffers are not', (t) => {
  const ring = ringFor(t)
  const wrong = [
    'text',
    [1, 2],
    {},
    null,
    undefined,
    5,
    new ArrayBuffer(8),
    { byteLength: 8, buffer: new ArrayBuffer(8) },
  ]
  refuses(t, ring, TYPE, wrong, (value) => ring.read(0, value, 0))
  refuses(t, ring, TYPE, wrong, (value) => ring.write(0, value, 0))
  refuses(t, ring, TYPE, wrong, (value) => ring.readFixed(0, value, 0, 0))
  refuses(t, ring, TYPE, wrong, (value) => ring.readv(0, [buffer, value] as never, 0))
  refuses(t, ring, TYPE, ['text', {}, null, undefined, buffer, new Set([buffer])], (value) =>
    ring.writev(0, value, 0),
  )
  refuses(t, ring, RANGE, [Array.from({ length: 1025 }, () => buffer)], (value) =>
    ring.readv(0, value, 0),
  )
})

test('a path is text, bytes or a file: URL, without NULs', (t) => {
  const ring = ringFor(t)
  for (const call of [
    (path: never) => ring.openat(-100, path, 0),
    (path: never) => ring.statx(-100, path),
  ]) {
    refuses(
      t,
      ring,
      TYPE,
      [1, null, undefined, {}, ['x'], new ArrayBuffer(4), new Uint16Array(2)],
      call,
    )
    refuses(t, ring, VALUE, ['a\0', '\0', Buffer.from('a\0b')], call)
    refuses(t, ring, 'ERR_INVALID_URL_SCHEME', [new URL('https://example.org/x')], call)
  }
})

test('a duration is whole milliseconds, or whole seconds and nanoseconds (R75)', (t) => {
  const ring = ringFor(t)
  const range = [
    -1,
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    { seconds: -1 },
    { seconds: 1.5 },
    { seconds: 2 ** 32 },
  ]
  const nanoseconds = [
    { seconds: 0, nanoseconds: 1_000_000_000 },
    { seconds: 0, nanoseconds: -1 },
    { seconds: 0, nanoseconds: 0.5 },
  ]
  for (const call of [
    (value: never) => ring.timeout(value),
    (value: never) => ring.nop({ timeout: value }),
  ]) {
    refuses(t, ring, RANGE, [...range, ...nanoseconds], call)
    refuses(t, ring, TYPE, ['1', true, null, 1n, {}, { seconds: '1' }, { nanoseconds: 1 }], call)
  }
})

test('options are an object with a signal, a timeout and flags that are allowed', (t) => {
  const ring = ringFor(t)
  refuses(t, ring, TYPE, [null, 5, 'x', true, () => 1], (options) => ring.nop(options))
  refuses(t, ring, TYPE, [null, {}, 'x', 1, { aborted: false }], (signal) => ring.nop({ signal }))
  refuses(t, ring, TYPE, ['1', null, {}, 1n], (flags) => ring.nop({ flags }))
  const links = [
    constants.IOSQE_IO_LINK,
    constants.IOSQE_IO_HARDLINK,
    constants.IOSQE_BUFFER_SELECT,
    constants.IOSQE_CQE_SKIP_SUCCESS,
  ]
  refuses(t, ring, VALUE, [...links, 256], (flags) => ring.nop({ flags }))
  refuses(t, ring, RANGE, NOT_A_UINT32, (flags) => ring.nop({ flags }))
})

test('a batch and a chain refuse the same values, and undo what they had collected', async (t) => {
  const ring = ringFor(t)
  const calls = [
    (on: Batch | Chain) => on.read(-1, buffer, 0),
    (on: Batch | Chain) => on.write(0, 'x' as never, 0),
    (on: Batch | Chain) => on.openat(-100, 'a\0', 0),
    (on: Batch | Chain) => on.nop({ flags: 4 }),
    (on: Batch | Chain) => on.timeout(-1),
  ]
  for (const call of calls) {
    t.throws(() => ring.batch((b) => [b.nop(), b.nop(), call(b)]))
    t.throws(() => ring.chain((c) => [c.nop(), c.nop(), call(c) as ReturnType<Chain['nop']>]))
  }
  t.is(ring.stats().inFlight, 0)
  t.is(ring.stats().staged, 0)
  t.deepEqual(await ring.batch((b) => b.nop()), new Int32Array(1))
})

test('the other methods of a ring check what they are given', (t) => {
  const ring = ringFor(t)
  refuses(t, ring, TYPE, [undefined, null, 5, {}], (value) => ring.batch(value))
  refuses(t, ring, TYPE, [undefined, null, 5, {}], (value) => ring.chain(value))
  refuses(t, ring, TYPE, [null, 5, 'hard'], (value) => ring.chain((c) => [c.nop()], value))
  refuses(t, ring, TYPE, [undefined, null, 5, {}], (value) => ring.cancel(value))
  refuses(t, ring, RANGE, [0, -1, 1.5, Number.NaN, 16_385], (value) =>
    ring.registerBuffers(value, 4096),
  )
  refuses(t, ring, RANGE, [0, -1, 1.5, 2 ** 31], (value) => ring.registerBuffers(1, value))
  refuses(t, ring, TYPE, [undefined, null, 5, 'x', new Set()], (value) => ring.registerFiles(value))
  refuses(t, ring, RANGE, [[-2], [0.5], [2 ** 31]], (value) => ring.registerFiles(value))
})

test('arguments that call back into the ring, or end it, get a normal answer (R06)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'abcdefgh')
  const inner: Promise<unknown>[] = []
  const busy = {
    get fd() {
      inner.push(ring.nop(), ring.read(fd, Buffer.alloc(1), 0))
      ring.flush()
      return fd
    },
  }
  const options = {
    get signal() {
      inner.push(ring.batch((b) => b.nop()))
      return undefined
    },
    get rwFlags() {
      inner.push(ring.chain((c) => [c.nop()]))
      return 0
    },
  }
  const target = Buffer.alloc(8)
  t.is(await ring.read(busy, target, 0, options), 8)
  t.is(target.toString(), 'abcdefgh')
  t.is((await Promise.all(inner)).length, 4)

  const ending = ringFor(t)
  const fatal = { get fd() { void ending.dispose(); return fd } } // prettier-ignore
  t.throws(() => ending.read(fatal, target, 0), { code: 'ERR_RING_CLOSED' })
  t.throws(() => ending.batch((b) => b.read(fatal, target, 0)), { code: 'ERR_RING_CLOSED' })
  await ending.dispose()
})

test("an argument that throws is the caller's error and leaves nothing behind (R06)", async (t) => {
  const ring = ringFor(t)
  const bad = (key: string): never => Object.defineProperty({}, key, { get: () => { throw new Error('mine') } }) as never // prettier-ignore
  const calls = [
    () => ring.read(bad('fd'), buffer, 0),
    () => ring.nop(bad('signal')),
    () => ring.nop(bad('timeout')),
    () => ring.nop(bad('flags')),
    () => ring.read(0, buffer, 0, bad('rwFlags')),
    () => ring.timeout(bad('seconds')),
    () => ring.chain((c) => [c.nop()], bad('hard')),
    () => ring.batch((b) => b.nop(bad('signal'))),
  ]
  for (const call of calls) t.throws(call, { message: 'mine' })
  t.is(ring.stats().inFlight, 0)
  t.is(await ring.nop(), 0)
})

test('a position has no default: the file position that is shared is asked for by null (R92)', (t) => {
  const ring = ringFor(t)
  const without = ring as unknown as Record<string, (...values: unknown[]) => unknown>
  for (const name of ['read', 'write']) {
    const error = thrown(t, () => without[name]?.call(ring, 0, buffer))
    t.is(error.code, TYPE)
    t.regex(error.message, /"position".*null/)
  }
  for (const name of ['readv', 'writev'])
    t.is(thrown(t, () => without[name]?.call(ring, 0, [buffer])).code, TYPE)
  t.is(ring.stats().staged, 0)
})

test('an option of an unknown name is refused, and told from the known ones', async (t) => {
  const ring = ringFor(t)
  const wrong: [options: object, name: string][] = [
    [{ timout: 5 }, 'timout'],
    [{ signal: undefined, sginal: AbortSignal.abort() }, 'sginal'],
    [{ rwFlags: 1 }, 'rwFlags'],
  ]
  for (const [options, name] of wrong) {
    const error = thrown(t, () => ring.nop(options as never))
    t.is(error.code, VALUE)
    t.regex(error.message, new RegExp(`"${name}".*signal, timeout, flags, ref`))
  }
  const ringWith = (options: object) => () => new Ring(options as never)
  t.regex(thrown(t, ringWith({ entires: 5 })).message, /"entires".*entries, cqEntries, inFlight/)
  t.is(thrown(t, ringWith({ sqpoll: true })).code, VALUE)
  t.is(thrown(t, () => ring.chain((c) => [c.nop()], { hrad: true } as never)).code, VALUE)
  t.is(await ring.read(0, new Uint8Array(0), 0, { rwFlags: 0 }).catch(() => 0), 0)
})

test('a flag option that is there but undefined, as a misspelt constant is, is refused', (t) => {
  const ring = ringFor(t)
  const undefinedFlags = { rwFlags: undefined } as never
  refuses(t, ring, TYPE, [undefined], (rwFlags) => ring.write(0, buffer, 0, { rwFlags }))
  refuses(t, ring, TYPE, [undefined], (flags) => ring.nop({ flags }))
  t.is(thrown(t, () => ring.readv(0, [buffer], 0, undefinedFlags)).code, TYPE)
  refuses(t, ring, TYPE, [null, 1, 'yes'], (ref) => ring.nop({ ref }))
})

test('where an options object may stand, it is recognised', async (t) => {
  const ring = ringFor(t)
  const signal = AbortSignal.abort()
  const fd = opened(t, 'x')
  const calls = [
    () => ring.statx(-100, '/', { signal }),
    () => ring.statx(-100, '/', 0, { signal }),
    () => ring.openat(-100, '/', 0, { signal }),
    () => ring.fsync(fd, { signal }),
    () => ring.timeout(1, { signal }),
    () => ring.timeout(1, 0, { signal }),
  ]
  for (const call of calls) t.is((await rejection(t, call())).code, 'ABORT_ERR')
  t.is(ring.stats().staged, 0)
})

test('close takes numbers: what owns a descriptor closes it itself', async (t) => {
  const ring = ringFor(t)
  const handle = await open('/proc/self/exe')
  t.teardown(() => handle.close())
  refuses(t, ring, TYPE, [handle, { fd: 5 }, '3', null], (fd) => ring.close(fd))
  t.true((await handle.stat()).size > 0)
})

test('the sizes of a ring are checked, and told as they are', (t) => {
  const make = (options: RingOptions) => (): unknown => new Ring(options)
  t.regex(thrown(t, make({ entries: 0 })).message, /from 1 to 32768. Received 0/)
  t.regex(thrown(t, make({ inFlight: 0 })).message, /from 1 to 1048576. Received 0/)
  t.regex(thrown(t, make({ cqEntries: 1 })).message, /at least the 256 .*Received 1$/)
  t.is(thrown(t, make({ entries: 64, cqEntries: 32 })).code, RANGE)
  const ring = ringFor(t, { entries: 64, cqEntries: 64 })
  t.like(ring.stats(), { sqEntries: 64, cqEntries: 64 })
})

test('a ring cannot be cloned, and prints as what matters of it', async (t) => {
  const ring = ringFor(t, { entries: 8 })
  t.throws(() => structuredClone(ring), { any: true, name: 'DataCloneError' })
  const channel = new MessageChannel()
  t.throws(() => channel.port1.postMessage(ring), { any: true, name: 'DataCloneError' })
  channel.port1.close()
  t.is(inspect(ring), 'Ring { inFlight: 0, entries: 8, disposed: false }')
  const waiting = ring.nop()
  t.is(inspect(ring), 'Ring { inFlight: 1, entries: 8, disposed: false }')
  await waiting
})
