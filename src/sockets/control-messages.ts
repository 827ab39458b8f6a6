// The kinds of control messages: their types, as callers send them and as they arrive, and the numbers
// and sizes the kernel knows them by. Encoded by control.ts, decoded by control-received.ts. The
// numbers are proved by __test__/sockets-control.spec.ts.

import type { FileLike } from '../options'

/** Descriptors passed along (`SCM_RIGHTS`). Received ones are open and belong to the receiver. */
export interface RightsMessage {
  readonly type: 'rights'
  readonly descriptors: readonly number[]
}

/** Who sent a message (`SCM_CREDENTIALS`, with `SO_PASSCRED`). */
export interface CredentialsMessage {
  readonly type: 'credentials'
  readonly pid: number
  readonly uid: number
  readonly gid: number
}

/**
 * A descriptor that refers to the sending process (`SCM_PIDFD`, Linux 6.5, with `SO_PASSPIDFD`). It is
 * open and belongs to the receiver.
 */
export interface PidfdMessage {
  readonly type: 'pidfd'
  /** The descriptor; a negative errno where the kernel could not make one. */
  readonly descriptor: number
}

/** Interface and addresses of an IPv4 datagram (`IP_PKTINFO`). */
export interface PktinfoMessage {
  readonly type: 'pktinfo'
  /** The index of the interface. */
  readonly ifindex: number
  /** The local address: where the datagram was received, or is to be sent from. */
  readonly specDst: string
  /** The destination in the datagram's header. */
  readonly addr: string
}

/** Interface and address of an IPv6 datagram (`IPV6_PKTINFO`). */
export interface Pktinfo6Message {
  readonly type: 'pktinfo6'
  /** The index of the interface. */
  readonly ifindex: number
  /** The destination of a datagram that arrived; the source of one that is sent. */
  readonly addr: string
}

/** Bytes per datagram of a buffer that the kernel cuts into datagrams (`UDP_SEGMENT`). */
export interface SegmentMessage {
  readonly type: 'segment'
  /** From 1 to 65535. */
  readonly size: number
}

/** Bytes per datagram in a buffer of joined datagrams; the last may be shorter (`UDP_GRO`). */
export interface GroMessage {
  readonly type: 'gro'
  readonly size: number
}

/** When a datagram arrived (`SO_TIMESTAMPNS`, or `SO_TIMESTAMP` in whole microseconds). */
export interface TimestampMessage {
  readonly type: 'timestamp'
  /** Nanoseconds since 1970. */
  readonly ns: bigint
}

/** When a packet arrived or left (`SCM_TIMESTAMPING`). */
export interface TimestampingMessage {
  readonly type: 'timestamping'
  /** Nanoseconds since 1970 by the system's clock; 0 if it was not taken. */
  readonly software: bigint
  /** Nanoseconds by the network card's clock; 0 if it was not taken. */
  readonly hardware: bigint
}

/**
 * A field of the IP header: time to live (`IP_TTL`), type of service (`IP_TOS`), and their counterparts
 * in IPv6, `IPV6_HOPLIMIT` and `IPV6_TCLASS`.
 */
export interface HeaderMessage {
  readonly type: 'ttl' | 'tos' | 'hoplimit' | 'tclass'
  /** At most 255; at least 1 for `ttl`. For `hoplimit` and `tclass`, -1 is the kernel's default. */
  readonly value: number
}

/** Any other message: its level (`SOL_*`, `IPPROTO_*`), type and bytes. */
export interface RawControlMessage {
  readonly level: number
  readonly type: number
  readonly data: Uint8Array
}

/** A control message that arrived. */
export type ControlMessage =
  | RightsMessage
  | CredentialsMessage
  | PidfdMessage
  | PktinfoMessage
  | Pktinfo6Message
  | SegmentMessage
  | GroMessage
  | TimestampMessage
  | TimestampingMessage
  | HeaderMessage
  | RawControlMessage

/** A control message to send. */
export type ControlMessageLike =
  | { readonly type: 'rights'; readonly descriptors: readonly FileLike[] }
  | CredentialsMessage
  | {
      readonly type: 'pktinfo'
      /** The interface to send through, by its index; 0 or absent: chosen by the kernel. */
      readonly ifindex?: number | undefined
      /** The address to send from; absent: chosen by the kernel. */
      readonly specDst?: string | undefined
    }
  | {
      readonly type: 'pktinfo6'
      readonly ifindex?: number | undefined
      /** The address to send from; absent: chosen by the kernel. */
      readonly addr?: string | undefined
    }
  | SegmentMessage
  | HeaderMessage
  | { readonly level: number; readonly type: number; readonly data: NodeJS.ArrayBufferView }

/** The names of the messages that can be sent. */
export type SentType = Extract<ControlMessageLike['type'], string>

/** @internal sizeof(struct cmsghdr): the length as 64 bits, the level, the type. */
export const HEADER = 16

/** @internal `CMSG_ALIGN` of 64-bit Linux. */
export function align(length: number): number {
  return Math.ceil(length / 8) * 8
}

/** @internal The kernel's numbers for a message, and its bytes after the header (per descriptor). */
export interface Form {
  readonly level: number
  readonly number: number
  readonly size: number
}

const SOL_SOCKET = 1
const IPPROTO_IP = 0
const IPPROTO_UDP = 17
const IPPROTO_IPV6 = 41

/** @internal */
export const FORMS = {
  rights: { level: SOL_SOCKET, number: 1, size: 4 },
  credentials: { level: SOL_SOCKET, number: 2, size: 12 },
  pidfd: { level: SOL_SOCKET, number: 4, size: 4 },
  timestampUs: { level: SOL_SOCKET, number: 29, size: 16 },
  timestamp: { level: SOL_SOCKET, number: 35, size: 16 },
  timestamping: { level: SOL_SOCKET, number: 37, size: 48 },
  timestampUsNew: { level: SOL_SOCKET, number: 63, size: 16 },
  timestampNew: { level: SOL_SOCKET, number: 64, size: 16 },
  timestampingNew: { level: SOL_SOCKET, number: 65, size: 48 },
  tos: { level: IPPROTO_IP, number: 1, size: 4 },
  ttl: { level: IPPROTO_IP, number: 2, size: 4 },
  pktinfo: { level: IPPROTO_IP, number: 8, size: 12 },
  segment: { level: IPPROTO_UDP, number: 103, size: 2 },
  gro: { level: IPPROTO_UDP, number: 104, size: 4 },
  pktinfo6: { level: IPPROTO_IPV6, number: 50, size: 20 },
  hoplimit: { level: IPPROTO_IPV6, number: 52, size: 4 },
  tclass: { level: IPPROTO_IPV6, number: 67, size: 4 },
} as const satisfies Readonly<Record<string, Form>>
