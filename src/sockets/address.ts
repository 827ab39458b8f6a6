// Socket addresses: what callers pass, its bytes as the kernel's `struct sockaddr`, and back. Everything
// is checked before a byte is written; nothing outside of the given bytes is read, whatever they say.
// Addresses that the kernel filled in come back as `Address` objects, which can be sent to as they
// are. Proved by __test__/sockets-address.spec.ts and __test__/sockets-trust.spec.ts.

import type { SocketAddress } from 'node:net'
import { outOfRange, wrongType, wrongValue } from '../errors'
import { checkUint, checkUint32, checkView, toBytes } from '../options'
import {
  holds,
  readUint16,
  readUint16BE,
  readUint32,
  readUint32BE,
  writeInt32,
  writeInt32BE,
  writeUint16,
  writeUint16BE,
} from './bytes'
import { illegalConstructor, invalidAddress, noRoom } from './errors'
import { parseIPv4, printIPv4, printIPv6, scopeOf, writeIPv6 } from './ip'
import { Peers } from './peers'

/** Bytes that every address fits in (`struct sockaddr_storage`). */
export const ADDRESS_MAX = 128

const AF_UNIX = 1
const AF_INET = 2
const AF_INET6 = 10
const IPV4_LENGTH = 16
const IPV6_LENGTH = 28
const PATH_AT = 2
/** sizeof(sun_path): a path and its NUL, or an abstract name. */
const PATH_MAX = 108
const PORT_MAX = 0xffff

/** Names of the IP families: those of `net.SocketAddress`, and those of `dgram` and `server.address()`. */
export type IpFamily = 'ipv4' | 'ipv6' | 'IPv4' | 'IPv6'

/**
 * An IP address and port. `net.SocketAddress` (which does not keep a zone) and the `rinfo` of `dgram`
 * have this shape.
 */
export interface IpAddressLike {
  /** The text of the address. IPv6 may end in a zone: `fe80::1%eth0`, `fe80::1%2`. */
  readonly address: string
  /** From 0 to 65535. */
  readonly port: number
  /** Derived from the text of the address if absent. */
  readonly family?: IpFamily | undefined
  /** IPv6: traffic class and flow label, 0 if absent. */
  readonly flowlabel?: number | undefined
  /** IPv6: the index of the interface a link-local address belongs to, 0 if absent. */
  readonly scopeid?: number | undefined
}

/** An address of the Unix domain. */
export interface UnixAddressLike {
  /**
   * A path of at most 107 bytes; or an abstract name, which begins with a NUL, is at most 108 bytes
   * long with it, and has exactly the length given; or `''`, the unnamed address.
   */
  readonly path: string | Uint8Array
  readonly family?: 'unix' | undefined
}

/** An address of any other family (`AF_VSOCK`, `AF_NETLINK`, ...), or `AF_UNSPEC`, as bytes. */
export interface OtherAddressLike {
  /** `AF_*`, from 0 to 65535. */
  readonly family: number
  /** What follows the family in the kernel's structure; at most 126 bytes, none if absent. */
  readonly bytes?: NodeJS.ArrayBufferView | undefined
}

/** Every address that an operation takes. */
export type AddressLike =
  Address | SocketAddress | IpAddressLike | UnixAddressLike | OtherAddressLike

const key: unique symbol = Symbol('address')
let encodedOf: (value: object) => Uint8Array | undefined

abstract class EncodedAddress {
  readonly #bytes: Uint8Array

  /** @internal */
  constructor(permit: typeof key, bytes: Uint8Array) {
    if (permit !== key) throw illegalConstructor()
    this.#bytes = bytes
  }

  /** Returns a copy of the address as the kernel's `struct sockaddr`. */
  toBytes(): Uint8Array {
    return this.#bytes.slice()
  }

  static {
    // the private field is the brand: no object made elsewhere has it, so its length can be trusted
    encodedOf = (value) => (#bytes in value ? value.#bytes : undefined)
  }
}

/** An IP address and port, encoded once. Immutable. */
export class IpAddress extends EncodedAddress {
  readonly family: 'ipv4' | 'ipv6'
  /** The text of the address, without a zone. */
  readonly address: string
  readonly port: number
  /** Traffic class and flow label; 0 for IPv4. */
  readonly flowlabel: number
  /** The index of the interface a link-local address belongs to; 0 for all others. */
  readonly scopeid: number

  /** @internal */
  constructor(permit: typeof key, bytes: Uint8Array) {
    super(permit, bytes)
    const ipv6 = readUint16(bytes, 0) === AF_INET6
    this.family = ipv6 ? 'ipv6' : 'ipv4'
    this.address = ipv6 ? printIPv6(bytes, 8) : printIPv4(bytes, 4)
    this.port = readUint16BE(bytes, 2)
    this.flowlabel = ipv6 ? readUint32BE(bytes, 4) : 0
    this.scopeid = ipv6 ? readUint32(bytes, 24) : 0
    Object.freeze(this)
  }
}

// Where names are put together and read. It has one byte more than the longest name, to detect a longer one.
const unix = Buffer.alloc(PATH_AT + PATH_MAX + 1)

/** An address of the Unix domain, encoded once. Immutable. */
export class UnixAddress extends EncodedAddress {
  readonly family: 'unix'
  /**
   * The path; an abstract name with its leading NUL; `''` for the unnamed address. Bytes that are not
   * UTF-8 show as U+FFFD, but the object is still the address of exactly these bytes.
   */
  readonly path: string

  /** @internal */
  constructor(permit: typeof key, bytes: Uint8Array) {
    super(permit, bytes)
    this.family = 'unix'
    unix.set(bytes)
    this.path = unix.toString('utf8', PATH_AT, PATH_AT + nameLength(bytes, 0, bytes.length))
    Object.freeze(this)
  }
}

/** An address of a family that has no text of its own here. Immutable. */
export class OtherAddress extends EncodedAddress {
  /** `AF_*`; also a known family, where its structure was cut short. */
  readonly family: number

  /** @internal */
  constructor(permit: typeof key, bytes: Uint8Array) {
    super(permit, bytes)
    this.family = readUint16(bytes, 0)
    Object.freeze(this)
  }

  /** A copy of what follows the family in the kernel's structure. */
  get bytes(): Uint8Array {
    return this.toBytes().subarray(2)
  }
}

/** An address that is encoded already. What the kernel fills in comes back as such. */
export type Address = IpAddress | UnixAddress | OtherAddress

function from(value: IpAddress | SocketAddress | IpAddressLike): IpAddress
function from(value: UnixAddress | UnixAddressLike): UnixAddress
function from(value: AddressLike): Address
function from(value: AddressLike): Address {
  if (isAddress(value)) return value
  const bytes = new Uint8Array(ADDRESS_MAX)
  const length = encodeAddress(value, bytes, 0)
  return decodeAddress(bytes, 0, length) as Address
}

function isAddress(value: unknown): value is Address {
  return typeof value === 'object' && value !== null && encodedOf(value) !== undefined
}

/** Addresses that are encoded once, for those who send often. */
export const Address = Object.freeze({
  /**
   * Returns the address as an immutable object that holds the kernel's bytes. A zone is looked up now
   * and not again.
   *
   * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE, ERR_INVALID_ADDRESS
   */
  from,
  /** Returns whether a value was made by `Address.from` or came from the kernel. */
  is: isAddress,
})

/**
 * Writes an address at `at` as the kernel's `struct sockaddr` and returns its length, at most 128.
 * Reads all of `value` before it writes.
 *
 * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE, ERR_INVALID_ADDRESS
 */
export function encodeAddress(value: AddressLike, into: Uint8Array, at: number): number {
  if (typeof value !== 'object' || value === null) throw noAddress(value)
  const encoded = encodedOf(value)
  if (encoded !== undefined) return put(encoded, encoded.length, into, at)
  const given = value as Partial<IpAddressLike & UnixAddressLike>
  const { address, path } = given
  if (address !== undefined) {
    if (path !== undefined)
      throw wrongValue('address', 'must not have an "address" and a "path"', value)
    return encodeIp(address, given, into, at)
  }
  if (path !== undefined) return encodeUnix(path, given.family, into, at)
  return encodeOther(value as OtherAddressLike, into, at)
}

function noAddress(value: unknown): TypeError {
  const expected = 'an Address, a net.SocketAddress, { address, port } or { path }'
  return wrongType('address', expected, value)
}

function put(bytes: Uint8Array, length: number, into: Uint8Array, at: number): number {
  if (!holds(into, at, length)) throw noRoom(length, into, at)
  for (let index = 0; index < length; index++) into[at + index] = bytes[index] as number
  return length
}

function encodeIp(
  address: string,
  given: Partial<IpAddressLike>,
  into: Uint8Array,
  at: number,
): number {
  if (typeof address !== 'string') throw wrongType('address.address', 'a string', address)
  const port = checkUint(given.port as number, 'address.port', PORT_MAX)
  const { family, flowlabel = 0, scopeid = 0 } = given
  checkUint32(flowlabel, 'address.flowlabel')
  checkUint32(scopeid, 'address.scopeid')
  if (isIPv6Family(family, address)) {
    takeIPv6(address, scopeid)
    writeUint16BE(ipv6, 2, port)
    writeInt32BE(ipv6, 4, flowlabel)
    return put(ipv6, IPV6_LENGTH, into, at)
  }
  const host = parseIPv4(address)
  if (host < 0) throw invalidAddress(address)
  if (!holds(into, at, IPV4_LENGTH)) throw noRoom(IPV4_LENGTH, into, at)
  writeUint16(into, at, AF_INET)
  writeUint16BE(into, at + 2, port)
  writeInt32BE(into, at + 4, host)
  writeInt32(into, at + 8, 0)
  writeInt32(into, at + 12, 0)
  return IPV4_LENGTH
}

function isIPv6Family(family: unknown, address: string): boolean {
  if (family === undefined) return address.includes(':')
  if (family === 'ipv4' || family === 'IPv4') return false
  if (family === 'ipv6' || family === 'IPv6') return true
  if (typeof family !== 'string') throw wrongType('address.family', "'ipv4' or 'ipv6'", family)
  throw wrongValue('address.family', "must be 'ipv4' or 'ipv6'", family)
}

const ipv6 = new Uint8Array(IPV6_LENGTH)
writeUint16(ipv6, 0, AF_INET6)

/** Puts the address and its scope id into `ipv6`. */
function takeIPv6(text: string, scopeid: number): void {
  const percent = text.indexOf('%')
  const scope = percent < 0 ? scopeid : scopeOf(text.slice(percent + 1))
  if (percent >= 0 && scope === 0) throw invalidAddress(text)
  if (scopeid !== 0 && scopeid !== scope)
    throw wrongValue('address.scopeid', `must be ${scope}, as in '${text}'`, scopeid)
  if (!writeIPv6(percent < 0 ? text : text.slice(0, percent), ipv6, 8)) throw invalidAddress(text)
  writeInt32(ipv6, 24, scope)
}

const encoder = new TextEncoder()

function encodeUnix(
  path: string | Uint8Array,
  family: unknown,
  into: Uint8Array,
  at: number,
): number {
  if (family !== undefined && family !== 'unix')
    throw wrongValue('address.family', "must be 'unix' beside a path", family)
  const length = takePath(path)
  const abstract = unix[PATH_AT] === 0
  if (length > (abstract ? PATH_MAX : PATH_MAX - 1)) throw tooLong(path, abstract)
  writeUint16(unix, 0, AF_UNIX)
  if (length === 0 || abstract) return put(unix, PATH_AT + length, into, at)
  if (unix.subarray(PATH_AT, PATH_AT + length).includes(0))
    throw wrongValue('address.path', 'must be without null bytes, or begin with one', path)
  unix[PATH_AT + length] = 0
  return put(unix, PATH_AT + length + 1, into, at)
}

/** Puts a path into `unix` and returns its length in bytes, or 109 for every one that is longer. */
function takePath(path: string | Uint8Array): number {
  const name = unix.subarray(PATH_AT)
  if (typeof path === 'string') {
    const { read, written } = encoder.encodeInto(path, name)
    return read < path.length ? name.length : written
  }
  if (!(path instanceof Uint8Array))
    throw wrongType('address.path', 'a string or a Uint8Array', path)
  const length = Math.min(checkView(path, 'address.path'), name.length)
  for (let index = 0; index < length; index++) name[index] = path[index] as number
  return length
}

function tooLong(path: string | Uint8Array, abstract: boolean): RangeError {
  const most = abstract ? `at most ${PATH_MAX} bytes with its leading NUL` : 'at most 107 bytes'
  return outOfRange('address.path', `${most} long`, Buffer.byteLength(path))
}

function encodeOther(value: OtherAddressLike, into: Uint8Array, at: number): number {
  const { family, bytes } = value
  if (typeof family !== 'number') throw noAddress(value)
  checkUint(family, 'address.family', 0xffff)
  const length = bytes === undefined ? 0 : checkView(bytes, 'address.bytes')
  if (length > ADDRESS_MAX - 2)
    throw outOfRange('address.bytes', `at most ${ADDRESS_MAX - 2} bytes long`, length)
  if (!holds(into, at, length + 2)) throw noRoom(length + 2, into, at)
  writeUint16(into, at, family)
  if (bytes !== undefined) put(toBytes(bytes), length, into, at + 2)
  return length + 2
}

const peers = new Peers<IpAddress | UnixAddress>()

/**
 * Returns the address that the kernel wrote at `at` in `length` bytes; undefined if it wrote none, as
 * for a peer without a name. Reads at most 128 bytes, and none beyond the end of `bytes`. Never throws.
 */
export function decodeAddress(bytes: Uint8Array, at: number, length: number): Address | undefined {
  const size = Math.min(length, ADDRESS_MAX, bytes.length - at)
  if (!(size >= 2 && at >= 0)) return undefined
  switch (readUint16(bytes, at)) {
    case AF_INET:
      if (size < IPV4_LENGTH) break
      return peers.get(bytes, at, 8, IPV4_LENGTH, newIp)
    case AF_INET6:
      if (size < IPV6_LENGTH) break
      return peers.get(bytes, at, IPV6_LENGTH, IPV6_LENGTH, newIp)
    case AF_UNIX: {
      const used = PATH_AT + nameLength(bytes, at, size)
      const ended = used === PATH_AT || bytes[at + PATH_AT] === 0 || used === PATH_AT + PATH_MAX
      return peers.get(bytes, at, used, ended ? used : used + 1, newUnix)
    }
  }
  return new OtherAddress(key, bytes.slice(at, at + size))
}

function newIp(bytes: Uint8Array): IpAddress {
  return new IpAddress(key, bytes)
}

function newUnix(bytes: Uint8Array): UnixAddress {
  return new UnixAddress(key, bytes)
}

/** The length of the name in a `sockaddr_un`: up to the NUL for a path, all bytes for an abstract name. */
function nameLength(bytes: Uint8Array, at: number, size: number): number {
  const most = Math.min(size - PATH_AT, PATH_MAX)
  if (most === 0 || bytes[at + PATH_AT] === 0) return most
  for (let index = 0; index < most; index++) if (bytes[at + PATH_AT + index] === 0) return index
  return most
}
