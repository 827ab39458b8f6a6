// The command line of the socket benchmark.

import { parseArgs } from 'node:util'
import { placements, type Placement } from './cpus'
import { rows, type Row } from './rows'

export const USAGE = `node --import @oxc-node/core/register bench/net/main.ts [options]

Servers of this package, of Node and of native code, driven over loopback by a load generator. The figure is the CPU
time that a server's process spends on a unit of work.

  --quick      short rounds, few of them
  --only ROW   only this row (again for more): ${rows.map((row) => row.name).join(', ')}
  --rounds N   rounds per row (9; quick: 3)
  --ms N       measured milliseconds per column and round (400; quick: 120)
  --cpus HOW   apart: the servers have one CPU, the load generator another; shared: they take turns on one, so that
               servers always find a full queue (apart)
  --json       print JSON instead of tables
  --help       this text
`

export interface Options {
  readonly rows: readonly Row[]
  readonly rounds: number
  readonly milliseconds: number
  readonly placement: Placement
  readonly json: boolean
  readonly help: boolean
}

export function parse(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      ms: { type: 'string' },
      cpus: { type: 'string', default: 'apart' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const only = values.only ?? []
  for (const name of only) {
    if (!rows.some((row) => row.name === name)) throw new Error(`--only ${name}: no such row`)
  }
  const placement = placements.find((name) => name === values.cpus)
  if (!placement) throw new Error(`--cpus ${values.cpus}: it must be ${placements.join(' or ')}`)
  return {
    rows: rows.filter(({ name }) => only.length === 0 || only.includes(name)),
    rounds: count('--rounds', values.rounds ?? (values.quick ? '3' : '9')),
    milliseconds: count('--ms', values.ms ?? (values.quick ? '120' : '400')),
    placement,
    json: values.json ?? false,
    help: values.help ?? false,
  }
}

function count(option: string, text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new Error(`${option} ${text}: it must be a whole number of at least 1`)
  }
  return number
}
