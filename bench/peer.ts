// A program that does the same work in a process of its own: the native one, or another runtime. It is started once
// and then asked for runs, one line of JSON each way, so that its start is in no figure.

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
    // the end of its output says the same, with better words
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

  /** Ends the program, once it has answered. */
  close(): void {
    this.#child.stdin.end()
  }
}
