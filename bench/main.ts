// `npm run bench`: the same work side by side through this package, Node's own API, a native program and other
// runtimes, in one run with interleaved rounds. `--help` lists the options.

import * as fs from 'node:fs'
import { availability, Ring } from 'uring'
import { start } from '../scripts/lib/command-line'
import { compare } from './against'
import { againstReport, keepsUp } from './against/report'
import { runChecks } from './checks'
import { allColumns, mainColumns } from './columns'
import type { Peers } from './contender'
import { Dataset } from './dataset'
import { machine } from './machine'
import { measureRow, type Row } from './measure'
import { buildNative } from './native'
import { startNeighbours, type Neighbour } from './neighbours'
import { parse, type Options } from './options'
import { Peer } from './peer'
import { progress } from './progress'
import { writeDocs } from './report/docs'
import { rate } from './report/format'
import { json } from './report/json'
import { markdown } from './report/markdown'
import { svg } from './report/svg'
import { judge } from './targets'

async function main(): Promise<void> {
  const options = parse()
  const found = availability()
  if (!found.available) throw new Error(`${found.message}. ${found.remedy}`)
  const dataset = Dataset.make(options.dir)
  try {
    if (options.against === undefined) await measure(options, dataset)
    else await compareBuilds(options, options.against, dataset)
  } finally {
    dataset.remove()
  }
}

async function compareBuilds(options: Options, other: string, dataset: Dataset): Promise<void> {
  const rows = await compare(options.works, other, dataset, options)
  const checks = [runChecks(options.checks, other), runChecks(options.checks)] as const
  console.log(againstReport(machine(dataset.directory), rows, ...checks))
  if (options.json !== undefined)
    fs.writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`)
  if (!keepsUp(rows)) process.exitCode = 1
}

async function measure(options: Options, dataset: Dataset): Promise<void> {
  if (options.works.length === 0) return report(options, dataset, [], [])
  const native = new Peer('the native column', await buildNative())
  const peers: Peers = { native, nativeFixed: native }
  try {
    const neighbours = await startNeighbours()
    for (const { column, peer } of neighbours) if (peer !== undefined) peers[column] = peer
    const rows = await measureAll(options, dataset, peers)
    report(options, dataset, rows, neighbours)
  } finally {
    for (const peer of new Set(Object.values(peers))) peer.close()
  }
}

async function measureAll(options: Options, dataset: Dataset, peers: Peers): Promise<Row[]> {
  const chosen = options.works.flatMap((work) => work.depths.map((depth) => ({ work, depth })))
  const shown = progress(chosen.length * allColumns.length * (options.rounds + 1))
  const context = { dataset, openRing: () => new Ring({ entries: 256 }) }
  const rows: Row[] = []
  try {
    for (const { work, depth } of chosen) {
      const row = await measureRow(work, depth, context, peers, options, shown.step)
      rows.push(row)
      shown.finished(summary(row))
    }
  } finally {
    shown.stop()
  }
  return rows
}

function report(
  options: Options,
  dataset: Dataset,
  rows: Row[],
  neighbours: readonly Neighbour[],
): void {
  const where = machine(dataset.directory)
  const checks = runChecks(options.checks)
  const tables = markdown(where, rows, neighbours, judge(rows), checks)
  console.log(tables)
  if (options.json !== undefined) fs.writeFileSync(options.json, json(where, rows))
  if (!options.whole) return
  writeDocs(tables, svg(rows))
  console.error('written: docs/benchmarks.md, docs/benchmarks.svg')
}

function summary({ work, depth, perSecond }: Row): string {
  const figures = mainColumns
    .filter((column) => perSecond[column] !== undefined)
    .map((column) => `${column} ${rate(perSecond[column]!)}`)
  return `${work} ${depth}: ${figures.join(', ')}`
}

await start(main)
