// Who takes the raw results of operations that were started together: a batch, a chain. They are
// known by number, so that a slot's owner is a number in a table and not a reference to trace.

import { larger } from './free'

/** Takes results. */
export interface Owner {
  /** Where its raw results go, by place; without it, `complete` is called for each. */
  readonly raw: Int32Array | undefined
  /** `count` more results are in `raw`. */
  filled(count: number): void
  /** Operation number `place`, in `slot`, is over; `index` says which result of this flush it is. */
  complete(place: number, result: number, slot: number, flags: number, index: number): void
  /** The ring failed with operation `place` in flight. */
  fail(place: number, error: Error): void
}

/** Nobody's number. */
export const NOBODY = 0

export class Owners {
  /** By slot: the number of its owner, and which of the owner's operations it is. */
  owned = new Int32Array(0)
  places = new Int32Array(0)
  private readonly owners: (Owner | undefined)[] = [undefined]
  private readonly free: number[] = []

  /** A number for `owner`. */
  enlist(owner: Owner): number {
    const number = this.free.pop() ?? this.owners.length
    this.owners[number] = owner
    return number
  }

  /** The owner has all its results. */
  dismiss(number: number): void {
    this.owners[number] = undefined
    this.free.push(number)
  }

  /** The slot is nobody's again. */
  disown(slot: number): void {
    this.owned[slot] = NOBODY
  }

  /** Whose the slot is. */
  of(slot: number): Owner | undefined {
    return this.owners[this.owned[slot] as number]
  }

  /** Adds slots, up to `total`. */
  grow(total: number): void {
    this.owned = larger(this.owned, total)
    this.places = larger(this.places, total)
  }
}
