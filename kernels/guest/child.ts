// Runs a program inside the guest under a time limit and passes its output on line by line, so that the output of a
// test that hangs or crashes is known.
import { spawn, type SpawnOptions } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface ChildEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Why it was killed, if it was. */
  readonly killed: string | undefined
}

export interface ChildOptions extends Pick<SpawnOptions, 'env' | 'cwd' | 'uid' | 'gid'> {
  /** The limit of its run time, and the limit of the time without output. */
  readonly limitMs: number
  readonly silentMs: number
  onLine(line: string): void
}

export function runChild(
  command: string,
  args: readonly string[],
  options: ChildOptions,
): Promise<ChildEnd> {
  const { limitMs, silentMs, onLine, ...spawnOptions } = options
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...spawnOptions,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let killed: string | undefined
    const kill = (reason: string): void => {
      killed ??= reason
      // the whole group: ava's workers hold the pipes open otherwise
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    }
    const limit = setTimeout(() => kill(`took longer than ${limitMs / 1000} s`), limitMs)
    const silence = setTimeout(() => kill(`printed nothing for ${silentMs / 1000} s`), silentMs)
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        silence.refresh()
        onLine(line)
      })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(limit)
      clearTimeout(silence)
      resolve({ code, signal, killed })
    })
  })
}

/** Returns how a program failed, or undefined if it exited with 0. */
export function faultOf(end: ChildEnd): string | undefined {
  if (end.killed !== undefined) return `${end.killed} and was killed`
  if (end.signal !== null) return `ended by ${end.signal}`
  return end.code === 0 ? undefined : `ended with ${end.code}`
}
