// The native column: builds `crates/bench`, keeps one process of it, and asks it for runs.

import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process'
import * as path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { NativeRequest } from './work'

const root = path.join(import.meta.dirname, '..')

export interface NativeRun extends NativeRequest {
  depth: number
  count: number
  check?: boolean
}

export interface NativeReply {
  seconds: number
  checksum: number
}

/** The path of the built program; cargo's own messages go to standard error. */
export function buildNative(): string {
  const cargo = spawnSync(
    'cargo',
    ['build', '--release', '--package', 'bench', '--message-format', 'json-render-diagnostics'],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26 },
  )
  if (cargo.error) throw new Error(`cargo is needed for the native column: ${cargo.error.message}`)
  if (cargo.status !== 0) throw new Error('the native column does not build')
  for (const line of cargo.stdout.split('\n')) {
    if (!line.startsWith('{')) continue
    const message = JSON.parse(line) as { executable?: string | null; target?: { name: string } }
    if (message.executable && message.target?.name === 'bench') return message.executable
  }
  throw new Error('cargo did not say where the native column is')
}

export class Native {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>

  constructor(executable: string) {
    this.#child = spawn(executable, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]()
  }

  async run(request: NativeRun): Promise<NativeReply> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`)
    const { value, done } = await this.#lines.next()
    if (done) throw new Error('the native column ended early')
    const reply = JSON.parse(value) as NativeReply | { error: string }
    if ('error' in reply) throw new Error(`native column: ${reply.error}`)
    return reply
  }

  close(): void {
    this.#child.stdin.end()
  }
}
