// IP addresses between text and bytes. What counts as an address and how one is printed is as in
// Node: the same texts are accepted as by `net.isIPv4` and `net.isIPv6`, and IPv6 is printed as
// `net.SocketAddress` prints it. Never reads or writes but the 4 or 16 bytes it is called for.
// Proved by __test__/sockets-ip.spec.ts.

import { readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { readUint16BE, writeInt32BE, writeUint16BE } from './bytes'

const ZERO = 0x30
const NINE = 0x39
const DOT = 0x2e
const COLON = 0x3a
/** The bit that makes a letter a small one. */
const LOWER = 0x20
/** From the letter `a` to the hexadecimal digit. */
const TEN = 0x61 - 10

/** Returns an IPv4 address as an unsigned integer of 32 bits, or -1 if the text is not one. */
export function parseIPv4(text: string, from = 0): number {
  if (text.length - from > 15) return -1
  let address = 0
  let octet = -1
  let dots = 0
  for (let index = from; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code >= ZERO && code <= NINE) {
      if (octet === 0) return -1 // no leading zeros: they once meant octal
      octet = (octet < 0 ? 0 : octet * 10) + code - ZERO
      if (octet > 255) return -1
    } else {
      if (code !== DOT || octet < 0 || ++dots > 3) return -1
      address = address * 256 + octet
      octet = -1
    }
  }
  return dots === 3 && octet >= 0 ? address * 256 + octet : -1
}

/** The text of the IPv4 address at `at`. */
export function printIPv4(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`
}

// Newer versions of Node look at a text only up to its first NUL.
const IPV6_CHARACTERS = /^[0-9a-fA-F:.]{2,45}$/

/**
 * Writes the 16 bytes of an IPv6 address without a zone. Returns false, and writes nothing, if the text
 * is not one.
 */
export function writeIPv6(text: string, into: Uint8Array, at: number): boolean {
  if (!IPV6_CHARACTERS.test(text) || !isIPv6(text)) return false
  let out = at
  let gap = -1
  let start = 0
  let group = 0
  for (let index = 0; index <= text.length; index++) {
    const code = index === text.length ? COLON : text.charCodeAt(index)
    if (code === DOT) {
      writeInt32BE(into, out, parseIPv4(text, start))
      out += 4
      break
    }
    if (code !== COLON) {
      group = group * 16 + (code <= NINE ? code - ZERO : (code | LOWER) - TEN)
      continue
    }
    if (index > start) {
      writeUint16BE(into, out, group)
      out += 2
    } else {
      gap = out
    }
    start = index + 1
    group = 0
  }
  if (gap >= 0) {
    const moved = at + 16 - (out - gap)
    into.copyWithin(moved, gap, out)
    into.fill(0, gap, moved)
  }
  return true
}

/** The text of the IPv6 address at `at`, without a zone. */
export function printIPv6(bytes: Uint8Array, at: number): string {
  let [gap, gapLength] = [-1, 1] // a single zero group is printed
  for (let group = 0; group < 8; group++) {
    let length = 0
    while (group + length < 8 && readUint16BE(bytes, at + (group + length) * 2) === 0) length++
    if (length > gapLength) [gap, gapLength] = [group, length]
    group += length
  }
  const groups = carriesIPv4(bytes, at, gap, gapLength) ? 6 : 8
  let text = ''
  for (let group = 0; group < groups; group++) {
    if (group === gap) {
      text += '::'
      group += gapLength - 1
    } else {
      if (text !== '' && !text.endsWith(':')) text += ':'
      text += readUint16BE(bytes, at + group * 2).toString(16)
    }
  }
  if (groups === 8) return text
  return `${text}${text.endsWith(':') ? '' : ':'}${printIPv4(bytes, at + 12)}`
}

// Which addresses are printed with an IPv4 address at their end: IPv4-mapped and the old
// IPv4-compatible ones, by the rule of inet_ntop(3), which Node's libuv shares.
function carriesIPv4(bytes: Uint8Array, at: number, gap: number, gapLength: number): boolean {
  return (
    gap === 0 && (gapLength === 6 || (gapLength === 5 && readUint16BE(bytes, at + 10) === 0xffff))
  )
}

/** Returns the scope id of a zone (a number, or the name of an interface); 0 if there is none. */
export function scopeOf(zone: string): number {
  if (/^[0-9]{1,10}$/.test(zone)) {
    const index = Number(zone)
    return index <= 0xffff_ffff ? index : 0
  }
  for (const { family, scopeid } of addressesOf(zone))
    if (family === 'IPv6' && scopeid !== undefined && scopeid > 0) return scopeid
  return systemIndexOf(zone)
}

function addressesOf(name: string): { family: string; scopeid?: number }[] {
  const interfaces = networkInterfaces()
  return Object.hasOwn(interfaces, name) ? (interfaces[name] ?? []) : []
}

// An interface without a link-local address has no scope id in os.networkInterfaces().
function systemIndexOf(name: string): number {
  if (!/^[^/\s\0]{1,15}$/.test(name) || name === '.' || name === '..') return 0
  try {
    return Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'utf8'))
  } catch {
    return 0
  }
}
