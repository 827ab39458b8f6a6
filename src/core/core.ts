// The facade's half of a ring. An operation takes a slot, its request is written into the slot's
// words, and the slot joins the queue. The first one queued asks for a flush in a microtask: one
// native call that submits the queue and returns what has completed, which is handed out in one loop.
//
// Owns: how the tables beside it work together, and what the ring takes and refuses. Never: an
// address, a submission entry, a libuv handle (crates/uring-node).
//
// Proved by __test__/limits-queue.spec.ts, operations-*.spec.ts and the cancel and loop suites.

import type { NativeRing } from '#binding'
import { AbortError, outOfMemory, ringBusy, ringClosed, ringFailed } from '../errors'
import { FLUSH_COUNT, FLUSH_DEFERRED, FLUSH_MORE, FLUSH_PLAIN } from '../generated/layout'
import { rejection } from './failure'
import { ALL_OPERATIONS, HeldCancels } from './held-cancels'
import { Lending } from './lending'
import { listOf, type List } from './list'
import { SlotMemory } from './memory'
import type { Operation } from './operation'
import { Promises, type Pending } from './promises'
import { Queue } from './queue'
import { Receivers } from './receivers'
import { Requests } from './requests'
import { Results } from './results'
import { Signals } from './signals'
import { FreeSlots } from './slots'

const EBUSY = -16

export class Core {
  readonly native: NativeRing
  readonly requests: Requests
  readonly receivers = new Receivers()
  readonly results: Results
  readonly signals: Signals
  /** By slot: the JavaScript value that goes with the request (a buffer, a path, several). */
  readonly objects: List<unknown> = listOf()
  /** The registered buffers. Whole ones need not be looked up: their memory is the addon's. */
  registered: readonly Uint8Array[] = []
  /** Called when nothing is in flight any more, if `dispose` waits for that. */
  idle: (() => void) | undefined

  private readonly queue: Queue
  private readonly promises = new Promises()
  private readonly lending: Lending
  private readonly free = new FreeSlots()
  private readonly heldCancels = new HeldCancels()
  private readonly limit: number
  private readonly flushNative: (count: number) => number
  private readonly lendNative: (start: number, ...values: unknown[]) => void
  /** How to undo what the running collecting functions of batches and chains, each inside the one before,
   *  have collected. Nothing is submitted while there are any. */
  private readonly undoing: List<(() => void) | undefined> = listOf()
  private collecting = 0
  /** The answer of the flush whose rows are being handed out, or 0. */
  private handingOut = 0
  /** The ring failed: everything was rejected, and the slots that were in flight are never used again. */
  private failed = false
  /** Makes the error that every call throws from now on: each has the stack of its own call. */
  private refused: (() => Error) | undefined
  private closed = false
  /** Entries of the submission queue: what a chain may take at most. */
  readonly sqEntries: number

  constructor(native: NativeRing, sqEntries: number, slots: number, limit: number) {
    this.native = native
    this.limit = limit
    this.sqEntries = sqEntries
    const tables = native.tables()
    this.requests = new Requests(tables.requests)
    this.queue = new Queue(tables.queue, sqEntries, {
      flush: () => {
        this.flush()
      },
      recover: () => this.recover(),
      awaitFlush: (slot) => this.awaitTurn(slot),
    })
    this.lending = new Lending(tables.lent)
    this.signals = new Signals((slot) => {
      this.cancel(slot)
    })
    const memory = new SlotMemory((index) => native.segment(index))
    const { objects, promises, receivers, signals } = this
    this.results = new Results(tables.results, memory, objects, promises, receivers, signals)
    this.addSlots(slots)
    const { flush, lend } = native.connect(this.turn, objects as unknown[])
    this.flushNative = flush
    this.lendNative = lend
  }

  /** The number of operations that have not settled. */
  get inFlight(): number {
    return this.failed || this.closed ? 0 : this.free.taken
  }

  /** Refuses everything from now on, with the error that `make` returns. */
  refuse(make: () => Error): void {
    this.refused ??= make
  }

  /** Throws when the ring takes no more operations. */
  check(): void {
    if (this.refused !== undefined) throw this.refused()
  }

  /** Takes a free slot. */
  take(): number {
    if (this.refused !== undefined) throw this.refused()
    if (this.free.none) this.grow()
    return this.free.take()
  }

  /** Frees a slot whose operation was never queued. */
  release(slot: number): void {
    this.requests.clear(slot)
    this.results.forget(slot)
    this.heldCancels.forget(slot)
    if (this.signals.hasUnused) this.signals.sweep()
    this.free.give(slot)
  }

  /** The operation in `slot` is about this buffer. */
  lend(slot: number, buffer: Uint8Array): void {
    this.objects[slot] = buffer
    this.lending.add(slot)
  }

  /** Queues the operation in `slot`. Returns the promise of its value. */
  promise<T>(slot: number, operation: Operation<T>): Promise<T> {
    if (this.signals.active && this.signals.abortedAt(slot)) return this.abortedPromise(slot)
    const promise = this.promises.create(slot, operation)
    this.queue.add(slot)
    this.queue.launch()
    return promise as Promise<T>
  }

  private abortedPromise(slot: number): Promise<never> {
    const reason = this.signals.of(slot)?.reason
    this.release(slot)
    return rejection(() => new AbortError(reason))
  }

  /** Queues the operation in `slot` for a receiver, as number `place` of its operations. `launch`
   *  follows when all of them are queued. */
  enqueue(slot: number, receiver: number, place: number, bulk = 0): void {
    this.receivers.direct(slot, receiver, place)
    this.queue.add(slot | bulk)
  }

  /** Has what is queued submitted at the end of the turn, or at once when it fills the ring. */
  launch(): void {
    this.queue.launch()
  }

  /** Has the event loop wait for its next turn of this ring, if the operation in `slot` keeps it
   *  alive. Returns whether it does. */
  private awaitTurn(slot: number): boolean {
    if (!this.requests.isReferenced(slot)) return false
    this.native.awaitTurn()
    return true
  }

  /** Removes the operations of which `mine` is true from the queue, and frees their slots. */
  withdraw(mine: (slot: number) => boolean): void {
    this.queue.withdraw(mine, (slot) => {
      this.release(slot)
    })
  }

  /** Submits nothing until `resume` is called with what this returns. `undo` is called if it never is. */
  hold(undo: () => void): number {
    this.undoing[this.collecting++] = undo
    return this.collecting
  }

  resume(held: number): void {
    this.abandon(held)
    this.undoing[--this.collecting] = undefined
    this.cancelHeld()
  }

  /** Undoes what the collecting functions inside of number `held` have collected. */
  private abandon(held: number): void {
    while (this.collecting > held) this.undoing[--this.collecting]?.()
  }

  private cancelHeld(): void {
    if (this.collecting > 0 || this.heldCancels.none) return
    for (const slot of this.heldCancels.take()) this.cancel(slot)
  }

  /**
   * Goes on with what was interrupted. Called when none of the caller's code is on the stack: what has
   * not ended by then was terminated (by the `timeout` of `vm`, or Ctrl-C in the REPL), or ended for
   * want of stack, and neither can be caught where it happens. Returns whether there was anything.
   */
  private recover(): boolean {
    if (this.handingOut === 0 && this.collecting === 0) return false
    this.abandon(0)
    this.cancelHeld()
    if (this.handingOut !== 0) this.handOut(this.handingOut)
    return true
  }

  /** Returns the slot of the operation whose promise this is, or -1. */
  slotOf(promise: Promise<unknown>): number {
    return this.promises.slotOf(promise)
  }

  /** Asks for the operation in `slot`, or for `ALL_OPERATIONS`, to be cancelled. */
  cancel(slot: number): void {
    if (this.collecting > 0) {
      this.heldCancels.add(slot)
      this.queue.schedule()
      return
    }
    const { native, queue } = this
    const count = queue.length
    const errno = slot === ALL_OPERATIONS ? native.cancelAll(count) : native.cancel(count, slot)
    if (-errno === EBUSY) {
      queue.postpone()
      return
    }
    queue.length = queue.unreferenced = 0
    queue.schedule()
  }

  /** Flushes for the caller, who may be interrupted: a microtask then goes on. */
  flushNow(): void {
    this.queue.schedule()
    this.flush()
  }

  /** Submits what is queued and hands out what has completed. */
  flush(): void {
    if (this.handingOut !== 0 || this.collecting > 0 || this.closed) return
    if (!this.lending.none) this.lending.lend(this.objects, this.lendNative)
    const { queue } = this
    const answer = this.flushNative(queue.length)
    if (answer === EBUSY) {
      queue.postpone() // called from within a flush: that one goes on first
      return
    }
    // what has become of the queue and of the rows is noted before anything can fail
    queue.length = queue.unreferenced = 0
    if (answer > 0 && answer & FLUSH_COUNT) this.handingOut = answer
    if (answer < 0) {
      this.fail(answer)
      return
    }
    queue.flushed((answer & FLUSH_DEFERRED) !== 0)
    if (this.handingOut !== 0) this.handOut(answer)
    if (answer & FLUSH_MORE) queue.schedule()
    if (this.idle !== undefined && this.isIdle()) this.idle()
  }

  /** Hands out the rows that a flush has announced. Can be repeated when it was interrupted. */
  private handOut(answer: number): void {
    const count = answer & FLUSH_COUNT
    const plain = (answer & FLUSH_PLAIN) !== 0
    this.free.giveAll(this.results.handOut(count, plain), count, plain)
    this.handingOut = 0
  }

  /** Returns whether everything is over. A slot whose operation was interrupted before it was queued
   *  stays taken. */
  private isIdle(): boolean {
    if (this.free.taken === 0) return true
    const counts = this.native.counts()
    return this.queue.length === 0 && counts !== null && counts.staged === counts.settled
  }

  /** The event loop's call: completions have arrived, or the loop's next turn has. */
  private readonly turn = (): void => {
    this.recover()
    this.flush()
  }

  /** The ring failed: every operation rejects, and its memory is never freed. */
  private fail(errno: number): void {
    const error = ringFailed(errno)
    this.refuse(() => ringFailed(errno))
    for (let slot = 0; slot < this.free.total; slot++) {
      const receiver = this.receivers.of(slot)
      const pending = this.promises.records[slot] as Pending
      const { resolve } = pending
      if (receiver === undefined && resolve === undefined) continue
      pending.clear()
      this.signals.forget(slot)
      if (receiver === undefined) resolve?.(Promise.reject(error))
      else receiver.fail(this.receivers.places[slot] as number, error)
    }
    this.signals.sweep()
    this.failed = true
    this.native.close()
    this.idle?.()
  }

  private grow(): void {
    if (this.free.total >= this.limit) throw ringBusy(this.limit)
    const slots = Math.min(this.limit, this.free.total * 2)
    const { native, requests, queue, lending } = this
    const tables = native.prepare(slots)
    if (typeof tables === 'number') throw outOfMemory(tables, slots)
    const [words, queued, lent] = [
      new Int32Array(tables.requests),
      new Int32Array(tables.queue),
      new Int32Array(tables.lent),
    ]
    const errno = native.grow(slots)
    if (errno !== 0) throw outOfMemory(errno, slots)
    // the addon uses the larger tables, which have the contents of the others; before the facade does, too,
    // there is no place where it could be interrupted
    requests.words = words
    queue.words = queued
    lending.slots = lent
    this.addSlots(slots)
  }

  /** Can be repeated when it was interrupted. */
  private addSlots(slots: number): void {
    this.receivers.grow(slots)
    this.promises.grow(slots)
    for (let slot = this.objects.length; slot < slots; slot++) this.objects[slot] = undefined
    this.free.grow(slots)
  }

  /** Nothing is in flight and nothing will be: closes the native ring. */
  close(): void {
    this.refused = ringClosed
    this.closed = true
    this.native.close()
  }
}
