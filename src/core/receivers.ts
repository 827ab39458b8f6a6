// Who receives the rows of an operation. Every slot in flight has one receiver: its own promise, or a
// receiver that several slots share (a batch, a chain). Receivers are known by number, so that a
// slot's receiver is a number in a table and not a reference that the garbage collector follows.

import { listOf, type List } from './list'
import { larger } from './slots'

/** Receives plain results of operations, each of which has a place among them. */
export interface ResultsReceiver {
  /** Where results are written, by place. */
  readonly raw: Int32Array
  /** `count` results have been written to `raw`; `opened` are the descriptors among them. */
  filled(count: number, opened: number[]): void
  /** The ring failed while the operation at `place` was in flight. */
  fail(place: number, error: Error): void
}

/** Receives rows of operations, one by one. */
export interface RowReceiver {
  readonly raw: undefined
  /** One row of the operation at `place`. */
  receive(place: number, slot: number, result: number, flags: number, extra: number): void
  /** The ring failed while the operation at `place` was in flight. */
  fail(place: number, error: Error): void
}

/** Receives what becomes of several operations. */
export type Receiver = ResultsReceiver | RowReceiver

/** The number of the receiver that is the slot's own promise. */
export const OWN_PROMISE = 0

export class Receivers {
  /** By slot: the number of its receiver, and the operation's place there. */
  numbers = new Int32Array(0)
  places = new Int32Array(0)
  private readonly receivers: List<Receiver | undefined> = listOf()
  /** The numbers that no receiver has. */
  private readonly free: List<number> = listOf()
  private freeCount = 0

  constructor() {
    this.receivers[OWN_PROMISE] = undefined
  }

  /** Returns a number for `receiver`. */
  add(receiver: Receiver): number {
    const { free, receivers } = this
    const number = this.freeCount > 0 ? (free[--this.freeCount] as number) : receivers.length
    receivers[number] = receiver
    return number
  }

  /** The receiver has all of its rows. */
  remove(number: number): void {
    this.receivers[number] = undefined
    this.free[this.freeCount++] = number
  }

  /** Directs the rows of `slot` to a receiver. */
  direct(slot: number, number: number, place: number): void {
    this.numbers[slot] = number
    this.places[slot] = place
  }

  /** Directs the rows of `slot` to its own promise again. */
  reset(slot: number): void {
    this.numbers[slot] = OWN_PROMISE
  }

  /** Returns the receiver of `slot`, or `undefined` for the slot's own promise. */
  of(slot: number): Receiver | undefined {
    return this.receivers[this.numbers[slot] as number]
  }

  /** Adds slots, up to `total`. */
  grow(total: number): void {
    this.numbers = larger(this.numbers, total)
    this.places = larger(this.places, total)
  }
}
