// Other runtimes whose own `readFile` is the fair comparison for whole files: the newest Node and Bun. Each runs the
// same small program on the same files, in turns with the other columns. One that cannot be had is left out of the
// run, and the report names it.

import * as path from 'node:path'
import { run } from '../../scripts/lib/process'
import { bunBinary, nodeBinary } from '../../scripts/lib/runtimes'
import { Peer } from '../peer'

export type NeighbourColumn = 'node26' | 'bun'

export interface Neighbour {
  column: NeighbourColumn
  /** "Node 26.10.0" where it is there, otherwise "Node 26". */
  title: string
  peer: Peer | undefined
  /** Why it is left out. */
  missing: string | undefined
}

const PROGRAM = path.join(import.meta.dirname, 'program.mjs')

const RUNTIMES: readonly [NeighbourColumn, string, () => Promise<string>][] = [
  ['node26', 'Node 26', () => nodeBinary('26')],
  ['bun', 'Bun', () => bunBinary('1.4.4')],
]

export function startNeighbours(): Promise<Neighbour[]> {
  return Promise.all(
    RUNTIMES.map(async ([column, name, find]) => {
      try {
        const binary = await find()
        const version = (await run(binary, ['--version'])).stdout.trim().replace(/^v/, '')
        const title = `${name.split(' ')[0]} ${version}`
        return { column, title, peer: new Peer(title, binary, [PROGRAM]), missing: undefined }
      } catch (error) {
        const [why] = String(error instanceof Error ? error.message : error).split('\n')
        return { column, title: name, peer: undefined, missing: why }
      }
    }),
  )
}
