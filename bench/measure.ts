// Measures one row of the report: the columns of a work at one depth. A column's figure is the median of its rounds.

import type { Column } from './columns'
import { contenders, type Peers } from './contender'
import { summary } from './quantile'
import { sample, type Effort } from './sample'
import type { Context, Work, WorkName } from './work'

export type Rates = Partial<Record<Column, number>>

export interface Row {
  work: WorkName
  title: string
  depth: number
  perSecond: Rates
  /** Half the range between the quartiles, as a fraction of the median. */
  spread: Rates
}

export async function measureRow(
  work: Work,
  depth: number,
  context: Context,
  peers: Peers,
  effort: Effort,
  tick: (what: string) => void,
): Promise<Row> {
  const prepared = await work.prepare(context, depth)
  try {
    const columns = contenders(prepared, depth, peers)
    const samples = await sample(columns, depth, prepared.verification, effort, (what) =>
      tick(`${work.name} ${depth}: ${what}`),
    )
    const row: Row = { work: work.name, title: work.title, depth, perSecond: {}, spread: {} }
    columns.forEach(({ name }, i) => {
      const { median, spread } = summary(samples[i]!.perSecond)
      row.perSecond[name] = median
      row.spread[name] = spread
    })
    return row
  } finally {
    await prepared.release()
  }
}
