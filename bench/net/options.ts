// The command line of the socket benchmark.

import { parseArgs } from 'node:util'
import { rows, type Row } from './rows'

export const USAGE = `node --import @oxc-node/core/register bench/net/main.ts [options]

Servers of this package, of Node and of native code, one after another on a CPU of their own, driven over loopback by a
load generator on another. The figure is the CPU time that a server's process spends on a unit of work.

  --quick      short rounds, few of them
  --only ROW   only this row (again for more): ${rows.map((row) => row.name).join(', ')}
  --rounds N   rounds per row (9; quick: 3)
  --ms N       measured milliseconds per column and round (400; quick: 120)
  --json       print JSON instead of tables
  --help       this text
`

export interface Options {
  readonly rows: readonly Row[]
  readonly rounds: number
  readonly milliseconds: number
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
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const only = values.only ?? []
  for (const name of only) {
    if (!rows.some((row) => row.name === name)) throw new Error(`--only ${name}: no such row`)
  }
  return {
    rows: rows.filter(({ name }) => only.length === 0 || only.includes(name)),
    rounds: count('--rounds', values.rounds ?? (values.quick ? '3' : '9')),
    milliseconds: count('--ms', values.ms ?? (values.quick ? '120' : '400')),
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
