// A child process that is bound to a CPU and talks in lines.
//
// Promises that the child ends with this process, also when that is killed, and that a child which does not say what
// it should in time is killed and the run fails. Never leaves a child behind that `stop` or `kill` was called for.
// Proved by bench/net/measure.ts, which starts, checks and stops every server before it measures.

import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import * as path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

const PATIENCE = 30_000
const root = path.join(import.meta.dirname, '../..')

export class Child {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>
  readonly #name: string

  /** Starts `command` on one CPU, by the launcher of the native benchmark program. */
  constructor(native: string, cpu: number, command: readonly string[]) {
    this.#name = command.map((word) => path.basename(word)).join(' ')
    this.#process = spawn(native, ['net', 'launch', String(cpu), ...command], {
      cwd: root,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    // a child that has died is noticed by the end of its output
    this.#process.stdin.on('error', () => {})
    this.#lines = createInterface(this.#process.stdout)[Symbol.asyncIterator]()
  }

  /** The launcher becomes the program: they have the same id. */
  get pid(): number {
    if (this.#process.pid === undefined) throw new Error(`${this.#name}: it did not start`)
    return this.#process.pid
  }

  send(line: string): void {
    this.#process.stdin.write(`${line}\n`)
  }

  /** Resolves to the next line of output. */
  async line(): Promise<string> {
    const { value, done } = await this.#inTime('say anything', this.#lines.next())
    if (done) throw new Error(`${this.#name}: it ended early`)
    return value
  }

  /** Ends standard input and resolves to the last line of output when the process has exited. */
  async stop(): Promise<string> {
    this.#process.stdin.end()
    let last = ''
    const ended = async (): Promise<void> => {
      for (let next; !(next = await this.#lines.next()).done;) last = next.value
      if (this.#process.exitCode === null && this.#process.signalCode === null) {
        await once(this.#process, 'exit')
      }
    }
    await this.#inTime('exit', ended())
    if (this.#process.exitCode !== 0) throw new Error(`${this.#name}: it failed`)
    return last
  }

  kill(): void {
    this.#process.kill('SIGKILL')
  }

  async #inTime<T>(what: string, promise: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.kill()
        reject(new Error(`${this.#name}: it did not ${what} within ${PATIENCE / 1000} s`))
      }, PATIENCE)
    })
    try {
      return await Promise.race([promise, late])
    } finally {
      clearTimeout(timer)
    }
  }
}
