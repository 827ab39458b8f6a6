// `npm run bench`: the same work side by side through this package, Node's own API and a native
// program, in one run with interleaved rounds. Options: see `options.ts` or `--help`.

import * as fs from 'node:fs'
import { availability, Ring } from 'uring'
import { runChecks, type Check } from './checks'
import { allColumns, mainColumns } from './columns'
import { Dataset } from './dataset'
import { machine } from './machine'
import { measureRow, type Row } from './measure'
import { buildNative, Native } from './native'
import { help, parse, type Options } from './options'
import { progress } from './progress'
import { rate } from './report/format'
import { json } from './report/json'
import { markdown } from './report/markdown'
import { svg } from './report/svg'
import { writeDocs } from './report/docs'
import { judge } from './targets'
import { works } from './works'

async function main(): Promise<void> {
  const options = parse(process.argv.slice(2))
  if (options.help) return console.log(help)
  const found = availability()
  if (!found.available) throw new Error(`${found.message}. ${found.remedy}`)

  const native = new Native(buildNative())
  const dataset = new Dataset(options.dir)
  try {
    const rows = await measureAll(options, dataset, native)
    report(options, dataset, rows)
  } finally {
    native.close()
    dataset.remove()
  }
}

async function measureAll(options: Options, dataset: Dataset, native: Native): Promise<Row[]> {
  const chosen = works
    .filter(({ name }) => options.only.length === 0 || options.only.includes(name))
    .flatMap((work) => work.depths.map((depth) => ({ work, depth })))
  const shown = progress(chosen.length * allColumns.length * (options.rounds + 1))
  const context = { dataset, openRing: () => new Ring({ entries: 256 }) }
  const rows: Row[] = []
  try {
    for (const { work, depth } of chosen) {
      const row = await measureRow(work, depth, context, native, options, shown.step)
      rows.push(row)
      shown.finished(summary(row))
    }
  } finally {
    shown.stop()
  }
  return rows
}

function report(options: Options, dataset: Dataset, rows: Row[]): void {
  const where = machine(dataset.directory)
  const whole = !options.quick && options.only.length === 0
  const checks: Check[] = whole ? runChecks(dataset.directory) : []
  const tables = markdown(where, rows, judge(rows), checks)
  console.log(tables)
  if (options.json !== undefined) fs.writeFileSync(options.json, json(where, rows))
  if (!whole) return
  writeDocs(tables, svg(rows))
  console.error('written: docs/benchmarks.md, docs/benchmarks.svg')
}

function summary({ work, depth, perSecond }: Row): string {
  const figures = mainColumns
    .filter((column) => perSecond[column] !== undefined)
    .map((column) => `${column} ${rate(perSecond[column]!)}`)
  return `${work} ${depth}: ${figures.join(', ')}`
}

await main()
