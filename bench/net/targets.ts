// Whether a run met what the package promises of its sockets.

import type { Figure, Result } from './measure'
import type { Rival, Row, Target } from './rows'

export interface Verdict extends Target {
  readonly row: Row
  /** The package's CPU time for a unit as a part of the rival's. */
  readonly ratio: number
  readonly met: boolean
}

/** The targets of the rows that have a figure of the package. */
export function judge(results: readonly Result[]): Verdict[] {
  return results.flatMap((result) =>
    result.row.targets.flatMap((target) => {
      const mine = result.figures.uring
      const theirs = rival(result, target.against)
      if (!mine || !theirs) return []
      const ratio = mine.cpu / theirs.cpu
      return [{ ...target, row: result.row, ratio, met: ratio <= target.atMost }]
    }),
  )
}

/** The figure to compare with. The native ceiling is the faster of the two rings. */
export function rival({ figures }: Result, against: Rival): Figure | undefined {
  if (against === 'node') return figures.node
  const { nativeCoop, nativeDefer } = figures
  if (!nativeCoop || !nativeDefer) return nativeCoop ?? nativeDefer
  return nativeDefer.cpu < nativeCoop.cpu ? nativeDefer : nativeCoop
}
