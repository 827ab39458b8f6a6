// Socket options by name: their values to the bytes that setsockopt(2) takes, and back from those that
// getsockopt(2) filled in. Never writes or reads outside of the given bytes; too few for a value are a
// typed error. Proved by __test__/sockets-options.spec.ts.

import { outOfRange, wrongType, wrongValue } from '../errors'
import { checkUint, checkUint32, checkView, toBytes, toFd, toTimespec } from '../options'
import type { Duration, FileLike } from '../options'
import {
  holds,
  readBigInt64,
  readBigUint64,
  readInt32,
  readUint32,
  readUint32BE,
  writeBigUint64,
  writeInt32,
  writeInt32BE,
  writeUint64,
} from './bytes'
import { invalidAddress, noRoom } from './errors'
import { parseIPv4, printIPv4, writeIPv6 } from './ip'
import { socketOptions, type OptionKind, type SocketOption } from './option-table'
import type {
  Linger,
  Membership,
  Membership6,
  OptionInput,
  OptionName,
  OptionValue,
  ReadableOption,
  SourceMembership,
  TxTime,
  WritableOption,
} from './option-values'

const INT32_MAX = 0x7fff_ffff
const UINT64_MAX = 0xffff_ffff_ffff_ffffn
/** IFNAMSIZ, TCP_CA_NAME_MAX and TCP_ULP_NAME_MAX, all with the NUL. */
const STRING_SIZE = 16

/** Bytes of a value; those of no fixed size have none. */
const SIZES: Readonly<Partial<Record<OptionKind, number>>> = {
  boolean: 4,
  int: 4,
  uint: 4,
  uint64: 8,
  ifindex: 4,
  ipv4: 4,
  linger: 8,
  timeval: 16,
  credentials: 12,
  descriptor: 4,
  txtime: 8,
  membership: 12,
  source: 12,
  membership6: 20,
}

/**
 * Returns the row of an option: its level and name as numbers, the kind of its value.
 *
 * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE
 */
export function optionOf(name: OptionName): SocketOption {
  if (typeof name !== 'string') throw wrongType('name', 'a string', name)
  if (Object.hasOwn(socketOptions, name)) return socketOptions[name]
  throw wrongValue('name', 'must be the name of a socket option', name)
}

/** Returns the bytes that an option's value is read into. */
export function optionRoom(name: ReadableOption): number {
  return roomOf(readable(name))
}

function roomOf({ kind, room = STRING_SIZE }: SocketOption): number {
  return SIZES[kind] ?? room
}

function readable(name: ReadableOption): SocketOption {
  const option = optionOf(name)
  if (option.access !== 'write only') return option
  throw wrongValue('name', 'must be the name of an option that can be read', name)
}

/**
 * Writes the value of an option at `at` and returns its length.
 *
 * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE, ERR_INVALID_ADDRESS
 */
export function encodeOption<N extends WritableOption>(
  name: N,
  value: OptionInput<N>,
  into: Uint8Array,
  at: number,
): number {
  const { kind, access } = optionOf(name)
  if (access === 'read only')
    throw wrongValue('name', 'must be the name of an option that can be set', name)
  const length = lengthOf(kind, name, value)
  if (!holds(into, at, length)) throw noRoom(length, into, at)
  write(kind, name, value, into, at, length)
  return length
}

function lengthOf(kind: OptionKind, name: string, value: unknown): number {
  if (kind === 'bytes') return checkView(value as NodeJS.ArrayBufferView, name)
  if (kind !== 'string') return SIZES[kind] ?? 0
  if (typeof value !== 'string') throw wrongType(name, 'a string', value)
  if (value.includes('\0')) throw wrongValue(name, 'must be a string without null bytes', value)
  const length = Buffer.byteLength(value)
  if (length < STRING_SIZE) return length + 1
  throw outOfRange(name, `at most ${STRING_SIZE - 1} bytes long`, length)
}

const encoder = new TextEncoder()

function write(
  kind: OptionKind,
  name: string,
  value: unknown,
  into: Uint8Array,
  at: number,
  length: number,
): void {
  switch (kind) {
    case 'boolean':
      return writeInt32(into, at, checkBoolean(value, name))
    case 'int':
      return writeInt32(into, at, checkInt32(value, name))
    case 'uint':
      return writeInt32(into, at, checkUint32(value as number, name))
    case 'uint64':
      return writeBigUint64(into, at, checkUint64(value, name))
    case 'ifindex':
      return writeInt32BE(into, at, checkUint(value as number, name, INT32_MAX))
    case 'ipv4':
      return writeInt32BE(into, at, hostOf(value, name))
    case 'timeval':
      return writeTimeval(value as Duration, name, into, at)
    case 'descriptor':
      return writeInt32(into, at, toFd(value as FileLike, name))
    case 'string':
      encoder.encodeInto(`${value as string}\0`, into.subarray(at, at + length))
      return undefined
    case 'bytes': {
      const bytes = toBytes(value as NodeJS.ArrayBufferView)
      for (let index = 0; index < length; index++) into[at + index] = bytes[index] as number
      return undefined
    }
    default:
      if (typeof value !== 'object' || value === null) throw wrongType(name, 'an object', value)
      return writeStructure(kind, name, value, into, at)
  }
}

function writeStructure(
  kind: OptionKind,
  name: string,
  value: object,
  into: Uint8Array,
  at: number,
): void {
  switch (kind) {
    case 'linger': {
      const { on, seconds } = value as Linger
      const enabled = checkBoolean(on, `${name}.on`)
      return writeInt32s(into, at, [enabled, checkUint(seconds, `${name}.seconds`, INT32_MAX)])
    }
    case 'txtime': {
      const { clockid, flags } = value as TxTime
      const clock = checkInt32(clockid, `${name}.clockid`)
      return writeInt32s(into, at, [clock, checkUint32(flags, `${name}.flags`)])
    }
    case 'membership': {
      const { multiaddr, address = ANY, ifindex = 0 } = value as Membership
      const group = hostOf(multiaddr, `${name}.multiaddr`)
      const local = hostOf(address, `${name}.address`)
      writeInt32(into, at + 8, checkUint(ifindex, `${name}.ifindex`, INT32_MAX))
      return writeHosts(into, at, [group, local])
    }
    case 'source': {
      const { multiaddr, sourceaddr, interface: local = ANY } = value as SourceMembership
      return writeHosts(into, at, [
        hostOf(multiaddr, `${name}.multiaddr`),
        hostOf(local, `${name}.interface`),
        hostOf(sourceaddr, `${name}.sourceaddr`),
      ])
    }
    default: {
      const { multiaddr, ifindex = 0 } = value as Membership6
      if (typeof multiaddr !== 'string') throw wrongType(`${name}.multiaddr`, 'a string', multiaddr)
      const index = checkUint(ifindex, `${name}.ifindex`, INT32_MAX)
      if (!writeIPv6(multiaddr, into, at)) throw invalidAddress(multiaddr)
      return writeInt32(into, at + 16, index)
    }
  }
}

const ANY = '0.0.0.0'

function hostOf(address: unknown, name: string): number {
  if (typeof address !== 'string') throw wrongType(name, 'a string', address)
  const host = parseIPv4(address)
  if (host >= 0) return host
  throw invalidAddress(address)
}

function writeInt32s(into: Uint8Array, at: number, values: readonly number[]): void {
  values.forEach((value, index) => writeInt32(into, at + index * 4, value))
}

function writeHosts(into: Uint8Array, at: number, hosts: readonly number[]): void {
  hosts.forEach((host, index) => writeInt32BE(into, at + index * 4, host))
}

// Rounded up: a time that is not zero must not become zero, which is no limit.
function writeTimeval(value: Duration, name: string, into: Uint8Array, at: number): void {
  const { seconds, nanoseconds } = toTimespec(value, name)
  const microseconds = Math.ceil(nanoseconds / 1000)
  const carry = microseconds === 1_000_000
  writeUint64(into, at, carry ? seconds + 1 : seconds)
  writeUint64(into, at + 8, carry ? 0 : microseconds)
}

function checkBoolean(value: unknown, name: string): number {
  if (typeof value === 'boolean') return Number(value)
  throw wrongType(name, 'a boolean', value)
}

function checkInt32(value: unknown, name: string): number {
  if (typeof value !== 'number') throw wrongType(name, 'a number', value)
  if ((value | 0) === value) return value
  throw outOfRange(name, `an integer from ${-INT32_MAX - 1} to ${INT32_MAX}`, value)
}

function checkUint64(value: unknown, name: string): bigint {
  if (typeof value === 'number') return BigInt(checkUint(value, name, Number.MAX_SAFE_INTEGER))
  if (typeof value !== 'bigint') throw wrongType(name, 'a number or a bigint', value)
  if (value >= 0n && value <= UINT64_MAX) return value
  throw outOfRange(name, 'from 0 to 2^64 - 1', value)
}

/**
 * Returns the value of an option, from `length` bytes at `at` as the kernel filled them in.
 *
 * @throws ERR_OUT_OF_RANGE where these are fewer bytes than the value has
 */
export function decodeOption<N extends ReadableOption>(
  name: N,
  bytes: Uint8Array,
  at: number,
  length: number,
): OptionValue<N> {
  const { kind } = readable(name)
  const size = Math.max(0, Math.min(length, bytes.length - at)) || 0
  const least = SIZES[kind] ?? 0
  if (size < least || !(at >= 0)) throw outOfRange(name, `at least ${least} bytes long`, size)
  return valueOf(kind, bytes, at, size) as OptionValue<N>
}

function valueOf(kind: OptionKind, bytes: Uint8Array, at: number, size: number): unknown {
  switch (kind) {
    case 'boolean':
      return readInt32(bytes, at) !== 0
    case 'uint':
      return readUint32(bytes, at)
    case 'uint64':
      return readBigUint64(bytes, at)
    case 'ifindex':
      return readUint32BE(bytes, at)
    case 'ipv4':
      return printIPv4(bytes, at)
    case 'linger':
      return { on: readInt32(bytes, at) !== 0, seconds: readInt32(bytes, at + 4) }
    case 'timeval':
      return {
        seconds: Number(readBigInt64(bytes, at)),
        nanoseconds: Number(readBigInt64(bytes, at + 8)) * 1000,
      }
    case 'credentials':
      return {
        pid: readInt32(bytes, at),
        uid: readUint32(bytes, at + 4),
        gid: readUint32(bytes, at + 8),
      }
    case 'txtime':
      return { clockid: readInt32(bytes, at), flags: readUint32(bytes, at + 4) }
    case 'string':
      return textOf(bytes.slice(at, at + size))
    case 'bytes':
      return bytes.slice(at, at + size)
    default:
      return readInt32(bytes, at)
  }
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString()
}
