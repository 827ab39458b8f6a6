// What a batch and a chain have in common: operations that are collected first and queued together,
// so that an argument error in the last of them leaves nothing of the first ones behind.

import type { Core, Owner } from './core/core'
import type { Operation } from './core/operation'
import { wrongValue } from './errors'
import { begin, core, type Kind } from './operations/base'
import { AllOperations } from './operations'
import type { OperationOptions } from './options'

/** Operations being collected by a caller's function. */
export abstract class Group<K extends Kind> extends AllOperations<K> implements Owner {
  /** The slots taken so far, and what is in them. */
  protected readonly slots: number[] = []
  protected readonly operations: Operation<unknown>[] = []
  #collecting = true

  /** @internal */
  constructor(of: Core) {
    super(of)
  }

  /** @internal */
  override [begin](opcode: number, fd: number, options: OperationOptions | undefined): number {
    if (!this.#collecting) throw wrongValue('operation', 'must be called inside the function that collects it', opcode)
    return super[begin](opcode, fd, options)
  }

  /** @internal Adds the operation in `slot`. */
  protected add(slot: number, operation: Operation<unknown>): void {
    const { refusal } = this[core]
    if (refusal !== undefined) {
      this[core].refusal = undefined
      this[core].release(slot)
      throw refusal
    }
    this.slots.push(slot)
    this.operations.push(operation)
  }

  /** @internal Runs `collect`; when it throws, everything it added is undone. */
  collect<R>(collect: () => R): R {
    try {
      return collect()
    } catch (error) {
      for (const slot of this.slots) this[core].release(slot)
      this.slots.length = 0
      throw error
    } finally {
      this.#collecting = false
    }
  }

  /** @internal Queues what was collected. */
  protected queue(): void {
    const own = this[core]
    for (let place = 0; place < this.slots.length; place++) {
      own.own(this.slots[place] as number, this.operations[place] as Operation<unknown>, this, place)
    }
  }

  /** @internal */
  abstract complete(
    place: number,
    result: number,
    flags: number,
    index: number,
    object: unknown,
    signal: AbortSignal | undefined,
  ): void
  /** @internal */
  abstract fail(place: number, error: Error): void
}
