// The load generator: one process of the native benchmark program that drives one server at a time.

import { Child } from './child'
import type { Row } from './rows'

export interface Run {
  /** Where the server listens. */
  readonly port: number
  /** The server's process. */
  readonly pid: number
  /** Milliseconds before the measured time. */
  readonly leadIn: number
  /** Milliseconds of measured time. */
  readonly milliseconds: number
  /** The server computes checksums: compare them. */
  readonly check: boolean
}

export interface Measured {
  readonly units: number
  readonly seconds: number
  /** What the server's process spent in that time. */
  readonly cpuSeconds: number
  /** What the load generator spent in it. */
  readonly loadSeconds: number
  /** What the server must have received in the whole run. */
  readonly arrivals: number
  readonly bytes: number
}

export class Load {
  readonly #child: Child

  constructor(native: string, cpu: number) {
    this.#child = new Child(native, cpu, [native, 'net', 'load'])
  }

  async run({ work, connections, size }: Row, run: Run): Promise<Measured> {
    this.#child.send(JSON.stringify({ work, connections, size, ...run }))
    const reply = JSON.parse(await this.#child.line()) as Measured | { error: string }
    if ('error' in reply) throw new Error(`load generator: ${reply.error}`)
    return reply
  }

  async stop(): Promise<void> {
    await this.#child.stop()
  }

  kill(): void {
    this.#child.kill()
  }
}
