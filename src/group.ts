// What a batch and a chain have in common: a function of the caller's collects operations. Nothing is
// submitted meanwhile, and when the function throws (an argument error in its last call, say)
// nothing of it is left behind.

import { types } from 'node:util'
import type { Core } from './core/core'
import type { Operation } from './core/operation'
import { AbortError, wrongType, wrongValue } from './errors'

const { then } = Promise.prototype

/** The operations of one collecting function. */
export abstract class Members {
  protected readonly core: Core
  /** The collecting function has not returned yet. */
  protected open = true
  /** The addon keeps descriptors for the members. */
  private keeps = false

  constructor(of: Core) {
    this.core = of
  }

  /** Checks that the operation in `slot` can still be collected, and that its signal is not aborted.
   *  Need not be called while the function runs and no operation has a signal. */
  protected admit(slot: number, operation: Operation<unknown>): void {
    const { signals } = this.core
    if (this.open && !signals.abortedAt(slot)) return
    const signal = signals.of(slot)
    this.core.release(slot)
    if (this.open) throw new AbortError(signal?.reason)
    throw wrongValue(
      operation.name,
      'must be called inside the function that collects it',
      'a later call',
    )
  }

  /**
   * Runs `collect`, then `finish` with what it returned. When one of them throws, or `collect` turns
   * out to be asynchronous, everything is undone.
   */
  collect<R>(collect: () => unknown, finish: (collected: unknown) => R): R {
    const own = this.core
    const held = own.hold(() => {
      this.open = false
      this.undo()
    })
    try {
      const collected = collect()
      refusePromise(collected)
      if (!this.open) throw wrongValue('collect', 'must not run an event loop', collect)
      return finish(collected)
    } catch (error) {
      if (this.open) this.undo()
      throw error
    } finally {
      if (this.open) own.resume(held)
      this.open = false
    }
  }

  /** Has the addon close these descriptors if the thread ends before the members are complete. */
  protected keep(receiver: number, opened: number[]): void {
    if (opened.length === 0) return
    this.keeps = true
    this.core.native.keepDescriptors(receiver, opened)
  }

  /** What was kept is the caller's now, or about to be closed. */
  protected release(receiver: number): void {
    if (!this.keeps) return
    this.keeps = false
    this.core.native.releaseDescriptors(receiver)
  }

  /** Frees the slots of everything that was collected. */
  protected abstract undo(): void
}

function refusePromise(collected: unknown): void {
  if (typeof collected !== 'object' || collected === null || !('then' in collected)) return
  // what an async function throws later is a consequence of this refusal, which is told here
  if (types.isPromise(collected)) then.call(collected, undefined, () => {})
  throw wrongType('collect', 'a function that is not asynchronous', collected)
}
