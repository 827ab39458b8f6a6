// A child process that does the same work: the native program, another runtime, or another build of the package. It is
// started once and then asked for runs, one line of JSON each way, so that no figure includes its start.

import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

export interface PeerReply {
  seconds: number
  /** Seconds of processor time, of all threads, where the program reports them. */
  processor?: number
  checksum: number
}

export class Peer {
  readonly #name: string
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>

  constructor(name: string, command: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) {
    this.#name = name
    this.#child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    })
    // a child that died is reported by `run`, when its output ends
    this.#child.stdin.on('error', () => {})
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]()
  }

  /** Resolves to the answer to one request. A second one must wait for it. */
  async run(request: object): Promise<PeerReply> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`)
    const { value, done } = await this.#lines.next()
    if (done) throw new Error(`${this.#name} ended early`)
    const reply = JSON.parse(value) as PeerReply | { error: string }
    if ('error' in reply) throw new Error(`${this.#name}: ${reply.error}`)
    return reply
  }

  /** Closes the child's standard input, which ends it. */
  close(): void {
    this.#child.stdin.end()
  }
}
