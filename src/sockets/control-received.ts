// Control messages that arrived: from the bytes that recvmsg(2) filled in to objects. Never throws, never
// reads beyond the length, and returns every descriptor in the bytes, even if they were truncated.
// Proved by __test__/sockets-control.spec.ts.

import { readBigInt64, readInt32, readUint16, readUint32, readUint64 } from './bytes'
import { align, FORMS, HEADER, type ControlMessage, type Form } from './control-messages'
import { printIPv4, printIPv6 } from './ip'

type Read = (bytes: Uint8Array, at: number, size: number) => ControlMessage

interface Decoder {
  /** A message with fewer bytes is truncated. */
  readonly least: number
  readonly read: Read
}

function decoder({ level, number, size }: Form, read: Read, least = size): [number, Decoder] {
  return [keyOf(level, number), { least, read }]
}

/** A number of its own for every pair that can be in the table. */
function keyOf(level: number, type: number): number {
  return level * 0x1_0000_0000 + (type >>> 0)
}

const DECODERS = new Map<number, Decoder>([
  decoder(FORMS.rights, rights),
  decoder(FORMS.credentials, (bytes, at) => ({
    type: 'credentials',
    pid: readInt32(bytes, at),
    uid: readUint32(bytes, at + 4),
    gid: readUint32(bytes, at + 8),
  })),
  decoder(FORMS.pidfd, (bytes, at) => ({ type: 'pidfd', descriptor: readInt32(bytes, at) })),
  decoder(FORMS.timestamp, inNanoseconds),
  decoder(FORMS.timestampNew, inNanoseconds),
  decoder(FORMS.timestampUs, inMicroseconds),
  decoder(FORMS.timestampUsNew, inMicroseconds),
  decoder(FORMS.timestamping, timestamping),
  decoder(FORMS.timestampingNew, timestamping),
  // one byte is what the kernel sends, though it takes four
  decoder(FORMS.tos, (bytes, at) => ({ type: 'tos', value: bytes[at] as number }), 1),
  decoder(FORMS.ttl, (bytes, at) => ({ type: 'ttl', value: readInt32(bytes, at) })),
  decoder(FORMS.pktinfo, (bytes, at) => ({
    type: 'pktinfo',
    ifindex: readInt32(bytes, at),
    specDst: printIPv4(bytes, at + 4),
    addr: printIPv4(bytes, at + 8),
  })),
  decoder(FORMS.segment, (bytes, at) => ({ type: 'segment', size: readUint16(bytes, at) })),
  decoder(FORMS.gro, (bytes, at) => ({ type: 'gro', size: readInt32(bytes, at) })),
  decoder(FORMS.pktinfo6, (bytes, at) => ({
    type: 'pktinfo6',
    ifindex: readInt32(bytes, at + 16),
    addr: printIPv6(bytes, at),
  })),
  decoder(FORMS.hoplimit, (bytes, at) => ({ type: 'hoplimit', value: readInt32(bytes, at) })),
  decoder(FORMS.tclass, (bytes, at) => ({ type: 'tclass', value: readInt32(bytes, at) })),
])

function rights(bytes: Uint8Array, at: number, size: number): ControlMessage {
  const descriptors: number[] = []
  for (let next = at; next + 4 <= at + size; next += 4) {
    const descriptor = readInt32(bytes, next)
    if (descriptor >= 0) descriptors.push(descriptor)
  }
  return { type: 'rights', descriptors }
}

const SECOND = 1_000_000_000n

function timespec(bytes: Uint8Array, at: number, unit = 1n): bigint {
  return readBigInt64(bytes, at) * SECOND + readBigInt64(bytes, at + 8) * unit
}

function inNanoseconds(bytes: Uint8Array, at: number): ControlMessage {
  return { type: 'timestamp', ns: timespec(bytes, at) }
}

function inMicroseconds(bytes: Uint8Array, at: number): ControlMessage {
  return { type: 'timestamp', ns: timespec(bytes, at, 1000n) }
}

// Three times: by the system's clock, a legacy that is always zero, and by the card's.
function timestamping(bytes: Uint8Array, at: number): ControlMessage {
  return {
    type: 'timestamping',
    software: timespec(bytes, at),
    hardware: timespec(bytes, at + 32),
  }
}

/**
 * Returns the messages in `length` bytes at `at`, in order. A truncated message (MSG_CTRUNC) is returned
 * as its level, its type and the bytes that are left of it; of truncated `rights`, the descriptors that
 * are left. Received descriptors are open; the caller closes those it does not use (`descriptorsIn`).
 */
export function decodeControl(bytes: Uint8Array, at: number, length: number): ControlMessage[] {
  const messages: ControlMessage[] = []
  if (!(at >= 0)) return messages
  const end = Math.min(at + length, bytes.length)
  let next = at
  while (next + HEADER <= end) {
    const claimed = readUint64(bytes, next)
    if (claimed < HEADER) break // no header: nothing behind it can be found
    const size = Math.min(claimed, end - next) - HEADER
    messages.push(decodeOne(bytes, next, size))
    next += HEADER + align(size)
  }
  return messages
}

function decodeOne(bytes: Uint8Array, header: number, size: number): ControlMessage {
  const level = readInt32(bytes, header + 8)
  const type = readInt32(bytes, header + 12)
  const at = header + HEADER
  const known = DECODERS.get(keyOf(level, type))
  if (known !== undefined && size >= known.least) return known.read(bytes, at, size)
  return { level, type, data: bytes.slice(at, at + size) }
}

/** Returns every descriptor received with the messages; they must be closed if nothing uses them. */
export function descriptorsIn(messages: readonly ControlMessage[]): number[] {
  const descriptors: number[] = []
  for (const message of messages) {
    if (message.type === 'rights') descriptors.push(...message.descriptors)
    if (message.type === 'pidfd' && message.descriptor >= 0) descriptors.push(message.descriptor)
  }
  return descriptors
}
