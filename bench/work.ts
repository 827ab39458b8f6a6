// A work: what a row of the benchmark measures, once per column, and how to verify that it was done.

import type { Ring } from 'uring'
import type { Checksum } from './checksum'
import type { OwnColumn, PeerColumn } from './columns'
import type { Dataset } from './dataset'

export type WorkName =
  | 'nop'
  | 'read-cached'
  | 'read-direct'
  | 'bulk-read'
  | 'write'
  | 'small-files'
  | 'write-fdatasync'
  | 'statx'

/** Does `count` units of the work. With a checksum, adds what it read to it; never when timed. */
export type Run = (count: number, checksum?: Checksum) => Promise<void> | void

/** What another program needs to know besides the count. */
export interface PeerRequest {
  work: WorkName
  depth?: number
  file?: string
  blocks?: number
  fixed?: boolean
}

/** Before anything is timed, each column does `count` units between these two functions. */
export interface Verification {
  count: number
  before?(): void
  /** Throws unless the sum of what was read, or the state of the files, is right. */
  after(sum: number): void
}

export interface Prepared {
  runs: Partial<Record<OwnColumn, Run>>
  requests: Partial<Record<PeerColumn, PeerRequest>>
  verification: Verification
  release(): Promise<void>
}

export interface Context {
  dataset: Dataset
  /** Returns a new ring. The work disposes of it in `release`. */
  openRing(): Ring
}

export interface Work {
  name: WorkName
  title: string
  depths: number[]
  prepare(context: Context, depth: number): Promise<Prepared>
}

/** The verification of works that read: the checksum must be the expected one. */
export function sumIs(count: number, expected: () => number): Verification {
  return {
    count,
    after(sum) {
      const due = expected()
      if (sum !== due) throw new Error(`it read something else: checksum ${sum}, not ${due}`)
    },
  }
}
