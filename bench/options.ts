// The command line: `npm run bench -- [options]`.

import { existsSync } from 'node:fs'
import * as path from 'node:path'
import { commandLine, countOf } from '../scripts/lib/command-line'
import { checkNames, type CheckName } from './checks'
import type { Work } from './work'
import { works } from './works'

const USAGE = `npm run bench [-- options]

  --quick          short rounds, few of them; docs/ is left as it is
  --only NAME      only this row or check (again for more)
                   rows: ${works.map((work) => work.name).join(', ')}
                   checks: ${checkNames.join(', ')}
  --against DIR    compare this build of the package with the one in the checkout DIR, which comes
                   first in the report; fails if a row surely loses more than 2 %
  --json FILE      write the medians to FILE
  --dir DIR        make the files there instead of in the system's temporary directory
  --rounds N       rounds per row (9; quick: 3; --against: 60)
  --processes N    pairs of processes that share the rounds of --against (5)
  --ms N           milliseconds per column and round (250; quick and --against: 60)
  --help           print this text
`

export interface Options {
  quick: boolean
  works: readonly Work[]
  checks: readonly CheckName[]
  /** True unless --only or --quick left something out. */
  whole: boolean
  against: string | undefined
  json: string | undefined
  dir: string | undefined
  rounds: number
  processes: number
  milliseconds: number
}

export function parse(): Options {
  const { values } = commandLine({
    usage: USAGE,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      against: { type: 'string' },
      json: { type: 'string' },
      dir: { type: 'string' },
      rounds: { type: 'string' },
      processes: { type: 'string', default: '5' },
      ms: { type: 'string' },
    },
  })
  const { quick, only } = values
  const against = values.against === undefined ? undefined : checkout(values.against)
  const whole = !quick && only.length === 0
  for (const name of only) {
    if (!isCheck(name) && !works.some((work) => work.name === name))
      throw new Error(`--only ${name}: there is no such row or check`)
  }
  const rounds = against === undefined ? (quick ? '3' : '9') : '60'
  return {
    quick,
    works: only.length === 0 ? works : works.filter(({ name }) => only.includes(name)),
    checks: whole ? checkNames : only.filter(isCheck),
    whole,
    against,
    json: values.json,
    dir: values.dir,
    rounds: countOf('--rounds', values.rounds ?? rounds),
    processes: countOf('--processes', values.processes),
    milliseconds: countOf('--ms', values.ms ?? (quick || against !== undefined ? '60' : '250')),
  }
}

function isCheck(name: string): name is CheckName {
  return checkNames.some((one) => one === name)
}

/** Returns the path of another build of the package; throws if it is not one. */
function checkout(folder: string): string {
  const absolute = path.resolve(folder)
  if (!existsSync(path.join(absolute, 'package.json')))
    throw new Error(`--against ${folder}: there is no package.json`)
  if (!existsSync(path.join(absolute, 'dist', 'index.js')))
    throw new Error(`--against ${folder}: it is not built (npm run build)`)
  return absolute
}
