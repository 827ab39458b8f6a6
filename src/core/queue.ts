// The slots that wait for the next flush, and when that flush comes: in a microtask, as soon as the
// queue fills the ring, or with the next turn of the event loop when the ring has used up its share
// of this one.
//
// A flush that the event loop is to call keeps the loop alive only if something in the queue does. The
// queue tells as soon as that is so.
//
// Fields are `private` and not `#`: V8 inlines an operation into the loop that calls it only while
// the bytecode of the whole fits a budget. docs/performance.md has the measurement.
//
// Proved by __test__/limits-queue.spec.ts, __test__/loop.spec.ts and __test__/ref.spec.ts.

import { QUEUE_SLOT } from '../generated/layout'

/** Calls a function in a microtask. Bound at the import: a `then` that is patched later, and throws or
 *  forgets its callback, must not keep a flush from coming. */
const soon: (call: () => void) => unknown = Promise.prototype.then.bind(Promise.resolve())

/** More than any queue holds. */
const NO_LENGTH = 0x3fff_ffff

/** What the queue asks of the ring. */
export interface QueueOwner {
  /** Submits what is queued. */
  flush(): void
  /** Goes on with what was interrupted. Returns whether there was anything. */
  recover(): boolean
  /** Has the loop wait for the flush, if the operation in the slot wants that. Returns whether it did. */
  awaitFlush(slot: number): boolean
}

export class Queue {
  /** The table. `Core.grow` puts a larger one here. */
  words: Int32Array
  /** How many slots wait. Whoever submits them sets both to 0, without a call: that could fail for want
   *  of stack, and then they would be submitted twice. */
  length = 0
  /** How many of them, from the first on, are known not to keep the loop alive. */
  unreferenced = 0
  /** The length at which the queue asks for a flush. */
  private threshold = 1
  /** A flush is coming, in a microtask or by the event loop. */
  private scheduled = false
  /** The flush that is coming is the event loop's. */
  private deferred = false
  private readonly sqEntries: number
  private readonly owner: QueueOwner

  constructor(table: ArrayBuffer, sqEntries: number, owner: QueueOwner) {
    this.words = new Int32Array(table)
    this.sqEntries = sqEntries
    this.owner = owner
  }

  /** Adds a slot, with `QUEUE_*`. `launch` follows when everything that belongs together is in. */
  add(word: number): void {
    this.words[this.length++] = word
  }

  /** Has the queue submitted at the end of this turn, or at once when it fills the ring. */
  launch(): void {
    if (this.length >= this.threshold) this.launchNow()
  }

  private launchNow(): void {
    if (this.deferred) this.launchDeferred()
    else if (this.scheduled) this.owner.flush()
    else this.schedule()
  }

  private launchDeferred(): void {
    for (; this.unreferenced < this.length; this.unreferenced++) {
      if (!this.owner.awaitFlush((this.words[this.unreferenced] as number) & QUEUE_SLOT)) continue
      this.threshold = NO_LENGTH
      return
    }
  }

  /** Asks for a flush in a microtask, unless one is coming. */
  schedule(): void {
    if (this.scheduled) return
    soon(this.flushSoon) // first: it fails when there is no stack left
    this.scheduled = true
    this.threshold = this.sqEntries
  }

  private readonly flushSoon = (): void => {
    const recovered = this.owner.recover()
    // a flush in between has done the work, or the event loop's is to do it
    if (recovered || (this.scheduled && !this.deferred)) this.owner.flush()
  }

  /** A flush has ended. `deferred` says that the event loop calls for the next one. */
  flushed(deferred: boolean): void {
    this.deferred = deferred
    this.scheduled = deferred
    this.threshold = 1
  }

  /** The addon has taken nothing, since it is at work further up the stack: asks for another flush. */
  postpone(): void {
    this.scheduled = false
    this.schedule()
  }

  /** Removes the slots for which `mine` is true, and calls `release` with each. */
  withdraw(mine: (slot: number) => boolean, release: (slot: number) => void): void {
    let kept = 0
    for (let at = 0; at < this.length; at++) {
      const word = this.words[at] as number
      const slot = word & QUEUE_SLOT
      if (mine(slot)) release(slot)
      else this.words[kept++] = word
    }
    this.length = kept
    this.unreferenced = 0
  }
}
