// What the values of socket options are in JavaScript, by the name of the option. Encoded and decoded by
// options.ts. Proved by __test__/sockets-options.spec.ts (values) and by the compiler (types).

import type { Duration, FileLike } from '../options'
import type { socketOptions } from './option-table'

/** What close(2) does with data that was not sent yet (`SO_LINGER`). */
export interface Linger {
  readonly on: boolean
  /** How long it may take; 0 resets the connection. */
  readonly seconds: number
}

/** A span of time as it is read. */
export interface TimeSpan {
  readonly seconds: number
  readonly nanoseconds: number
}

/** The process at the other end (`SO_PEERCRED`). */
export interface PeerCredentials {
  readonly pid: number
  readonly uid: number
  readonly gid: number
}

/** By which clock, and how, packets are sent at a given time (`SO_TXTIME`). */
export interface TxTime {
  /** `CLOCK_*` */
  readonly clockid: number
  /** `SOF_TXTIME_*` */
  readonly flags: number
}

/** A multicast group of IPv4 (`struct ip_mreqn`). */
export interface Membership {
  readonly multiaddr: string
  /** The local address of the interface; any if absent. */
  readonly address?: string | undefined
  /** The index of the interface; chosen by the address if absent. */
  readonly ifindex?: number | undefined
}

/** A multicast group and a source (`struct ip_mreq_source`). */
export interface SourceMembership {
  readonly multiaddr: string
  readonly sourceaddr: string
  /** The local address of the interface; any if absent. */
  readonly interface?: string | undefined
}

/** A multicast group of IPv6 (`struct ipv6_mreq`). */
export interface Membership6 {
  readonly multiaddr: string
  /** The index of the interface; chosen by the kernel if absent. */
  readonly ifindex?: number | undefined
}

interface ReadValues {
  boolean: boolean
  int: number
  uint: number
  uint64: bigint
  ifindex: number
  ipv4: string
  linger: Linger
  timeval: TimeSpan
  string: string
  bytes: Uint8Array
  credentials: PeerCredentials
  /** A new descriptor, open; the reader closes it. */
  descriptor: number
  txtime: TxTime
  membership: never
  source: never
  membership6: never
}

interface WrittenValues {
  boolean: boolean
  int: number
  uint: number
  uint64: number | bigint
  ifindex: number
  ipv4: string
  linger: Linger
  timeval: Duration
  string: string
  bytes: NodeJS.ArrayBufferView
  credentials: never
  descriptor: FileLike
  txtime: TxTime
  membership: Membership
  source: SourceMembership
  membership6: Membership6
}

type Options = typeof socketOptions
type Without<Access> = {
  [N in keyof Options]: Options[N] extends { readonly access: Access } ? never : N
}[keyof Options]

/** The name of an option. */
export type OptionName = keyof Options
/** The name of an option that can be read. */
export type ReadableOption = Without<'write only'>
/** The name of an option that can be set. */
export type WritableOption = Without<'read only'>
/** What reading an option returns. */
export type OptionValue<N extends ReadableOption> = ReadValues[Options[N]['kind']]
/** What an option can be set to. */
export type OptionInput<N extends WritableOption> = WrittenValues[Options[N]['kind']]
