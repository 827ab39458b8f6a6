// `npm run bench -- --against CHECKOUT`: two builds of the package side by side, as ratios. Each build runs in its own
// process, and the two take turns on the same work. A ratio is taken within a round, so that the machine's other work
// cancels out. Several pairs of processes share the rounds, because the memory layout of a process alone can make it
// faster or slower by more than a change may cost.

import { Ring } from 'uring'
import { packageColumns, title, type PackageColumn } from '../columns'
import { fromPeer } from '../contender'
import type { Dataset } from '../dataset'
import type { Options } from '../options'
import { Peer } from '../peer'
import { progress } from '../progress'
import { quantile } from '../quantile'
import { sample, type Samples } from '../sample'
import type { Prepared, Work } from '../work'
import { environmentOf, nodeArguments, ownFolder } from './package'

export interface Compared {
  title: string
  depth: number
  column: PackageColumn
  before: number
  after: number
  /** The median of the rounds' ratios: above 1, this checkout's build is faster. */
  ratio: number
  quartiles: readonly [number, number]
  /** The median of each pair of processes. */
  pairs: number[]
  rounds: number
  /** The median ratio of processor time per unit: below 1, this checkout's build needs less. */
  processor: number
}

const CHILD = 'bench/against/child.ts'

export async function compare(
  works: readonly Work[],
  before: string,
  dataset: Dataset,
  options: Options,
): Promise<Compared[]> {
  const context = { dataset, openRing: () => new Ring({ entries: 256 }) }
  const chosen = works.flatMap((work) => work.depths.map((depth) => ({ work, depth })))
  const shown = progress(chosen.length)
  const rows: Compared[] = []
  try {
    for (const { work, depth } of chosen) {
      shown.step(`${work.name} ${depth}`)
      // makes the files, and verifies what the children read and write
      const prepared = await work.prepare(context, depth)
      const found = await compareOne(work, depth, prepared, before, dataset, options)
      await prepared.release()
      rows.push(...found)
      for (const { column, ratio } of found)
        shown.finished(`${work.name} ${depth}, ${title(column)}: ${ratio.toFixed(3)}`)
    }
  } finally {
    shown.stop()
  }
  return rows
}

async function compareOne(
  work: Work,
  depth: number,
  prepared: Prepared,
  before: string,
  dataset: Dataset,
  options: Options,
): Promise<Compared[]> {
  const columns = packageColumns.filter((column) => prepared.runs[column] !== undefined)
  const rows = columns.map((column) => ({ column, before: none(), after: none() }))
  const effort = {
    rounds: Math.ceil(options.rounds / options.processes),
    milliseconds: options.milliseconds,
  }
  for (let pair = 0; pair < options.processes; pair++) {
    const peers = [start('before', before), start('after', ownFolder)] as const
    try {
      for (const { column, ...all } of rows) {
        const request = { work: work.name, depth, column, directory: dataset.directory }
        const both = (['before', 'after'] as const).map((name, i) =>
          fromPeer(name, peers[i]!, request),
        )
        // neither build always begins
        const order = pair % 2 === 0 ? both : both.toReversed()
        const samples = await sample(order, depth, prepared.verification, effort, () => {})
        order.forEach(({ name }, i) => {
          all[name].perSecond.push(...samples[i]!.perSecond)
          all[name].processor.push(...samples[i]!.processor)
        })
      }
    } finally {
      for (const peer of peers) peer.close()
    }
  }
  return rows.map(({ column, before: old, after }) =>
    compared(work, depth, column, old, after, effort.rounds),
  )
}

function none(): Samples {
  return { perSecond: [], processor: [] }
}

function compared(
  { title: name }: Work,
  depth: number,
  column: PackageColumn,
  before: Samples,
  after: Samples,
  perPair: number,
): Compared {
  const ratios = after.perSecond.map((rate, round) => rate / before.perSecond[round]!)
  const pairs = Array.from({ length: ratios.length / perPair }, (_, pair) =>
    quantile(ratios.slice(pair * perPair, (pair + 1) * perPair), 0.5),
  )
  const used = after.processor.map((time, round) => time / before.processor[round]!)
  return {
    title: name,
    depth,
    column,
    before: quantile(before.perSecond, 0.5),
    after: quantile(after.perSecond, 0.5),
    ratio: quantile(ratios, 0.5),
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    pairs,
    rounds: ratios.length,
    processor: quantile(used, 0.5),
  }
}

function start(name: string, folder: string): Peer {
  return new Peer(name, process.execPath, nodeArguments(CHILD), environmentOf(folder))
}
