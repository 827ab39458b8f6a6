// The command line: `npm run bench -- [options]`.

import { parseArgs } from 'node:util'
import { works } from './works'

export const help = `npm run bench [-- options]

  --quick         short rounds, few of them; docs/ is left as it is
  --only NAME     only this row (again for more): ${works.map((work) => work.name).join(', ')}
  --json FILE     write the medians to FILE
  --dir DIR       make the files there instead of in the system's temporary directory
  --rounds N      rounds per row (9; quick: 3)
  --ms N          milliseconds per column and round (250; quick: 60)
  --help          this text
`

export interface Options {
  quick: boolean
  only: string[]
  json: string | undefined
  dir: string | undefined
  rounds: number
  milliseconds: number
  help: boolean
}

export function parse(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
      dir: { type: 'string' },
      rounds: { type: 'string' },
      ms: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const quick = values.quick ?? false
  const only = values.only ?? []
  for (const name of only) {
    if (!works.some((work) => work.name === name)) throw new Error(`--only ${name}: no such row`)
  }
  return {
    quick,
    only,
    json: values.json,
    dir: values.dir,
    rounds: positive('--rounds', values.rounds ?? (quick ? '3' : '9')),
    milliseconds: positive('--ms', values.ms ?? (quick ? '60' : '250')),
    help: values.help ?? false,
  }
}

function positive(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new Error(`${name} ${text}: not a count`)
  return number
}
