// Many operations, one promise, raw results: what costs least per operation. Proved by
// __test__/operations-batch.spec.ts.

import type { Core } from './core/core'
import type { Operation } from './core/operation'
import { Group } from './group'
import { core, end } from './operations/base'

/** Collects operations for `ring.batch`. Each method queues one; its result is a number in the array. */
export class Batch extends Group<'batch'> {
  private readonly number: number
  private count = 0
  private pending = 0
  private resolve: (results: Int32Array) => void = () => {}
  private reject: (error: Error) => void = () => {}

  /** @internal */
  constructor(of: Core) {
    super(of)
    this.number = of.owners.enlist(this)
  }

  /** @internal */
  override [end]<T>(slot: number, operation: Operation<T>): undefined {
    const own = this[core]
    if (!this.collecting || own.refusal !== undefined) this.refuse(slot, operation)
    own.own(slot, this.number, this.count++)
  }

  /** @internal The promise of the results of what was collected. */
  results(): Promise<Int32Array> {
    this.pending = this.count
    const results = new Int32Array(this.count)
    if (this.count === 0) {
      this[core].owners.dismiss(this.number)
      return Promise.resolve(results)
    }
    this.raw = results
    const promise = new Promise<Int32Array>((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    this[core].launch() // it may all be over when this returns
    return promise
  }

  /** @internal */
  protected override undo(): void {
    this[core].withdraw(this.number)
    this[core].owners.dismiss(this.number)
  }

  /** @internal */
  override filled(count: number): void {
    this.pending -= count
    if (this.pending > 0) return
    this[core].owners.dismiss(this.number)
    this.resolve(this.raw as Int32Array)
  }

  /** @internal */
  override fail(_place: number, error: Error): void {
    this.reject(error)
  }
}
