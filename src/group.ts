// What a batch and a chain have in common: operations that a caller's function collects. Nothing is
// submitted meanwhile, and when the function throws (an argument error in its last call, say)
// nothing of it is left behind.

import type { Operation } from './core/operation'
import { wrongValue } from './errors'
import { core, type Kind } from './operations/base'
import { AllOperations } from './operations'

/** Operations being collected. (An `Owner`; the declarations that users get leave that out.) */
export abstract class Group<K extends Kind> extends AllOperations<K> {
  /** @internal */
  protected collecting = true

  /** @internal For an operation that was begun too late, or whose signal is aborted already. */
  protected refuse(slot: number, operation: Operation<unknown>): never {
    const own = this[core]
    const { refusal } = own
    own.refusal = undefined
    own.release(slot)
    throw (
      refusal ??
      wrongValue(
        operation.name,
        'must be called inside the function that collects it',
        'a later call',
      )
    )
  }

  /** @internal Runs `collect`; when it throws, everything it added is undone. */
  collect<R>(collect: () => R): R {
    const own = this[core]
    own.hold()
    try {
      return collect()
    } catch (error) {
      this.undo()
      throw error
    } finally {
      this.collecting = false
      own.letGo()
    }
  }

  /** @internal Gives back all slots. */
  protected abstract undo(): void
  // of the next three a batch has the first two and a chain the third; see `Owner`
  /** @internal */
  raw: Int32Array | undefined
  /** @internal */
  filled(_count: number): void {}
  /** @internal */
  complete(_place: number, _result: number, _slot: number, _flags: number, _index: number): void {}
  /** @internal */
  abstract fail(place: number, error: Error): void
}
