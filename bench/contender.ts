// A contender: one column of one row, as two functions that do `count` units, one timed and one verified.

import { performance } from 'node:perf_hooks'
import { Checksum } from './checksum'
import { allColumns, type Column, type PeerColumn } from './columns'
import type { Peer } from './peer'
import type { Prepared, Run } from './work'

/** What a run took, in seconds. */
export interface Taken {
  seconds: number
  /** Processor time of all threads, if the program reports it. */
  processor?: number
}

export interface Contender<Name extends string = string> {
  /** What the progress line and an error call it. */
  name: Name
  /** Does `count` units. */
  measure(count: number): Promise<Taken>
  /** Does `count` units. Resolves to what they added up to. */
  check(count: number): Promise<number>
}

/** The child processes of this run. */
export type Peers = Partial<Record<PeerColumn, Peer>>

/** Returns a contender for each column that a row has. */
export function contenders(prepared: Prepared, depth: number, peers: Peers): Contender<Column>[] {
  return allColumns.flatMap((column): Contender<Column>[] => {
    if (isPeer(column)) {
      const [peer, request] = [peers[column], prepared.requests[column]]
      return peer && request ? [fromPeer(column, peer, { ...request, depth })] : []
    }
    const run = prepared.runs[column]
    return run ? [fromRun(column, run)] : []
  })
}

function isPeer(column: Column): column is PeerColumn {
  return column.startsWith('native') || column === 'node26' || column === 'bun'
}

export function fromRun<Name extends string>(name: Name, run: Run): Contender<Name> {
  return {
    name,
    async measure(count) {
      const [begin, used] = [performance.now(), process.cpuUsage()]
      await run(count)
      const seconds = (performance.now() - begin) / 1000
      const { user, system } = process.cpuUsage(used)
      return { seconds, processor: (user + system) / 1e6 }
    },
    async check(count) {
      const checksum = new Checksum()
      await run(count, checksum)
      return checksum.sum
    },
  }
}

export function fromPeer<Name extends string>(
  name: Name,
  peer: Peer,
  request: object,
): Contender<Name> {
  return {
    name,
    measure: (count) => peer.run({ ...request, count }),
    check: async (count) => (await peer.run({ ...request, count, check: true })).checksum,
  }
}
