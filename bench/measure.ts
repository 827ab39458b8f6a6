// One row measured: every column verified, warmed up, then timed in turns, so that whatever else the
// machine does falls on all of them alike. The median of a column's rounds is its figure.

import type { Column } from './columns'
import { contenders, type Contender } from './contender'
import type { Native } from './native'
import type { Context, Verification, Work, WorkName } from './work'

export type Rates = Partial<Record<Column, number>>

export interface Row {
  work: WorkName
  title: string
  depth: number
  perSecond: Rates
  /** Half the range between the quartiles, as a fraction of the median. */
  spread: Rates
}

export interface Effort {
  rounds: number
  milliseconds: number
}

export async function measureRow(
  work: Work,
  depth: number,
  context: Context,
  native: Native,
  effort: Effort,
  tick: (what: string) => void,
): Promise<Row> {
  const prepared = await work.prepare(context, depth)
  try {
    const columns = contenders(prepared, depth, native)
    const counts = new Map<Column, number>()
    for (const contender of columns) {
      tick(`${work.name} ${depth}: warming up ${contender.column}`)
      await verify(contender, prepared.verification)
      counts.set(contender.column, await calibrate(contender, depth, effort.milliseconds))
    }
    const samples = new Map<Column, number[]>(columns.map(({ column }) => [column, []]))
    for (let round = 0; round < effort.rounds; round++) {
      const order = round % 2 === 0 ? columns : columns.toReversed()
      for (const contender of order) {
        tick(`${work.name} ${depth}: round ${round + 1} of ${effort.rounds}`)
        const count = counts.get(contender.column)!
        await contender.measure(leadIn(count)) // its caches, its code, its heap: not the last column's
        samples.get(contender.column)!.push(count / (await contender.measure(count)))
      }
    }
    const row: Row = { work: work.name, title: work.title, depth, perSecond: {}, spread: {} }
    for (const [column, rates] of samples) {
      const median = quantile(rates, 0.5)
      row.perSecond[column] = median
      row.spread[column] = (quantile(rates, 0.75) - quantile(rates, 0.25)) / 2 / median
    }
    return row
  } finally {
    await prepared.release()
  }
}

async function verify(contender: Contender, verification: Verification): Promise<void> {
  verification.before?.()
  try {
    verification.after(await contender.check(verification.count))
  } catch (error) {
    throw new Error(`the column ${contender.column} does not do the work`, { cause: error })
  }
}

/** Doubles the work until it fills a round: that warms the column up, and says how much fits. */
async function calibrate(
  contender: Contender,
  depth: number,
  milliseconds: number,
): Promise<number> {
  const seconds = milliseconds / 1000
  for (let count = depth; ; count *= 2) {
    const taken = await contender.measure(count)
    if (taken >= seconds / 2) return Math.max(depth, Math.round((count / taken) * seconds))
  }
}

function leadIn(count: number): number {
  return Math.ceil(count / 8)
}

function quantile(values: number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const low = sorted[Math.floor(at)]!
  return low + (sorted[Math.ceil(at)]! - low) * (at % 1)
}
