// Runs other programs for the scripts of this repository, on tinyexec.
//
// Promises that the failure of a program is detected: `run` rejects, with the end of the program's output. Programs
// have no standard input, so that none can wait for it. Proved by scripts/test/scripts.spec.ts.
import { x } from 'tinyexec'

export interface RunOptions {
  readonly cwd?: string
  /** Variables that are added to this process's environment; an undefined one is taken out of it. */
  readonly env?: NodeJS.ProcessEnv
  /** Resolve to the result of a program that failed instead of rejecting. */
  readonly allowFailure?: boolean
  /** Show the program's output as it comes, as well as collecting it. */
  readonly show?: boolean
}

export interface RunResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const TAIL = 4000
/** The code of a program that a signal ended: what a shell reports begins here. */
const SIGNALLED = 128

/** Resolves to the code and output of a program that has ended. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { cwd = process.cwd(), env = {}, allowFailure = false, show = false } = options
  const child = x(command, args, {
    nodePath: false,
    nodeOptions: { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] },
  })
  for (const name of ['stdout', 'stderr'] as const) {
    // a character may be cut in two by the end of a chunk
    const stream = child.process?.[name]?.setEncoding('utf8')
    if (show) stream?.on('data', (text: string) => process[name].write(text))
  }
  const { stdout, stderr, exitCode: code = SIGNALLED } = await child
  const result = { code, stdout, stderr }
  if (code === 0 || allowFailure) return result
  const how = child.signalCode === null ? `ended with ${code}` : `was ended by ${child.signalCode}`
  throw new Error(`${command} ${args.join(' ')} ${how}\n${(stderr + stdout).slice(-TAIL)}`)
}

/** The same at the lowest priority, for work that keeps a core busy for minutes. */
export function runNicely(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return run('nice', ['-n', '19', command, ...args], options)
}

/** Returns an environment with only these variables. */
export function only(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const others = Object.keys(process.env).map((name) => [name, undefined] as const)
  return { ...Object.fromEntries(others), ...variables }
}
