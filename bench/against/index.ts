// `npm run bench -- --against CHECKOUT`: the works of two builds of the package side by side, as ratios. Each build
// runs in a process of its own and both do the same units in turns. A ratio is taken within a round, so that what the
// machine does meanwhile cancels out; a few pairs of processes share the rounds, because where a process lies in memory
// makes it faster or slower by more than a change may cost.

import { Ring } from 'uring'
import { packageColumns, title, type PackageColumn } from '../columns'
import { fromPeer } from '../contender'
import type { Dataset } from '../dataset'
import type { Options } from '../options'
import { Peer } from '../peer'
import { progress } from '../progress'
import { quantile, summary } from '../quantile'
import { sample } from '../sample'
import type { Prepared, Work } from '../work'
import { environmentOf, nodeArguments, ownFolder } from './package'

/** What a comparison of two builds may cost. */
export const LOSS_LIMIT = 0.02

export interface Compared {
  title: string
  depth: number
  column: PackageColumn
  before: number
  after: number
  /** Medians of the rounds: above 1, this checkout's build is faster. */
  ratio: number
  quartiles: readonly [number, number]
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
      // it makes the files, and knows what the children must have read or written
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
  const rates = new Map(columns.map((column) => [column, [[], []] as [number[], number[]]]))
  const rounds = Math.ceil(options.rounds / options.processes)
  for (let pair = 0; pair < options.processes; pair++) {
    const peers = [start('before', before), start('after', ownFolder)] as const
    try {
      for (const column of columns) {
        const request = { work: work.name, depth, column, directory: dataset.directory }
        const both = [fromPeer('before', peers[0], request), fromPeer('after', peers[1], request)]
        // neither is always the one that begins
        const order = pair % 2 === 0 ? both : both.toReversed()
        const effort = { rounds, milliseconds: options.milliseconds }
        const found = await sample(order, depth, prepared.verification, effort, () => {})
        const [first, second] = pair % 2 === 0 ? found : found.toReversed()
        rates.get(column)![0].push(...first!)
        rates.get(column)![1].push(...second!)
      }
    } finally {
      for (const peer of peers) peer.close()
    }
  }
  return columns.map((column) => {
    const [old, young] = rates.get(column)!
    const ratios = young.map((rate, round) => rate / old[round]!)
    return {
      title: work.title,
      depth,
      column,
      before: summary(old).median,
      after: summary(young).median,
      ratio: quantile(ratios, 0.5),
      quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    }
  })
}

function start(name: string, folder: string): Peer {
  return new Peer(name, process.execPath, nodeArguments(CHILD), environmentOf(folder))
}
