// Operations that the kernel runs one after the other, each only if the one before it went well
// (IOSQE_IO_LINK, Linux 5.3): write then fdatasync without coming back in between. Proved by
// __test__/operations-chain.spec.ts.

import type { Operation } from './core/operation'
import { HARDLINK, LINK } from './core/request'
import { outOfRange, wrongType } from './errors'
import { Group } from './group'
import { core, end, type Link } from './operations/base'

/** How a chain behaves. */
export interface ChainOptions {
  /** The chain goes on after a failure (IOSQE_IO_HARDLINK, Linux 5.5). The promise rejects all the same. */
  readonly hard?: boolean | undefined
}

/** The values of a chain's links. */
export type Linked<L extends readonly Link<unknown>[]> = {
  -readonly [Index in keyof L]: L[Index] extends Link<infer T> ? T : never
}

const ECANCELED = -125

/** Collects operations for `ring.chain`, in the order in which they are to run. */
export class Chain extends Group<'chain'> {
  readonly #slots: number[] = []
  readonly #links: Link<unknown>[] = []
  readonly #values: unknown[] = []
  #number = 0
  #pending = 0
  #failed: { error: Error; canceled: boolean } | undefined
  #resolve: (values: unknown[]) => void = () => {}
  #reject: (error: Error) => void = () => {};

  /** @internal */
  override [end]<T>(slot: number, operation: Operation<T>): Link<T> {
    if (!this.collecting || this[core].refusal !== undefined) this.refuse(slot, operation)
    const link: Link<T> = { operation }
    this.#slots.push(slot)
    this.#links.push(link)
    return link
  }

  /** @internal Queues the operations, still inside of `collect`; gives the promise of the values of `wanted`, in its order. */
  submit(wanted: readonly Link<unknown>[], hard: boolean): Promise<unknown[]> {
    const places = wanted.map((link) => this.#links.indexOf(link))
    this.#pending = this.#slots.length
    if (this.#pending === 0) return Promise.resolve([])
    const own = this[core]
    const link = hard ? HARDLINK : LINK
    for (const slot of this.#slots.slice(0, -1)) own.requests.mark(slot, link)
    this.#number = own.owners.enlist(this)
    const promise = new Promise<unknown[]>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // all of them at once: a link is to whatever is queued next
    for (const [place, slot] of this.#slots.entries()) own.own(slot, this.#number, place)
    own.launch()
    return promise.then((values) => places.map((place) => values[place]))
  }

  /** @internal Refuses, while nothing is queued, what could not run as one chain. */
  check(wanted: unknown): readonly Link<unknown>[] {
    if (!Array.isArray(wanted))
      throw wrongType('chain', 'a function that returns an array of links', wanted)
    for (const link of wanted) {
      if (!this.#links.includes(link as Link<unknown>))
        throw wrongType('chain', 'an array of what its operations gave', link)
    }
    const entries = this.#slots.reduce((sum, slot) => sum + this[core].requests.entries(slot), 0)
    if (entries > this[core].chainMax) {
      throw outOfRange(
        'chain.length',
        `at most the ring's ${this[core].chainMax} entries (two for an operation with a timeout)`,
        entries,
      )
    }
    return wanted as readonly Link<unknown>[]
  }

  /** @internal */
  override complete(
    place: number,
    result: number,
    slot: number,
    flags: number,
    index: number,
  ): void {
    const value = this[core].outcome(this.#operation(place), result, slot, flags, index)
    if (value instanceof Error) this.#note(value, result === ECANCELED, place)
    else this.#values[place] = value
    if (--this.#pending > 0) return
    this[core].owners.dismiss(this.#number)
    if (this.#failed === undefined) this.#resolve(this.#values)
    else this.#reject(this.#failed.error)
  }

  /** @internal */
  override fail(_place: number, error: Error): void {
    this.#reject(error)
  }

  #operation(place: number): Operation<unknown> {
    return (this.#links[place] as Link<unknown>).operation
  }

  /** @internal */
  protected override undo(): void {
    for (const slot of this.#slots) this[core].release(slot)
  }

  /** The first real failure is the chain's; those after it are only its consequence. */
  #note(error: Error, canceled: boolean, place: number): void {
    if (this.#failed !== undefined && !(this.#failed.canceled && !canceled)) return
    this.#failed = { error: Object.assign(error, { index: place }), canceled }
  }
}
