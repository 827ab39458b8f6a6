// The package's performance targets, as ratios within one run, and whether a run met them.

import type { MainColumn } from './columns'
import type { Row } from './measure'
import type { WorkName } from './work'

interface Target {
  work: WorkName
  depth: number
  column: MainColumn
  against: MainColumn
  atLeast: number
}

const targets: Target[] = [
  { work: 'read-cached', depth: 32, column: 'uring', against: 'native', atLeast: 0.85 },
  { work: 'read-cached', depth: 32, column: 'uringBatch', against: 'native', atLeast: 0.85 },
  { work: 'read-cached', depth: 32, column: 'uring', against: 'fsPromises', atLeast: 5 },
  { work: 'read-cached', depth: 32, column: 'uring', against: 'fsCallback', atLeast: 1.5 },
  { work: 'read-cached', depth: 1, column: 'uring', against: 'fsPromises', atLeast: 8 },
  { work: 'nop', depth: 256, column: 'uring', against: 'native', atLeast: 0.3 },
  { work: 'nop', depth: 256, column: 'uringBatch', against: 'native', atLeast: 0.6 },
  { work: 'small-files', depth: 32, column: 'uring', against: 'fsPromises', atLeast: 4 },
]

export interface Verdict extends Target {
  title: string
  ratio: number
  met: boolean
}

/** Returns the verdict on each target that this run has a row for. */
export function judge(rows: Row[]): Verdict[] {
  return targets.flatMap((target) => {
    const row = rows.find(({ work, depth }) => work === target.work && depth === target.depth)
    const mine = row?.perSecond[target.column]
    const theirs = row?.perSecond[target.against]
    if (!row || mine === undefined || theirs === undefined) return []
    const ratio = mine / theirs
    return [{ ...target, title: row.title, ratio, met: ratio >= target.atLeast }]
  })
}
