// Control messages to send: from objects to the bytes that sendmsg(2) takes. Checks everything, and
// never writes beyond the room, even if an object's getters change their answer. Proved by
// __test__/sockets-control.spec.ts.

import { outOfRange, wrongType, wrongValue } from '../errors'
import { checkView, isFd, toBytes, toFd, type FileLike } from '../options'
import { writeInt32, writeInt32BE, writeUint16, writeUint64 } from './bytes'
import {
  align,
  FORMS,
  HEADER,
  type ControlMessageLike,
  type Form,
  type HeaderMessage,
  type SentType,
} from './control-messages'
import { invalidAddress } from './errors'
import { parseIPv4, writeIPv6 } from './ip'

/** SCM_MAX_FD: the kernel passes no more descriptors with one message. */
const DESCRIPTORS_MAX = 253
const INT32_MAX = 0x7fff_ffff
const UINT32_MAX = 0xffff_ffff

const LEAST: Readonly<Record<HeaderMessage['type'], number>> = {
  ttl: 1,
  tos: 0,
  hoplimit: -1,
  tclass: -1,
}

/** Returns the bytes that a message with this many bytes of data takes (`CMSG_SPACE`). */
export function controlSpace(size: number): number {
  return HEADER + align(size)
}

/**
 * Returns the bytes that messages take when encoded.
 *
 * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE
 */
export function controlLength(messages: readonly ControlMessageLike[]): number {
  if (!Array.isArray(messages)) throw noArray(messages)
  let length = 0
  for (let index = 0; index < messages.length; index++)
    length += controlSpace(sizeOf(checkMessage(messages[index], index), index))
  return length
}

function noArray(messages: unknown): TypeError {
  return wrongType('control', 'an array of control messages', messages)
}

function checkMessage(message: ControlMessageLike, index: number): ControlMessageLike {
  if (typeof message === 'object' && message !== null) return message
  throw wrongType(`control[${index}]`, 'a control message', message)
}

function sizeOf(message: ControlMessageLike, index: number): number {
  if (isRaw(message)) return checkView(message.data, `control[${index}].data`)
  const { size } = formOf(message.type, index)
  return message.type === 'rights' ? size * listOf(message.descriptors, index).length : size
}

function isRaw(
  message: ControlMessageLike,
): message is Extract<ControlMessageLike, { readonly level: number }> {
  return typeof message.type === 'number'
}

const SENT: ReadonlySet<string> = new Set<SentType>([
  'rights',
  'credentials',
  'pktinfo',
  'pktinfo6',
  'segment',
  'ttl',
  'tos',
  'hoplimit',
  'tclass',
])

function formOf(type: unknown, index: number): Form {
  if (typeof type !== 'string')
    throw wrongType(`control[${index}].type`, 'a string or a number', type)
  if (SENT.has(type)) return FORMS[type as SentType]
  const types = [...SENT].join(', ')
  throw wrongValue(`control[${index}].type`, `must be a number or one of ${types}`, type)
}

function listOf(descriptors: readonly FileLike[], index: number): readonly FileLike[] {
  const name = `control[${index}].descriptors`
  if (!Array.isArray(descriptors)) throw wrongType(name, 'an array of descriptors', descriptors)
  if (descriptors.length <= DESCRIPTORS_MAX) return descriptors as readonly FileLike[]
  throw outOfRange(`${name}.length`, `at most ${DESCRIPTORS_MAX}`, descriptors.length)
}

/**
 * Writes messages at `at`, into at most `room` bytes, and returns how many bytes they took. When it
 * throws, the messages before the refused one may have been written.
 *
 * @throws ERR_OUT_OF_RANGE where they do not fit, ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE,
 *   ERR_INVALID_ADDRESS
 */
export function encodeControl(
  messages: readonly ControlMessageLike[],
  into: Uint8Array,
  at: number,
  room: number,
): number {
  if (!Array.isArray(messages)) throw noArray(messages)
  const end = Math.min(at + room, into.length)
  let next = at
  for (let index = 0; index < messages.length; index++) {
    // a copy: a getter could answer otherwise once the size was checked
    const message = { ...checkMessage(messages[index] as ControlMessageLike, index) }
    const size = sizeOf(message, index)
    const space = controlSpace(size)
    if (!(next >= 0 && next + space <= end))
      throw outOfRange('control', `at most ${end - at} bytes when encoded`, controlLength(messages))
    into.fill(0, next, next + space)
    writeUint64(into, next, HEADER + size)
    encodeOne(message, index, into, next, size)
    next += space
  }
  return next - at
}

function encodeOne(
  message: ControlMessageLike,
  index: number,
  into: Uint8Array,
  at: number,
  size: number,
): void {
  if (isRaw(message)) {
    writeInt32(into, at + 8, checkInt(message.level, index, 'level', 0, INT32_MAX))
    writeInt32(into, at + 12, checkInt(message.type, index, 'type', 0, INT32_MAX))
    const data = toBytes(message.data)
    for (let byte = 0; byte < size; byte++) into[at + HEADER + byte] = data[byte] as number
  } else {
    const { level, number } = formOf(message.type, index)
    writeInt32(into, at + 8, level)
    writeInt32(into, at + 12, number)
    writeData(message, index, into, at + HEADER, size)
  }
}

function writeData(
  message: Exclude<ControlMessageLike, { readonly level: number }>,
  index: number,
  into: Uint8Array,
  at: number,
  size: number,
): void {
  switch (message.type) {
    case 'rights':
      for (let nth = 0; nth * 4 < size; nth++)
        writeInt32(
          into,
          at + nth * 4,
          descriptorOf(message.descriptors[nth] as FileLike, index, nth),
        )
      return
    case 'credentials':
      writeInt32(into, at, checkInt(message.pid, index, 'pid', 0, INT32_MAX))
      writeInt32(into, at + 4, checkInt(message.uid, index, 'uid', 0, UINT32_MAX))
      writeInt32(into, at + 8, checkInt(message.gid, index, 'gid', 0, UINT32_MAX))
      return
    case 'pktinfo':
      writeInt32(into, at, checkInt(message.ifindex ?? 0, index, 'ifindex', 0, INT32_MAX))
      if (message.specDst !== undefined) writeInt32BE(into, at + 4, hostOf(message.specDst, index))
      return
    case 'pktinfo6': {
      const { addr } = message
      if (addr !== undefined && !writeIPv6(textOf(addr, index, 'addr'), into, at))
        throw invalidAddress(addr)
      writeInt32(into, at + 16, checkInt(message.ifindex ?? 0, index, 'ifindex', 0, INT32_MAX))
      return
    }
    case 'segment':
      writeUint16(into, at, checkInt(message.size, index, 'size', 1, 0xffff))
      return
    default:
      writeInt32(into, at, checkInt(message.value, index, 'value', LEAST[message.type], 255))
  }
}

function checkInt(value: number, index: number, key: string, least: number, most: number): number {
  if (typeof value !== 'number') throw wrongType(`control[${index}].${key}`, 'a number', value)
  if (value >= least && value <= most && Number.isInteger(value)) return value
  throw outOfRange(`control[${index}].${key}`, `an integer from ${least} to ${most}`, value)
}

function descriptorOf(file: FileLike, index: number, nth: number): number {
  if (typeof file === 'number' && isFd(file)) return file
  return toFd(file, `control[${index}].descriptors[${nth}]`)
}

function textOf(text: string, index: number, key: string): string {
  if (typeof text === 'string') return text
  throw wrongType(`control[${index}].${key}`, 'a string', text)
}

function hostOf(address: string, index: number): number {
  const host = parseIPv4(textOf(address, index, 'specDst'))
  if (host >= 0) return host
  throw invalidAddress(address)
}
