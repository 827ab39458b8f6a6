// Many operations, one promise, raw results: what costs least per operation. Proved by
// __test__/batch.spec.ts.

import type { Core } from './core/core'
import type { Operation } from './core/operation'
import { Group } from './group'
import { end } from './operations/base'

/** Collects operations for `ring.batch`. Each method queues one; its result is a number in the array. */
export class Batch extends Group<'batch'> {
  #results = new Int32Array(0)
  #pending = 0
  #resolve: (results: Int32Array) => void = () => {}
  #reject: (error: Error) => void = () => {}

  /** @internal */
  constructor(of: Core) {
    super(of)
  }

  /** @internal */
  override [end]<T>(slot: number, operation: Operation<T>): undefined {
    this.add(slot, operation)
  }

  /** @internal Queues the operations; gives the promise of their results. */
  submit(): Promise<Int32Array> {
    this.#pending = this.slots.length
    this.#results = new Int32Array(this.#pending)
    if (this.#pending === 0) return Promise.resolve(this.#results)
    const promise = new Promise<Int32Array>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.queue()
    return promise
  }

  /** @internal */
  override complete(place: number, result: number): void {
    this.#results[place] = result
    if (--this.#pending === 0) this.#resolve(this.#results)
  }

  /** @internal */
  override fail(_place: number, error: Error): void {
    this.#reject(error)
  }
}
