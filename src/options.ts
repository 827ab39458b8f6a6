// What callers pass, checked before anything is queued: descriptors, positions, buffers, paths,
// durations. A check that fails throws and leaves no trace. Proved by __test__/arguments.spec.ts.

import { fileURLToPath } from 'node:url'
import { types } from 'node:util'
import { listOf, type List } from './core/list'
import { detached, outOfRange, unknownOption, wrongType, wrongValue } from './errors'

/** A descriptor: a number, or anything that carries one (a `FileHandle`, say). */
export type FileLike = number | { readonly fd: number }

/** A position in a file, in bytes; `null` is the file's own position (as for a pipe or a socket). */
export type Position = number | bigint | null

/** A path as Node's `fs` takes it. */
export type PathLike = string | Uint8Array | URL

/** A span of time: whole milliseconds, or seconds and nanoseconds. */
export type Duration = number | { readonly seconds: number; readonly nanoseconds?: number }

/** What every operation takes as its last argument. */
export interface OperationOptions {
  /** Aborting it cancels the operation. The promise settles when the kernel no longer uses its memory. */
  readonly signal?: AbortSignal | undefined
  /** Stops the operation after this long; it rejects with code `ETIMEDOUT` (IORING_OP_LINK_TIMEOUT). */
  readonly timeout?: Duration | undefined
  /** `IOSQE_FIXED_FILE`, `IOSQE_IO_DRAIN`, `IOSQE_ASYNC`. Links are made with `chain()`. */
  readonly flags?: number
  /** Whether the operation keeps the process alive. Default `true`. See also `ring.unref(promise)`. */
  readonly ref?: boolean | undefined
}

/** What reads and writes take. */
export interface ReadWriteOptions extends OperationOptions {
  /** `RWF_*` for this one transfer, as for preadv2(2): `RWF_NOWAIT`, `RWF_DSYNC`, ... */
  readonly rwFlags?: number
}

const COMMON_OPTIONS: readonly string[] = ['signal', 'timeout', 'flags', 'ref']
const TRANSFER_OPTIONS: readonly string[] = [...COMMON_OPTIONS, 'rwFlags']

/** True for an options object that stands in place of an optional number. */
export function isOptions(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Checks that `options` is an object without unknown names. Transfers know `rwFlags` as well. */
export function checkOptions(options: object, transfer: boolean): void {
  checkNames(options, transfer ? TRANSFER_OPTIONS : COMMON_OPTIONS)
}

/** Checks that an options object has no property but the `known` ones. */
export function checkNames(options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw wrongType('options', 'an object', options)
  // has none that would be found below, and would be ignored without a word
  if (options instanceof AbortSignal)
    throw wrongType('options', 'an object, such as { signal }', options)
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw unknownOption(name, known)
  }
}

/** The flags of an options object. A name that is there must have a number: `undefined` is what a
 *  misspelt constant is. */
export function flagsOf<N extends string>(
  options: { readonly [K in N]?: number },
  name: N,
): number {
  const flags = options[name]
  if (flags === undefined && !(name in options)) return 0
  return checkUint32(flags as number, `options.${name}`)
}

const INT32_MAX = 0x7fff_ffff
/** The kernel transfers no more than this at once (MAX_RW_COUNT). */
export const TRANSFER_MAX = 0x7fff_f000
const OFFSET_MAX = 0x7fff_ffff_ffff_ffffn

/** A descriptor that is a number; objects own theirs, and close it themselves. */
export function toNumericFd(fd: number): number {
  if (typeof fd !== 'number') {
    throw wrongType('fd', 'a number (a FileHandle is closed by its own close())', fd)
  }
  return toFd(fd)
}

/** The number of a descriptor; from 0 to 2^31 - 1. */
export function toFd(file: FileLike, name = 'fd'): number {
  const fd = typeof file === 'object' && file !== null ? file.fd : file
  if (typeof fd !== 'number') throw wrongType(name, 'a number or have a numeric "fd"', file)
  if (isFd(fd)) return fd
  throw outOfRange(name, `an integer from 0 to ${INT32_MAX}`, fd)
}

const AT_FDCWD = -100

/** Whether a number can be a descriptor. */
export function isFd(fd: number): boolean {
  return (fd | 0) === fd && fd >= 0
}

/** Whether a number can be a position. */
export function isPosition(position: number): boolean {
  return position >= 0 && Number.isSafeInteger(position)
}

/** Whether a value can be the index of a registered buffer. */
export function isBufIndex(index: unknown): boolean {
  return typeof index === 'number' && (index & 0xffff) === index
}

/** The index of a registered buffer. */
export function checkBufIndex(index: number): number {
  return checkUint(index, 'bufIndex', 0xffff)
}

/** As `toFd`, and `AT_FDCWD` for the working directory. */
export function toDirfd(file: FileLike): number {
  return file === AT_FDCWD ? AT_FDCWD : toFd(file, 'dirfd')
}

/** An unsigned integer of 32 bits. */
export function checkUint32(value: number, name: string): number {
  return checkUint(value, name, 0xffff_ffff)
}

/** An unsigned integer from `min` to `max`. */
export function checkUint(value: number, name: string, max: number, min = 0): number {
  if (typeof value !== 'number') throw wrongType(name, 'a number', value)
  if (value >= min && value <= max && Number.isInteger(value)) return value
  throw outOfRange(name, `an integer from ${min} to ${max}`, value)
}

/** A length or offset of 63 bits, as a number or a bigint. */
export function checkOffset(value: number | bigint, name: string): number | bigint {
  if (typeof value === 'number') {
    if (isPosition(value)) return value
    throw outOfRange(name, 'an integer from 0 to 2^53 - 1, or a bigint', value)
  }
  if (typeof value !== 'bigint') throw wrongType(name, 'a number or a bigint', value)
  if (value >= 0n && value <= OFFSET_MAX) return value
  throw outOfRange(name, 'from 0 to 2^63 - 1', value)
}

/** A file position. There is no default: the file's own position is asked for by `null`. */
export function checkPosition(position: Position): Position {
  if (position === null) return null
  if (position === undefined)
    throw wrongType('position', "a number, a bigint or null (the file's own position)", position)
  return checkOffset(position, 'position')
}

/** The bytes of a view; the kernel moves at most `TRANSFER_MAX` of them at once. */
export function checkView(view: NodeJS.ArrayBufferView, name = 'buffer'): number {
  if (!ArrayBuffer.isView(view)) throw wrongType(name, 'a Buffer, TypedArray or DataView', view)
  const byteLength = lengthOf(view, name)
  if (byteLength === 0 && isGone(view)) throw detached(name)
  if (byteLength <= TRANSFER_MAX) return byteLength
  throw outOfRange(`${name}.byteLength`, `at most ${TRANSFER_MAX}`, byteLength)
}

function lengthOf(view: NodeJS.ArrayBufferView, name: string): number {
  try {
    return view.byteLength
  } catch {
    throw detached(name) // a DataView without memory does not even have a length
  }
}

const { at } = Uint8Array.prototype

/** True for a view whose memory was detached, or made so small that the view lies beyond its end. Such a
 *  view is as long as an empty one, but has no elements that could be asked for. */
function isGone(view: NodeJS.ArrayBufferView): boolean {
  if (!types.isTypedArray(view)) return false // a DataView would not have had a length
  try {
    at.call(view, 0)
    return false
  } catch {
    return true
  }
}

/** The view's bytes: the addon takes nothing but Uint8Arrays. */
export function toBytes(view: NodeJS.ArrayBufferView): Uint8Array {
  return view instanceof Uint8Array
    ? view
    : new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}

/** IOV_MAX of Linux. */
const IOVECS_MAX = 1024

/** A list of views for a vectored transfer, and their bytes together. */
export function toViews(views: readonly NodeJS.ArrayBufferView[]): {
  views: List<Uint8Array>
  bytes: number
} {
  if (!Array.isArray(views))
    throw wrongType('buffers', 'an array of Buffers, TypedArrays or DataViews', views)
  // a list of our own, filled by index: the caller's may have a `map` that keeps the result
  const checked = listOf<Uint8Array>()
  const { length } = views
  if (length > IOVECS_MAX) throw outOfRange('buffers.length', `at most ${IOVECS_MAX}`, length)
  let bytes = 0
  for (let index = 0; index < length; index++) {
    const view = views[index] as NodeJS.ArrayBufferView
    bytes += checkView(view, `buffers[${index}]`)
    checked[index] = toBytes(view)
  }
  if (bytes > TRANSFER_MAX)
    throw outOfRange('buffers', `at most ${TRANSFER_MAX} bytes together`, bytes)
  return { views: checked, bytes }
}

/** A path, as text or bytes without a NUL. */
export function toPath(path: PathLike, name = 'path'): string | Uint8Array {
  if (path instanceof URL) return toPath(fileURLToPath(path), name)
  if (typeof path === 'string') {
    if (!path.includes('\0')) return path
    throw wrongValue(name, 'must be a string without null bytes', path)
  }
  if (!types.isUint8Array(path)) throw wrongType(name, 'a string, Uint8Array or file: URL', path)
  if (path.byteLength === 0 && isGone(path)) throw detached(name)
  // a copy, as Node makes one: the caller may use the memory for the next path at once
  const bytes = new Uint8Array(path)
  if (bytes.includes(0)) throw wrongValue(name, 'must be without null bytes', path)
  return bytes
}

const SECONDS_MAX = 0xffff_ffff

/** Seconds and nanoseconds of a duration. */
export function toTimespec(
  duration: Duration,
  name: string,
): { seconds: number; nanoseconds: number } {
  if (typeof duration === 'number') {
    if (duration >= 0 && duration <= SECONDS_MAX * 1000 && Number.isInteger(duration)) {
      return { seconds: Math.floor(duration / 1000), nanoseconds: (duration % 1000) * 1_000_000 }
    }
    throw outOfRange(name, 'a whole number of milliseconds (or { seconds, nanoseconds })', duration)
  }
  if (typeof duration !== 'object' || duration === null) {
    throw wrongType(name, 'a number of milliseconds or { seconds, nanoseconds }', duration)
  }
  const { seconds, nanoseconds = 0 } = duration
  return {
    seconds: checkUint(seconds, `${name}.seconds`, SECONDS_MAX),
    nanoseconds: checkUint(nanoseconds, `${name}.nanoseconds`, 999_999_999),
  }
}
