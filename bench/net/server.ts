// A server process, and what it must have received when it ends.
//
// Promises that a server which has not received exactly what the load generator sent fails the run.

import { Child } from './child'
import type { Load, Measured, Run } from './load'
import type { Program } from './programs'
import type { Column, Row } from './rows'

export class Server {
  readonly column: Column
  readonly #child: Child
  readonly #port: number
  readonly #check: boolean
  #arrivals = 0
  #bytes = 0

  private constructor(column: Column, child: Child, port: number, check: boolean) {
    this.column = column
    this.#child = child
    this.#port = port
    this.#check = check
  }

  /** Resolves to a server that listens. */
  static async start(
    native: string,
    cpu: number,
    { column, command }: Program,
    check: boolean,
  ): Promise<Server> {
    const child = new Child(native, cpu, check ? [...command, '--check'] : command)
    try {
      const line = await child.line()
      const port = Number(/^listening (\d+)$/.exec(line)?.[1])
      if (!(port > 0)) throw new Error(`${column}: "${line}" where a port was due`)
      return new Server(column, child, port, check)
    } catch (error) {
      child.kill()
      throw error
    }
  }

  /** One run of the load against this server. */
  async run(load: Load, row: Row, time: Pick<Run, 'leadIn' | 'milliseconds'>): Promise<Measured> {
    try {
      const where = { port: this.#port, pid: this.#child.pid, check: this.#check }
      const measured = await load.run(row, { ...where, ...time })
      this.#arrivals += measured.arrivals
      this.#bytes += measured.bytes
      return measured
    } catch (error) {
      throw new Error(`the column ${this.column} does not do the work`, { cause: error })
    }
  }

  /** Ends the server and compares what it has received with what was sent. */
  async stop(): Promise<void> {
    const line = await this.#child.stop()
    const due = `served ${this.#arrivals} ${this.#bytes}`
    if (line !== due) throw new Error(`${this.column}: "${line}" where "${due}" was due`)
  }

  kill(): void {
    this.#child.kill()
  }
}
