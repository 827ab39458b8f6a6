// The command line of every script in this repository: options (node:util), `--help`, and exit codes.
//
// Promises that `--help` prints the usage and exits with 0 before anything else happens, and that an unknown option
// is an error that names it and exits with 2. Proved by scripts/test/scripts.spec.ts.
import { parseArgs, type ParseArgsConfig } from 'node:util'

/** Options as node:util's parseArgs takes them. */
type Declared = NonNullable<ParseArgsConfig['options']>

const HELP = { help: { type: 'boolean', short: 'h' } } as const

type Config<T extends Declared> = {
  readonly args: string[]
  readonly options: T & typeof HELP
  readonly allowPositionals: boolean
}

export interface CommandLine<T extends Declared> {
  readonly usage: string
  readonly options: T
  /** Whether arguments that are no options are allowed. */
  readonly positionals?: boolean
}

/** Returns the options and positionals of this process, or ends it: with 0 after `--help`, with 2 after a mistake. */
export function commandLine<const T extends Declared>(
  { usage, options, positionals = false }: CommandLine<T>,
  args: readonly string[] = process.argv.slice(2),
): ReturnType<typeof parseArgs<Config<T>>> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(usage.trimEnd())
    process.exit(0)
  }
  try {
    return parseArgs<Config<T>>({
      args: [...args],
      options: { ...options, ...HELP },
      allowPositionals: positionals,
    })
  } catch (error) {
    // node's message goes on about arguments that begin with a dash
    const [what] = String(error instanceof Error ? error.message : error).split('. ')
    console.error(`${what}\n\n${usage.trimEnd()}`)
    process.exit(2)
  }
}

/** The command line of a script that has no options of its own. */
export function noOptions(usage: string): void {
  commandLine({ usage, options: {} })
}

/** Runs a script. What it rejects with is printed, and the process ends with 2. */
export async function start(main: () => Promise<void> | void): Promise<void> {
  try {
    await main()
  } catch (error) {
    console.error(error instanceof Error ? error.message.trimEnd() : error)
    process.exitCode = 2
  }
}

/** Returns the whole number that an option was given; refuses anything below 1. */
export function countOf(option: string, text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`${option} ${text}: it must be a whole number of at least 1`)
  return number
}
