// Runs other programs for the scripts of this repository. One promise: a program that fails is never taken for one
// that worked, and its last words are in the error.
import { spawn } from 'node:child_process'

export interface RunOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** Give back the result of a program that failed instead of throwing. */
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

export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const result = await collect(command, args, options)
  if (result.code === 0 || options.allowFailure === true) return result
  const words = (result.stderr + result.stdout).slice(-TAIL)
  throw new Error(`${command} ${args.join(' ')} ended with ${result.code}\n${words}`)
}

/** The same at the lowest priority, for work that takes a core for minutes beside other people's work. */
export function runNicely(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return run('nice', ['-n', '19', command, ...args], options)
}

function collect(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      if (options.show === true) process.stdout.write(text)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      if (options.show === true) process.stderr.write(text)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (signal !== null) stderr += `\nended by ${signal}`
      resolve({ code: code ?? 128, stdout, stderr })
    })
  })
}
