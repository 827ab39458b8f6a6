// Runs a program inside the guest under a time limit and hands over its output line by line, so that what a test said
// before it hung or crashed is known.
import { spawn, type SpawnOptions } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface ChildEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly timedOut: boolean
}

export interface ChildOptions extends Pick<SpawnOptions, 'env' | 'cwd' | 'uid' | 'gid'> {
  readonly limitMs: number
  onLine(line: string): void
}

export function runChild(
  command: string,
  args: readonly string[],
  options: ChildOptions,
): Promise<ChildEnd> {
  const { limitMs, onLine, ...spawnOptions } = options
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...spawnOptions,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      // the whole group: ava's workers hold the pipes open otherwise
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    }, limitMs)
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', onLine)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, timedOut })
    })
  })
}

/** What is wrong with the end of a program, or undefined if it ended with 0. */
export function faultOf(end: ChildEnd): string | undefined {
  if (end.timedOut) return 'took longer than its limit and was killed'
  if (end.signal !== null) return `ended by ${end.signal}`
  return end.code === 0 ? undefined : `ended with ${end.code}`
}
