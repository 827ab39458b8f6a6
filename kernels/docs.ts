// Writes docs/kernels.md from a run of the matrix, and the results as docs/kernels.json, so that the page can be checked
// against them. A kernel that this run left out keeps its last result.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { markdownTable } from 'markdown-table'
import { inRoot } from '../scripts/lib/paths'
import { GROUPS } from './groups'
import { SERIES } from './series'
import { cellOf, skippedItems, totals, wordsBelow } from './table'
import type { KernelVerdict, MatrixRun } from './verdict'

export function writeDocs(run: MatrixRun): void {
  const file = inRoot('docs', 'kernels.json')
  const before = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as MatrixRun).kernels
    : []
  const latest = new Map([...before, ...run.kernels].map((one) => [one.key, one]))
  const kernels = SERIES.flatMap((one) => latest.get(one.key) ?? [])
  const all = { ...run, kernels }
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`)
  writeFileSync(inRoot('docs', 'kernels.md'), page(all))
}

export function page(run: MatrixRun): string {
  return `${[
    '# Kernels',
    `This page is written by \`npm run test:kernels -- --all --docs\` from its own results; do not edit it.
Last run: ${run.date.slice(0, 10)}, on ${run.machine.cpus} x ${run.machine.cpu}, every guest under qemu's software emulation.
Kernels are the newest of each series in Debian's archive. ${totals(run.kernels)}.`,
    '## What ran where',
    'Each guest runs Node, the built package, a chosen part of the ava suite, and the tests of the Rust crate. Its kernel log must be clean.',
    resultsTable(run.kernels),
    ...whatIsRed(run.kernels),
    '## What a kernel lacks',
    lacking(run.kernels),
    '## Cost of the main path',
    `4 KiB cached reads and NOPs, 32 in flight, a promise each, relative to the newest kernel of the same processor
in this run (1.00 is as fast; software emulation makes the absolute figures meaningless, and differences under a fifth are noise).`,
    costTable(run.kernels),
  ].join('\n\n')}\n`
}

function resultsTable(kernels: readonly KernelVerdict[]): string {
  const rows = kernels.map((one) => [
    one.key,
    String(one.facts['kernel'] ?? one.package),
    String(one.facts['node'] ?? '?'),
    ...GROUPS.map((group) => cellOf(one.groups[group])),
    one.green ? 'clean' : `${one.faults.length} faults`,
    `${one.seconds} s`,
  ])
  return markdownTable([['kernel', 'release', 'Node', ...GROUPS, 'kernel log', 'time'], ...rows])
}

function whatIsRed(kernels: readonly KernelVerdict[]): string[] {
  const red = wordsBelow(kernels).filter((line) => line.startsWith('RED'))
  return red.length === 0 ? [] : [red.map((line) => `- ${line}`).join('\n')]
}

function lacking(kernels: readonly KernelVerdict[]): string {
  const items = [...skippedItems(kernels)]
  if (items.length === 0) return 'Nothing was skipped.'
  const rows = items.map(([item, { kernels: on, reason }]) => [item, [...on].join(', '), reason])
  return markdownTable([['item', 'skipped on', 'reason'], ...rows])
}

function costTable(kernels: readonly KernelVerdict[]): string {
  const names = [...new Set(kernels.flatMap((one) => Object.keys(one.figures)))]
  if (names.length === 0) return 'Not measured: the machine had other work during the last run.'
  const rows = kernels.map((one) => {
    const newest = kernels.findLast((other) => isComparable(one, other))
    return [one.key, ...names.map((name) => relative(one.figures[name], newest?.figures[name]))]
  })
  return markdownTable([['kernel', ...names], ...rows])
}

/** Returns whether two results differ only in the kernel: same run, same processor, same libc. */
function isComparable(one: KernelVerdict, other: KernelVerdict): boolean {
  const kind = ({ key }: KernelVerdict): string => key.replace(/^[\d.]+/, '')
  return one.run === other.run && kind(one) === kind(other)
}

function relative(value: number | undefined, to: number | undefined): string {
  return value === undefined || to === undefined || to === 0
    ? 'not measured'
    : (value / to).toFixed(2)
}
