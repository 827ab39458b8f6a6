// A 1 ms timer that is set again whenever it fires, and how late it was each time.

import { performance } from 'node:perf_hooks'

const MILLISECONDS = 1

export class Ticker {
  readonly #late: number[] = []
  #due = 0
  #timer: NodeJS.Timeout | undefined

  start(): void {
    this.#due = performance.now() + MILLISECONDS
    this.#timer = setTimeout(() => {
      this.#late.push(performance.now() - this.#due)
      this.start()
    }, MILLISECONDS)
  }

  /** Returns the milliseconds by which the latest firing was late; the one still awaited counts. */
  stop(): number {
    clearTimeout(this.#timer)
    return Math.max(0, performance.now() - this.#due, ...this.#late)
  }
}
