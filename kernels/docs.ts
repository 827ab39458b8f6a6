// Writes docs/kernels.md from a run of the matrix, and the run itself beside it, so that the page can be checked
// against what it says.
import { writeFileSync } from 'node:fs'
import { markdownTable } from 'markdown-table'
import { inRoot } from '../scripts/lib/paths'
import { GROUPS } from './groups'
import type { MatrixRun } from './main'
import { cellOf, skippedItems, totals } from './table'
import type { KernelVerdict } from './verdict'

export function writeDocs(run: MatrixRun): void {
  writeFileSync(inRoot('docs', 'kernels.json'), `${JSON.stringify(run, null, 2)}\n`)
  writeFileSync(inRoot('docs', 'kernels.md'), page(run))
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

function lacking(kernels: readonly KernelVerdict[]): string {
  const items = [...skippedItems(kernels)]
  if (items.length === 0) return 'Nothing was skipped.'
  const rows = items.map(([item, { kernels: on, reason }]) => [item, [...on].join(', '), reason])
  return markdownTable([['item', 'skipped on', 'reason'], ...rows])
}

function costTable(kernels: readonly KernelVerdict[]): string {
  const names = [...new Set(kernels.flatMap((one) => Object.keys(one.figures)))]
  const rows = kernels.map((one) => {
    const newest = kernels.findLast((other) => isArm(other) === isArm(one))
    return [one.key, ...names.map((name) => relative(one.figures[name], newest?.figures[name]))]
  })
  return markdownTable([['kernel', ...names], ...rows])
}

function isArm(one: KernelVerdict): boolean {
  return one.key.endsWith('-arm64')
}

function relative(value: number | undefined, to: number | undefined): string {
  return value === undefined || to === undefined || to === 0
    ? 'not measured'
    : (value / to).toFixed(2)
}
