// The tables of the report.

import type { Check } from '../checks'
import {
  columns,
  mainColumns,
  title,
  type Column,
  type MainColumn,
  type TitledColumn,
} from '../columns'
import type { Machine } from '../machine'
import type { Neighbour } from '../neighbours'
import type { Row } from '../measure'
import type { Verdict } from '../targets'
import { rate, ratio } from './format'
import { table } from './table'

export function markdown(
  machine: Machine,
  rows: Row[],
  neighbours: readonly Neighbour[],
  verdicts: Verdict[],
  checks: Check[],
): string {
  const { cpu, cores, memoryGiB, arch, kernel, filesystem, node, date } = machine
  const parts = [
    `Measured on ${date}: ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${arch}, Linux ${kernel},` +
      ` ${filesystem}, Node ${node}.`,
  ]
  if (rows.length > 0) {
    parts.push('### Units per second', ratesTable(rows))
    parts.push('### The package against the others', ratiosTable(rows))
  }
  parts.push(...neighboursPart(rows, neighbours))
  const registered = rows.filter((row) => row.perSecond.uringFixed !== undefined)
  if (registered.length > 0) {
    parts.push('### Registered buffers', registeredTable(registered))
  }
  if (verdicts.length > 0) parts.push('### Targets', targetsTable(verdicts))
  if (checks.length > 0) parts.push(checksTable(checks))
  return parts.join('\n\n') + '\n'
}

function ratesTable(rows: Row[]): string {
  return table(
    ['work', 'in flight', ...mainColumns.map(title)],
    rows.map((row) => {
      const best = Math.max(
        ...mainColumns.filter((column) => column !== 'native').map((c) => row.perSecond[c] ?? 0),
      )
      const cells = mainColumns.map((column) => {
        const value = row.perSecond[column]
        if (value === undefined) return '-'
        return value === best ? `**${rate(value)}**` : rate(value)
      })
      return [row.title, String(row.depth), ...cells]
    }),
  )
}

function ratiosTable(rows: Row[]): string {
  const others: MainColumn[] = ['fsPromises', 'fsCallback', 'fsSync', 'native']
  const mine: MainColumn[] = ['uring', 'uringBatch']
  return table(
    ['work', 'in flight', 'form', ...others.map((other) => `x ${columns[other]}`)],
    rows.flatMap((row) =>
      mine
        .filter((column) => row.perSecond[column] !== undefined)
        .map((column) => {
          const form = column === 'uring' ? 'promise each' : 'batch()'
          const quotients = others.map((other) => quotient(row, column, other))
          return [row.title, String(row.depth), form].concat(quotients)
        }),
    ),
  )
}

/** Compares with the `readFile` of other runtimes, and names those that this run did without. */
function neighboursPart(rows: Row[], neighbours: readonly Neighbour[]): string[] {
  const present = neighbours.filter(({ column }) => rows.some((row) => row.perSecond[column]))
  const missing = neighbours.filter((one) => one.missing !== undefined)
  const parts = missing.map((one) => `Without ${one.title}: ${one.missing}.`)
  if (present.length === 0) return parts
  const others = (row: Row): string[] =>
    present.flatMap(({ column }) => [cell(row.perSecond[column]), quotient(row, 'uring', column)])
  const tested = rows.filter((row) => present.some(({ column }) => row.perSecond[column]))
  const own = (row: Row): string[] => [
    row.title,
    String(row.depth),
    cell(row.perSecond.uring),
    cell(row.perSecond.fsPromises),
  ]
  const head = present.flatMap((one) => [`${one.title}, readFile`, `uring x ${one.title}`])
  return [
    '### Other runtimes',
    table(
      ['work', 'in flight', title('uring'), title('fsPromises'), ...head],
      tested.map((row) => own(row).concat(others(row))),
    ),
    ...parts,
  ]
}

function registeredTable(rows: Row[]): string {
  const shown: TitledColumn[] = ['uring', 'uringFixed', 'native', 'nativeFixed']
  return table(
    ['work', 'in flight', ...shown.map(title), 'promise each, registered, x native, plain'],
    rows.map((row) => [
      row.title,
      String(row.depth),
      ...shown.map((column) => cell(row.perSecond[column])),
      quotient(row, 'uringFixed', 'native'),
    ]),
  )
}

function targetsTable(verdicts: Verdict[]): string {
  return table(
    ['work', 'in flight', 'ratio', 'target', 'measured', ''],
    verdicts.map((verdict) => [
      verdict.title,
      String(verdict.depth),
      `${title(verdict.column)} / ${title(verdict.against)}`,
      `at least ${verdict.atLeast}`,
      ratio(verdict.ratio),
      met(verdict.met),
    ]),
  )
}

function checksTable(checks: Check[]): string {
  return table(
    ['promise', 'measured', ''],
    checks.map((check) => [check.promise, check.measured, met(check.met)]),
  )
}

function met(is: boolean): string {
  return is ? 'met' : '**not met**'
}

function quotient(row: Row, column: Column, against: Column): string {
  const mine = row.perSecond[column]
  const theirs = row.perSecond[against]
  return mine === undefined || theirs === undefined ? '-' : ratio(mine / theirs)
}

function cell(value: number | undefined): string {
  return value === undefined ? '-' : rate(value)
}
