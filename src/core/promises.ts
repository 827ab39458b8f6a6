// The promises of operations that are neither in a batch nor in a chain: one per slot.
//
// `ring.cancel(promise)` finds the slot by an index that the first cancel builds. Programs that never
// cancel by promise pay one comparison per operation for it. The index is dropped again when it has
// been kept up for much longer than building it takes, so that the cost per cancel stays constant.
//
// Proved by __test__/operations-*.spec.ts and __test__/cancel-promise.spec.ts.

import { listOf, type List } from './list'
import type { Operation } from './operation'

type Resolve = (value: unknown) => void

/** The record of a slot. A slot keeps it for all its operations: memory that is new for each is never in
 *  the cache. */
export class Pending {
  operation: Operation<unknown> | undefined
  promise: Promise<unknown> | undefined
  resolve: Resolve | undefined

  clear(): void {
    this.promise = undefined
    this.resolve = undefined
  }
}

/** Operations per slot after which an index that no cancel has asked for is dropped. */
const KEPT_UP_PER_SLOT = 16

export class Promises {
  readonly records: List<Pending> = listOf()
  private index: Map<Promise<unknown>, number> | undefined
  /** Operations since the index was last asked. */
  private sinceAsked = 0

  /** Returns the promise of the operation in `slot`. */
  create(slot: number, operation: Operation<unknown>): Promise<unknown> {
    // an executor that keeps `reject` as well is not inlined; resolve(rejection()) does the same
    let resolve!: Resolve
    const promise = new Promise<unknown>((given) => {
      resolve = given
    })
    const pending = this.records[slot] as Pending
    pending.operation = operation
    pending.promise = promise
    pending.resolve = resolve
    if (this.index !== undefined) this.addToIndex(promise, slot)
    return promise
  }

  /** Returns the slot of an operation in flight by its promise, or -1. */
  slotOf(promise: Promise<unknown>): number {
    this.sinceAsked = 0
    this.index ??= this.buildIndex()
    const slot = this.index.get(promise)
    if (slot === undefined) return -1
    if (this.records[slot]?.promise === promise) return slot
    this.index.delete(promise)
    return -1
  }

  /** Adds slots, up to `total`. */
  grow(total: number): void {
    for (let slot = this.records.length; slot < total; slot++) this.records[slot] = new Pending()
  }

  private addToIndex(promise: Promise<unknown>, slot: number): void {
    const { length } = this.records
    const index = this.index as Map<Promise<unknown>, number>
    index.set(promise, slot)
    if (++this.sinceAsked > KEPT_UP_PER_SLOT * length) this.index = undefined
    // promises that have settled are not taken out one by one
    else if (index.size > 2 * length) this.index = this.buildIndex()
  }

  private buildIndex(): Map<Promise<unknown>, number> {
    const index = new Map<Promise<unknown>, number>()
    const { records } = this
    for (let slot = 0; slot < records.length; slot++) {
      const { promise } = records[slot] as Pending
      if (promise !== undefined) index.set(promise, slot)
    }
    return index
  }
}
