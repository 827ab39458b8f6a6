// The report of a comparison of two builds.

import type { Check } from '../checks'
import { title } from '../columns'
import type { Machine } from '../machine'
import { rate } from '../report/format'
import { table } from '../report/table'
import { LOSS_LIMIT, type Compared } from '.'

const percent = (ratio: number): string => `${((ratio - 1) * 100).toFixed(1)} %`

/** Whether no row loses more than it may. */
export function keepsUp(rows: readonly Compared[]): boolean {
  return rows.every((row) => !loses(row))
}

function loses({ ratio }: Compared): boolean {
  return ratio < 1 - LOSS_LIMIT
}

export function againstReport(
  { cpu, cores, kernel, node, date }: Machine,
  rows: readonly Compared[],
  before: readonly Check[],
  after: readonly Check[],
): string {
  const parts = [`Measured on ${date}: ${cpu}, ${cores} cores, Linux ${kernel}, Node ${node}.`]
  if (rows.length > 0) parts.push(ratios(rows), verdict(rows))
  if (after.length > 0) parts.push(checks(before, after))
  return `${parts.join('\n\n')}\n`
}

function ratios(rows: readonly Compared[]): string {
  return table(
    ['work', 'in flight', 'form', 'before', 'after', 'after / before', 'quartiles', ''],
    rows.map((row) => [
      row.title,
      String(row.depth),
      title(row.column),
      rate(row.before),
      rate(row.after),
      row.ratio.toFixed(3),
      row.quartiles.map((one) => one.toFixed(3)).join(' to '),
      loses(row) ? `**loses ${percent(2 - row.ratio)}**` : percent(row.ratio),
    ]),
  )
}

function verdict(rows: readonly Compared[]): string {
  const lost = rows.filter(loses)
  const limit = `${LOSS_LIMIT * 100} %`
  return lost.length === 0
    ? `No row loses more than ${limit}.`
    : `${lost.length} of ${rows.length} rows lose more than ${limit}.`
}

/** Verdicts of the two builds on the same promises. */
function checks(before: readonly Check[], after: readonly Check[]): string {
  const said = (all: readonly Check[], promise: string): string => {
    const check = all.find((one) => one.promise === promise)
    return check === undefined ? '-' : `${check.measured}${check.met ? '' : ' (**not met**)'}`
  }
  const promises = new Set([...before, ...after].map(({ promise }) => promise))
  return table(
    ['promise', 'before', 'after'],
    [...promises].map((promise) => [promise, said(before, promise), said(after, promise)]),
  )
}
