// Who takes the raw results of operations that were started together: a batch, a chain. They are
// known by number, so that a slot's owner is a number in a table and not a reference to trace.

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
  readonly #owners: (Owner | undefined)[] = [undefined]
  readonly #free: number[] = []

  /** A number for `owner`. */
  enlist(owner: Owner): number {
    const number = this.#free.pop() ?? this.#owners.length
    this.#owners[number] = owner
    return number
  }

  /** The owner has all its results. */
  dismiss(number: number): void {
    this.#owners[number] = undefined
    this.#free.push(number)
  }

  at(number: number): Owner | undefined {
    return this.#owners[number]
  }
}
