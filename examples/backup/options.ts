// The command line: `npm start -- [options] [DIRECTORY]`.

import { existsSync, readdirSync, statSync } from 'node:fs'
import * as path from 'node:path'
import { parseArgs } from 'node:util'

export const help = `npm start -- [options] [DIRECTORY]

Copies DIRECTORY (this checkout's node_modules) through io_uring, verifies every file by SHA-256 and
says how long fs.cp takes for the same.

  --to DIR         keep the copy as DIR, which must be new or empty (otherwise it is removed again)
  --no-compare     only the copy, without fs.cp
  --rounds N       copies by each, in alternating order (2; with --to 1)
  --lanes N        files being copied at once (64)
  --synthesize N   copy a made-up tree of N small files instead
  --json FILE      write the result to FILE as well
  --help           this text
`

export interface Options {
  source: string | undefined
  to: string | undefined
  compare: boolean
  rounds: number
  lanes: number
  synthesize: number
  json: string | undefined
  help: boolean
}

/** A mistake of the user, shown without a stack trace. */
export class UsageError extends Error {}

export function parse(args: string[]): Options {
  const { values, positionals } = understood(args)
  const to = values.to === undefined ? undefined : path.resolve(values.to)
  const options: Options = {
    source: positionals[0] === undefined ? undefined : path.resolve(positionals[0]),
    to,
    compare: !values['no-compare'],
    rounds: to === undefined ? count('--rounds', values.rounds) : 1,
    lanes: count('--lanes', values.lanes),
    synthesize: values.synthesize === undefined ? 0 : count('--synthesize', values.synthesize),
    json: values.json,
    help: values.help,
  }
  if (positionals.length > 1) throw new UsageError('one directory at a time')
  if (options.synthesize > 0 && options.source)
    throw new UsageError('--synthesize makes its own tree')
  return options
}

/** Refuses what could not be copied, or would be copied into itself. */
export function checkPlaces(source: string, to: string | undefined): void {
  if (!existsSync(source)) throw new UsageError(`${source} does not exist`)
  if (!statSync(source).isDirectory()) throw new UsageError(`${source} is not a directory`)
  if (to === undefined) return
  if (existsSync(to) && (!statSync(to).isDirectory() || readdirSync(to).length > 0)) {
    throw new UsageError(`${to} is there already; a copy goes into a new or empty directory`)
  }
  const relative = path.relative(source, to)
  if (relative === '' || (relative !== '..' && !relative.startsWith(`..${path.sep}`))) {
    throw new UsageError(`${to} is inside ${source}; the copy would contain itself`)
  }
}

function understood(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        to: { type: 'string' },
        'no-compare': { type: 'boolean', default: false },
        rounds: { type: 'string', default: '2' },
        lanes: { type: 'string', default: '64' },
        synthesize: { type: 'string' },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function count(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1)
    throw new UsageError(`${name} ${text}: not a count`)
  return number
}
