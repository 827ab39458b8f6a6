// `npm start`: backs up a directory tree through io_uring, verifies the copy, and compares the time with
// that of Node's own fs.cp. `npm start -- --help` lists the options.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { inspect } from 'node:util'
import { availability, Ring } from 'uring'
import { countOf } from './format'
import { checkPlaces, help, parse, UsageError, type Options } from './options'
import { report } from './result'
import { perform } from './rounds'
import { synthesize } from './synthesize'

const nodeModules = path.join(import.meta.dirname, '..', '..', 'node_modules')

async function main(): Promise<void> {
  const options = parse(process.argv.slice(2))
  if (options.help) return console.log(help)
  const found = availability()
  if (!found.available) throw new UsageError(`${found.message}\n${found.remedy}`)
  if (options.synthesize === 0) return await backUp(options.source ?? nodeModules, options)

  const made = mkdtempSync(path.join(tmpdir(), 'uring-tree-'))
  try {
    synthesize(made, options.synthesize)
    await backUp(made, options)
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

async function backUp(source: string, options: Options): Promise<void> {
  checkPlaces(source, options.to)
  console.log(`Backing up ${source}${options.to === undefined ? '' : ` to ${options.to}`}\n`)
  const place = options.to === undefined ? tmpdir() : path.dirname(options.to)
  const made: string[] = []
  const fresh = (): string => {
    mkdirSync(place, { recursive: true })
    const directory = mkdtempSync(path.join(place, 'uring-backup-'))
    made.push(directory)
    return directory
  }
  const ring = new Ring({ entries: 256 })
  try {
    const result = await perform(ring, source, fresh, options)
    console.log(`\n${report(result)}`)
    if (options.json !== undefined)
      writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`)
    if (result.different.length > 0) {
      console.error(
        `\n${countOf(result.different.length)} copies differ, ${result.different[0]} first.`,
      )
      process.exitCode = 1
    }
  } finally {
    // operations of a failed copy may be in flight: they must end before their directory is removed
    await ring.dispose()
    for (const directory of made) rmSync(directory, { recursive: true, force: true })
  }
}

const hints: Record<string, string[]> = {
  ENOENT: ['Did the tree change while it was being copied?'],
  EMFILE: ['Every lane needs two descriptors: take fewer (--lanes 8), or allow more (ulimit -n).'],
  ENOSPC: ['Name a directory with room for it: --to DIR, or TMPDIR for copies that are not kept.'],
}

/** What the user can act on is one sentence; anything else is a bug, and keeps its stack. */
function explain(error: unknown): string {
  if (error instanceof UsageError)
    return `${error.message}\n\nnpm start -- --help lists the options.`
  const refusal = error as NodeJS.ErrnoException
  if (typeof refusal.code !== 'string' || refusal.syscall === undefined) return inspect(error)
  return [refusal.message, ...(hints[refusal.code] ?? []), 'The copy is not complete.'].join('\n')
}

try {
  await main()
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
}
