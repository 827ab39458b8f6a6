// The report of the socket benchmark: tables for people, JSON for programs.

import { markdownTable } from 'markdown-table'
import type { Placement } from './cpus'
import type { Result } from './measure'
import { allColumns, columns, type Column } from './rows'
import { judge, rival } from './targets'

export function markdown(results: readonly Result[]): string {
  const parts = ['### CPU time of the server, in microseconds', cpuTable(results)]
  parts.push('### How busy the server and the load generator were', busyTable(results))
  const verdicts = judge(results)
  if (verdicts.length > 0) parts.push('### Targets', targetsTable(results))
  const missing = [...new Set(results.flatMap((result) => result.missing))]
  if (missing.length > 0) parts.push(`Not measured, because not there: ${missing.join(', ')}.`)
  return `${parts.join('\n\n')}\n`
}

export function json(results: readonly Result[], cpus: Placement): string {
  const rows = results.map((result) => {
    const { name, unit, connections, size } = result.row
    return { name, unit, connections, size, figures: result.figures, missing: result.missing }
  })
  return `${JSON.stringify({ cpus, rows, verdicts: judge(results).map(plain) }, null, 2)}\n`
}

const plain = ({ row, ...verdict }: ReturnType<typeof judge>[number]) => ({
  row: row.name,
  ...verdict,
})

function shown(results: readonly Result[]): Column[] {
  return allColumns.filter((column) => results.some(({ figures }) => figures[column]))
}

/** The ceiling, which is the faster native column, in bold, and each column as a multiple of it. */
function cpuTable(results: readonly Result[]): string {
  const names = shown(results)
  const head = ['work', 'connections', 'per', ...names.map((name) => columns[name])]
  const body = results.map((result) => {
    const { title, connections, unit } = result.row
    const ceiling = rival(result, 'native')
    const cells = names.map((name) => {
      const figure = result.figures[name]
      if (!figure) return '-'
      const text = `${figure.cpu.toFixed(2)} ±${Math.round(figure.spread * 100)} %`
      if (!ceiling) return text
      return figure === ceiling ? `**${text}**` : `${text}, x ${times(figure.cpu / ceiling.cpu)}`
    })
    return [title, String(connections), unit, ...cells]
  })
  return table([head, ...body], 3)
}

function busyTable(results: readonly Result[]): string {
  const names = shown(results)
  const head = ['work', 'connections', ...names.map((name) => columns[name])]
  const body = results.map(({ row, figures }) => [
    row.title,
    String(row.connections),
    ...names.map((name) => {
      const figure = figures[name]
      if (!figure) return '-'
      const { perSecond, busy, loadBusy } = figure
      return `${Math.round(perSecond)}/s, ${percent(busy)}, ${percent(loadBusy)}`
    }),
  ])
  return table([head, ...body], 2)
}

function targetsTable(results: readonly Result[]): string {
  const head = ['work', 'connections', 'CPU time against', 'at most', 'measured', '']
  const body = judge(results).map(({ row, against, atMost, ratio, met }) => [
    row.title,
    String(row.connections),
    against,
    times(atMost),
    times(ratio),
    met ? 'met' : '**not met**',
  ])
  return table([head, ...body], 3)
}

/** The first `left` columns are words, the others figures. */
function table(cells: string[][], left: number): string {
  return markdownTable(cells, { align: cells[0]!.map((_, i) => (i < left ? 'l' : 'r')) })
}

function times(value: number): string {
  return value.toFixed(2)
}

function percent(value: number): string {
  return `${Math.round(value * 100)} %`
}
