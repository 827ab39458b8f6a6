// What callers pass, checked before anything is queued: descriptors, positions, buffers, paths,
// durations. A check that fails throws and leaves no trace. Proved by __test__/arguments.spec.ts.

import { fileURLToPath } from 'node:url'
import { detached, outOfRange, wrongType, wrongValue } from './errors'

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
  /** Aborting it cancels the operation. The promise settles when the kernel has let go. */
  readonly signal?: AbortSignal | undefined
  /** Stops the operation after this long; it rejects with code `ETIMEDOUT` (IORING_OP_LINK_TIMEOUT). */
  readonly timeout?: Duration | undefined
  /** `IOSQE_FIXED_FILE`, `IOSQE_IO_DRAIN`, `IOSQE_ASYNC`. Links are made with `chain()`. */
  readonly flags?: number | undefined
}

/** What reads and writes take. */
export interface ReadWriteOptions extends OperationOptions {
  /** `RWF_*` for this one transfer, as for preadv2(2): `RWF_NOWAIT`, `RWF_DSYNC`, ... */
  readonly rwFlags?: number | undefined
}

const INT32_MAX = 0x7fff_ffff
/** The kernel transfers no more than this at once (MAX_RW_COUNT). */
export const TRANSFER_MAX = 0x7fff_f000
const OFFSET_MAX = 0x7fff_ffff_ffff_ffffn

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

/** An unsigned integer up to `max`. */
export function checkUint(value: number, name: string, max: number): number {
  if (typeof value !== 'number') throw wrongType(name, 'a number', value)
  if (value >= 0 && value <= max && Number.isInteger(value)) return value
  throw outOfRange(name, `an integer from 0 to ${max}`, value)
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

/** A file position. */
export function checkPosition(position: Position): Position {
  return position === null ? null : checkOffset(position, 'position')
}

/** The bytes of a view; the kernel moves at most `TRANSFER_MAX` of them at once. */
export function checkView(view: NodeJS.ArrayBufferView, name = 'buffer'): number {
  if (!ArrayBuffer.isView(view)) throw wrongType(name, 'a Buffer, TypedArray or DataView', view)
  const byteLength = lengthOf(view, name)
  if (byteLength === 0 && isGone(view.buffer)) throw detached(name)
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

/** A detached buffer is as long as an empty one, but no view of it can be made. */
function isGone(memory: ArrayBufferLike): boolean {
  try {
    return new Uint8Array(memory).byteLength < 0
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
  views: Uint8Array[]
  bytes: number
} {
  if (!Array.isArray(views))
    throw wrongType('buffers', 'an array of Buffers, TypedArrays or DataViews', views)
  if (views.length > IOVECS_MAX)
    throw outOfRange('buffers.length', `at most ${IOVECS_MAX}`, views.length)
  let bytes = 0
  const checked = views.map((view: NodeJS.ArrayBufferView, index) => {
    bytes += checkView(view, `buffers[${index}]`)
    return toBytes(view)
  })
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
  if (!(path instanceof Uint8Array))
    throw wrongType(name, 'a string, Uint8Array or file: URL', path)
  if (path.includes(0)) throw wrongValue(name, 'must be without null bytes', path)
  return path
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
