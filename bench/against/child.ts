// One build in a comparison of two: runs the columns that use the package. It speaks the protocol of `bench/peer.ts`.

import { createInterface } from 'node:readline'
import { Ring } from 'uring'
import type { PackageColumn } from '../columns'
import { fromRun } from '../contender'
import type { PeerReply } from '../peer'
import { Dataset } from '../dataset'
import type { Context, Prepared, WorkName } from '../work'
import { works } from '../works'

/** One request: units of a work, in one column. */
export interface Asked {
  work: WorkName
  depth: number
  column: PackageColumn
  /** Where the files of the works are. */
  directory: string
  count: number
  check?: boolean
}

let current: { key: string; prepared: Prepared } | undefined

async function perform(asked: Asked): Promise<PeerReply> {
  const { runs } = await prepare(asked)
  const run = runs[asked.column]
  if (run === undefined) throw new Error(`${asked.work} has no column ${asked.column}`)
  const contender = fromRun(asked.column, run)
  return asked.check === true
    ? { seconds: 0, checksum: await contender.check(asked.count) }
    : { ...(await contender.measure(asked.count)), checksum: 0 }
}

async function prepare({ work: name, depth, directory }: Asked): Promise<Prepared> {
  const key = `${name} ${depth}`
  if (current?.key === key) return current.prepared
  await current?.prepared.release()
  const work = works.find((one) => one.name === name)
  if (work === undefined) throw new Error(`there is no work ${name}`)
  const dataset = Dataset.at(directory)
  const context: Context = { dataset, openRing: () => new Ring({ entries: 256 }) }
  const prepared = await work.prepare(context, depth)
  current = { key, prepared }
  return prepared
}

for await (const line of createInterface({ input: process.stdin })) {
  const reply = await perform(JSON.parse(line) as Asked).catch((error: unknown) => ({
    error: String(error),
  }))
  process.stdout.write(`${JSON.stringify(reply)}\n`)
}
await current?.prepared.release()
