// Many operations, one promise, raw results: the form that costs least per operation. Proved by
// __test__/operations-batch.spec.ts.

import type { Core } from './core/core'
import type { Operation } from './core/operation'
import type { ResultsReceiver } from './core/receivers'
import { QUEUE_BULK } from './generated/layout'
import { Members } from './group'
import { end } from './operations/base'
import { AllOperations } from './operations'

const NO_RESULTS = new Int32Array(0)

const members: unique symbol = Symbol('members')

/** The operations of a batch, and the receiver of their results. */
class BatchMembers extends Members implements ResultsReceiver {
  raw = NO_RESULTS
  private readonly number: number
  private count = 0
  private missing = 0
  private resolve: (results: Int32Array) => void = () => {}
  private reject: (error: Error) => void = () => {}

  constructor(of: Core) {
    super(of)
    this.number = of.receivers.add(this)
  }

  add(slot: number, operation: Operation<unknown>): void {
    const own = this.core
    if (!this.open || own.signals.active) this.admit(slot, operation)
    own.enqueue(slot, this.number, this.count++, QUEUE_BULK)
  }

  /** Returns the promise of the results of what was collected. */
  promise(): Promise<Int32Array> {
    const results = new Int32Array(this.count)
    if (this.count === 0) {
      this.core.receivers.remove(this.number)
      return Promise.resolve(results)
    }
    this.missing = this.count
    this.raw = results
    return new Promise<Int32Array>((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }

  filled(count: number, opened: number[]): void {
    this.missing -= count
    if (this.missing > 0) {
      this.keep(this.number, opened)
      return
    }
    this.resolve(this.raw)
    this.release(this.number)
    this.core.receivers.remove(this.number)
  }

  fail(_place: number, error: Error): void {
    this.reject(error)
  }

  protected override undo(): void {
    const { numbers } = this.core.receivers
    this.core.withdraw((slot) => numbers[slot] === this.number)
    this.core.receivers.remove(this.number)
  }
}

/** Collects operations for `ring.batch`. Each method queues one; its result is a number in the array. */
export class Batch extends AllOperations<'batch'> {
  private readonly [members]: BatchMembers

  /** @internal */
  constructor(of: Core, its: BatchMembers) {
    super(of)
    this[members] = its
  }

  /** @internal */
  override [end]<T>(slot: number, operation: Operation<T>): undefined {
    this[members].add(slot, operation)
  }
}

/** Runs `collect` with a batch, and returns the promise of its results. */
export function collectBatch(of: Core, collect: (batch: Batch) => unknown): Promise<Int32Array> {
  const its = new BatchMembers(of)
  // the promise is made while nothing is submitted: an async hook may flush meanwhile; and so that an
  // interruption finds either all of the batch or nothing
  const promise = its.collect(
    () => collect(new Batch(of, its)),
    () => its.promise(),
  )
  of.launch() // everything may be over when this returns
  return promise
}
