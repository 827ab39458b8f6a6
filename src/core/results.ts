// Hands out the rows that a flush brought. Rows are dealt with one by one, and what goes wrong with
// one of them (a callback that throws) never keeps the next from its receiver.
//
// The loop may be interrupted by what cannot be caught (a termination, no stack left). Then it is begun
// again, and passes over what it has dealt with.
//
// No code of the caller's runs in here, except what `resolve` may call by itself (a `then` that was
// planted on a prototype). Therefore slots are freed only after the last row, and a flush that is
// asked for in between does nothing.
//
// Proved by __test__/operations-*.spec.ts, __test__/forged.spec.ts and __test__/memory.spec.ts.

import {
  EXTRA_LAST,
  EXTRA_OPENED,
  ROW_EXTRA,
  ROW_FLAGS,
  ROW_RESULT,
  ROW_WORDS,
} from '../generated/layout'
import { rejection } from './failure'
import type { List } from './list'
import type { SlotMemory } from './memory'
import { errorOf, isFailure, type Failure } from './outcome'
import type { Operation } from './operation'
import type { Pending, Promises } from './promises'
import {
  OWN_PROMISE,
  type Receiver,
  type Receivers,
  type ResultsReceiver,
  type RowReceiver,
} from './receivers'
import type { Signals } from './signals'

/** What an operation became. */
export type Outcome =
  | { readonly failed: false; readonly value: unknown }
  | { readonly failed: true; readonly failure: Failure }

const NONE_OPENED: number[] = []

export class Results {
  private readonly rows: Int32Array
  private readonly memory: SlotMemory
  private readonly objects: List<unknown>
  private readonly promises: Promises
  private readonly receivers: Receivers
  private readonly signals: Signals

  constructor(
    rows: ArrayBuffer,
    memory: SlotMemory,
    objects: List<unknown>,
    promises: Promises,
    receivers: Receivers,
    signals: Signals,
  ) {
    this.rows = new Int32Array(rows)
    this.memory = memory
    this.objects = objects
    this.promises = promises
    this.receivers = receivers
    this.signals = signals
  }

  /**
   * Hands each of the first `count` rows to its receiver. Returns the rows. `plain` says that each is
   * the last one of its operation and holds nothing but a result.
   */
  handOut(count: number, plain: boolean): Int32Array {
    const { rows } = this
    const { numbers } = this.receivers
    for (let index = 0; index < count;) {
      const at = index * ROW_WORDS
      const slot = rows[at] as number
      if (numbers[slot] === OWN_PROMISE) {
        this.settle(slot, at)
        index++
        continue
      }
      const receiver = this.receivers.of(slot) as Receiver
      if (receiver.raw === undefined) {
        this.receive(receiver, slot, at)
        index++
      } else index += this.fill(receiver, index, count, plain)
    }
    if (this.signals.hasUnused) this.signals.sweep()
    return rows
  }

  /** Settles the slot's own promise. */
  private settle(slot: number, at: number): void {
    const { rows } = this
    const result = rows[at + ROW_RESULT] as number
    const pending = this.promises.records[slot] as Pending
    const { resolve } = pending
    if (resolve === undefined) return // dealt with before an interruption, or interrupted itself
    const operation = pending.operation as Operation<unknown>
    if (rows[at + ROW_EXTRA] !== EXTRA_LAST || result < 0 || operation.decode !== undefined) {
      this.settleSpecial(slot, at, pending, operation, resolve)
      return
    }
    this.objects[slot] = undefined
    if (this.signals.active) this.signals.forget(slot)
    pending.clear()
    resolve(result)
  }

  private settleSpecial(
    slot: number,
    at: number,
    pending: Pending,
    operation: Operation<unknown>,
    resolve: (value: unknown) => void,
  ): void {
    const { rows } = this
    const extra = rows[at + ROW_EXTRA] as number
    if ((extra & EXTRA_LAST) === 0) return // a promise waits for the operation's last row
    const outcome = this.outcome(
      operation,
      slot,
      rows[at + ROW_RESULT] as number,
      rows[at + ROW_FLAGS] as number,
      extra,
    )
    const value = outcome.failed ? rejection(() => errorOf(outcome.failure)) : outcome.value
    this.forget(slot)
    pending.clear()
    resolve(value)
    if (extra & EXTRA_OPENED) rows[at + ROW_RESULT] = -1 // delivered: the addon need not close it at teardown
  }

  /** Returns what became of the operation in `slot`. */
  outcome(
    operation: Operation<unknown>,
    slot: number,
    result: number,
    flags: number,
    extra: number,
  ): Outcome {
    if (isFailure(operation, result)) {
      const failure = {
        operation,
        result,
        extra,
        object: this.objects[slot],
        signal: this.signals.of(slot),
      }
      return { failed: true, failure }
    }
    if (operation.decode === undefined) return { failed: false, value: result }
    const words = this.memory.wordsOf(slot)
    const at = this.memory.firstWordOf(slot)
    return { failed: false, value: operation.decode({ result, flags, words, at }) }
  }

  /** Writes results from row `first` on into the receiver's array, for as long as they are the receiver's.
   *  Returns how many there were. */
  private fill(receiver: ResultsReceiver, first: number, count: number, plain: boolean): number {
    const { rows, objects } = this
    const { raw } = receiver
    const { numbers, places } = this.receivers
    const { active } = this.signals
    const number = numbers[rows[first * ROW_WORDS] as number]
    let opened = NONE_OPENED
    let index = first
    for (let at = first * ROW_WORDS; index < count; index++, at += ROW_WORDS) {
      const slot = rows[at] as number
      if (numbers[slot] !== number) break
      raw[places[slot] as number] = rows[at + ROW_RESULT] as number
      numbers[slot] = OWN_PROMISE // as `forget` does, without a call for each
      objects[slot] = undefined
      if (active) this.signals.forget(slot)
      if (!plain && (rows[at + ROW_EXTRA] as number) & EXTRA_OPENED) {
        if (opened === NONE_OPENED) opened = []
        opened.push(rows[at + ROW_RESULT] as number)
        rows[at + ROW_RESULT] = -1
      }
    }
    receiver.filled(index - first, opened)
    return index - first
  }

  /** Hands one row to a receiver that takes them singly. */
  private receive(receiver: RowReceiver, slot: number, at: number): void {
    const { rows } = this
    const extra = rows[at + ROW_EXTRA] as number
    const place = this.receivers.places[slot] as number
    const result = rows[at + ROW_RESULT] as number
    try {
      receiver.receive(place, slot, result, rows[at + ROW_FLAGS] as number, extra)
    } catch (error) {
      process.nextTick(() => {
        throw error
      })
    }
    if (extra & EXTRA_OPENED) rows[at + ROW_RESULT] = -1
    if (extra & EXTRA_LAST) this.forget(slot)
  }

  /** The slot's operation is over: nothing of it is kept. */
  forget(slot: number): void {
    this.receivers.reset(slot)
    this.objects[slot] = undefined
    if (this.signals.active) this.signals.forget(slot)
  }
}
