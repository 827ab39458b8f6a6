// The report of a comparison of two builds.

import type { Check } from '../checks'
import { title } from '../columns'
import type { Machine } from '../machine'
import { rate } from '../report/format'
import { table } from '../report/table'
import type { Compared } from '.'

/** What a row may lose. */
const LIMIT = 0.02

type Verdict = 'keeps up' | 'unclear' | 'loses'

/** Returns whether no row certainly loses more than it may. */
export function keepsUp(rows: readonly Compared[]): boolean {
  return rows.every((row) => verdictOf(row) !== 'loses')
}

/**
 * Twice the standard error of the median: from the range between the quartiles of all rounds, or from what differs
 * between the pairs of processes, whichever is more.
 */
function uncertainty({ quartiles: [low, high], rounds, pairs }: Compared): number {
  const amongRounds = (0.93 * (high - low)) / Math.sqrt(rounds)
  const mean = pairs.reduce((sum, one) => sum + one, 0) / pairs.length
  const squares = pairs.reduce((sum, one) => sum + (one - mean) ** 2, 0)
  const amongPairs = Math.sqrt(squares / Math.max(1, pairs.length - 1) / pairs.length)
  return 2 * Math.max(amongRounds, amongPairs)
}

function verdictOf(row: Compared): Verdict {
  if (row.ratio >= 1 - LIMIT) return 'keeps up'
  return row.ratio + uncertainty(row) >= 1 - LIMIT ? 'unclear' : 'loses'
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
    [
      'work',
      'in flight',
      'form',
      'before',
      'after',
      'after / before',
      '+-',
      'quartiles',
      'CPU time',
      '',
    ],
    rows.map((row) => [
      row.title,
      String(row.depth),
      title(row.column),
      rate(row.before),
      rate(row.after),
      row.ratio.toFixed(3),
      uncertainty(row).toFixed(3),
      row.quartiles.map((one) => one.toFixed(3)).join(' to '),
      row.processor.toFixed(3),
      verdictOf(row) === 'loses' ? '**loses**' : verdictOf(row),
    ]),
  )
}

function verdict(rows: readonly Compared[]): string {
  const count = (one: Verdict): number => rows.filter((row) => verdictOf(row) === one).length
  return (
    `${count('loses')} of ${rows.length} rows lose more than ${LIMIT * 100} %. For ${count('unclear')}` +
    ' the rounds differ too much to tell: run them again, with more rounds or on a quieter machine.'
  )
}

/** The verdicts of both builds on the same promises. */
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
