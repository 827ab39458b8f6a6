// The facade's half of a ring: which slots are free, what their promises are, when to submit.
//
// An operation takes a slot, its request is written into the slot's words, and the slot goes to
// the end of the queue. The first one queued asks for a flush in a microtask; the flush is one
// native call that submits the queue and brings back whatever has completed, which is settled in
// one loop. No user code runs inside that loop: promises only schedule their reactions.
//
// Fields are `private` and not `#`, here, in the tables and in batches, and what is rare has methods
// of its own: V8 inlines an operation into the loop that calls it only while the bytecode of all of
// it fits a budget, and each `#` costs some (10 ns of 115).
//
// Owns: slots, queue, promises. Never: an address, an SQE, a libuv handle (crates/uring-node).
// Proved by __test__/limits-queue.spec.ts, operations-*.spec.ts and the cancel and loop suites.

import type { NativeRing } from '#binding'
import { AbortError, ringBusy, ringClosed, ringFailed } from '../errors'
import { FreeSlots } from './free'
import { Lending } from './lending'
import type { Operation } from './operation'
import { NOBODY, Owners, type Owner } from './owners'
import { EVERY, Postponed } from './postponed'
import { Requests } from './request'
import { OUTPUT_WORDS, failure, settled } from './settle'
import { Watch } from './watch'

const MORE = 1 << 16
const DEFERRED = 1 << 17
const COUNT = 0xffff
const RESULT_WORDS = 3

/** More than any queue holds. */
const NEVER = 0x3fff_ffff

const resolved = Promise.resolve()

type Resolve = (value: unknown) => void

/** An operation on its own, until it settles. A slot has one of these for good: a new one for each
 *  operation costs 5 ns of a cached read, because new memory is never in the cache. */
class Pending {
  operation: Operation<unknown> | undefined
  promise: Promise<unknown> | undefined
  resolve: Resolve | undefined

  clear(): void {
    this.promise = undefined
    this.resolve = undefined
  }
}

export class Core {
  readonly native: NativeRing
  readonly requests: Requests
  /** By slot: the JavaScript value that goes with the request (a buffer, a path, several). */
  readonly objects: unknown[] = []
  /** The registered buffers. Their memory is the addon's: whole ones need not be looked up. */
  registered: readonly Uint8Array[] = []
  /** Set by `start` for an operation whose signal is aborted already: it is not to be queued. */
  refusal: AbortError | undefined
  /** Called when nothing is in flight any more, if somebody waits for that. */
  idle: (() => void) | undefined

  /** Who takes raw results instead of promises. */
  readonly owners = new Owners()

  /** While a batch or a chain is being collected nothing is submitted. */
  private collecting = 0
  private readonly postponed = new Postponed()
  private readonly flushNative: (count: number) => number
  private readonly lendNative: (start: number, ...values: unknown[]) => void
  private readonly watched: Watch
  private readonly limit: number
  private readonly sqEntries: number
  private readonly pending: Pending[] = []
  private queue: Int32Array
  private queued = 0
  private readonly lending: Lending
  private readonly free = new FreeSlots()
  private readonly results: Int32Array
  private readonly outputs: Uint32Array
  /** A flush is coming: in a microtask, or with the driver's next call. */
  private scheduled = false
  /** It is the driver's call that is coming: the loop's other users have their turn first. */
  private deferred = false
  private settling = false
  /** With so many in the queue something is to be done: one, while no flush is coming; as many as
   *  fill the ring, while one is; never, while it is the driver's. */
  private due = 1
  /** The ring failed: everything was rejected, and the slots in flight stay taken for good. */
  private broken = false
  private refused: Error | undefined

  constructor(native: NativeRing, sqEntries: number, slots: number, limit: number) {
    this.native = native
    this.sqEntries = sqEntries
    this.limit = limit
    const tables = native.tables()
    this.requests = new Requests(tables.requests)
    this.queue = new Int32Array(tables.queue)
    this.lending = new Lending(tables.lent)
    this.results = new Int32Array(tables.results)
    this.outputs = new Uint32Array(tables.outputs)
    this.addSlots(slots)
    this.watched = new Watch((slot) => {
      this.cancel(slot)
    })
    const { flush, lend } = native.connect(this.turn, this.objects)
    this.flushNative = flush
    this.lendNative = lend
  }

  /** Operations that have not settled. */
  get inFlight(): number {
    return this.broken ? 0 : this.free.taken
  }

  /** Refuses everything from now on, with this error. */
  refuse(error: Error): void {
    this.refused ??= error
  }

  /** Throws when the ring takes no more operations. */
  check(): void {
    if (this.refused !== undefined) throw this.refused
  }

  /** A free slot. */
  take(): number {
    if (this.refused !== undefined) throw this.refused
    if (this.free.none) this.grow()
    return this.free.take()
  }

  /** Gives back a slot whose operation was never queued. */
  release(slot: number): void {
    this.requests.clear(slot)
    this.objects[slot] = undefined
    this.owners.disown(slot)
    this.watched.forget(slot)
    this.free.give(slot)
    this.postponed.forget(slot)
  }

  /** Has the operation in `slot` cancelled when `signal` is aborted. */
  watch(slot: number, signal: AbortSignal): void {
    if (signal.aborted) this.refusal = new AbortError(signal.reason)
    else this.watched.add(slot, signal)
  }

  /** The operation in `slot` is about this buffer. */
  lend(slot: number, buffer: Uint8Array): void {
    this.objects[slot] = buffer
    this.lending.add(slot)
  }

  /** Queues the operation in `slot`; gives the promise of its value. */
  promise<T>(slot: number, operation: Operation<T>): Promise<T> {
    if (this.refusal !== undefined) return this.refusedPromise(slot)
    // an executor that keeps `reject` too is not inlined: 15 ns an operation, for what
    // resolve(Promise.reject(error)) does as well
    let resolve!: Resolve
    const promise = new Promise<unknown>((given) => {
      resolve = given
    })
    const pending = this.pending[slot] as Pending
    pending.operation = operation
    pending.promise = promise
    pending.resolve = resolve
    this.queue[this.queued++] = slot
    this.launch()
    return promise as Promise<T>
  }

  /** Queues the operation in `slot`; its raw result goes to the owner, as its number `place`.
   *  `launch` follows when all are queued. */
  own(slot: number, owner: number, place: number): void {
    const { owners } = this
    owners.owned[slot] = owner
    owners.places[slot] = place
    this.queue[this.queued++] = slot
  }

  /** Nothing is submitted from here on, until `letGo` has been called as often. */
  hold(): void {
    this.collecting++
  }

  letGo(): void {
    if (--this.collecting === 0 && !this.postponed.none) this.cancelPostponed()
  }

  private cancelPostponed(): void {
    for (const slot of this.postponed.take()) this.cancel(slot)
  }

  /** Takes the owner's operations out of the queue again. */
  withdraw(owner: number): void {
    const queued = this.queue.subarray(0, this.queued).filter((slot) => {
      const others = this.owners.owned[slot] !== owner
      if (!others) this.release(slot)
      return others
    })
    this.queue.set(queued)
    this.queued = queued.length
  }

  /** Room for `count` operations that must be submitted together; see `chain`. */
  get chainMax(): number {
    return this.sqEntries
  }

  /** The slot whose promise this is, or -1. */
  slotOf(promise: Promise<unknown>): number {
    return this.pending.findIndex((pending) => pending.promise === promise)
  }

  /** Asks for the operation in `slot`, or `EVERY` one, to be cancelled; it settles as any other. */
  cancel(slot: number): void {
    if (this.collecting !== 0) {
      this.postponed.add(slot)
      return
    }
    const queued = this.takeQueued()
    if (slot === EVERY) this.native.cancelAll(queued)
    else this.native.cancel(queued, slot)
    if (!this.scheduled) this.schedule()
  }

  /** Asks for everything to be cancelled. */
  cancelAll(): void {
    this.cancel(EVERY)
  }

  /** Submits what is queued and settles what has completed. */
  flush(): void {
    if (this.settling || this.collecting !== 0) return
    if (!this.lending.none) this.lending.lend(this.objects, this.lendNative)
    const answer = this.flushNative(this.takeQueued())
    if (answer < 0) {
      this.fail(answer)
      return
    }
    this.deferred = (answer & DEFERRED) !== 0
    this.scheduled = this.deferred
    this.due = this.deferred ? NEVER : 1
    this.settle(answer & COUNT)
    if (answer & MORE && !this.scheduled) this.schedule()
    if (this.idle !== undefined && this.free.taken === 0) this.idle()
  }

  /** The driver's call: completions have arrived, or the loop's next turn has. */
  private readonly turn = (): void => {
    this.flush()
  }

  private readonly flushSoon = (): void => {
    // a flush in between (a full queue, the driver) has done it, or the driver is to do it
    if (this.scheduled && !this.deferred && this.refused !== closedForGood) this.flush()
  }

  /** What is queued goes to the kernel at the end of the turn, or at once when it fills the ring. */
  launch(): void {
    if (this.queued >= this.due) this.launchNow()
  }

  private launchNow(): void {
    if (this.scheduled) this.flush()
    else this.schedule()
  }

  private takeQueued(): number {
    const count = this.queued
    this.queued = 0
    return count
  }

  private schedule(): void {
    this.scheduled = true
    this.due = this.sqEntries
    void resolved.then(this.flushSoon)
  }

  private settle(count: number): void {
    if (count === 0) return
    this.settling = true
    try {
      this.handOut(count)
    } finally {
      this.settling = false
    }
  }

  private handOut(count: number): void {
    const results = this.results
    for (let index = 0; index < count;) {
      const at = index * RESULT_WORDS
      const slot = results[at] as number
      const owner = this.owners.of(slot)
      if (owner === undefined) {
        this.settlePromise(slot, results[at + 1] as number, results[at + 2] as number, index++)
      } else if (owner.raw === undefined) {
        const [result, flags] = [results[at + 1] as number, results[at + 2] as number]
        owner.complete(this.owners.places[slot] as number, result, slot, flags, index++)
        this.disown(slot)
      } else index += this.fill(owner, owner.raw, index, count)
    }
    // only now: a getter planted on Object.prototype.then runs inside resolve()
    this.free.giveAll(results, count, RESULT_WORDS)
  }

  /** Puts the owner's results, as many as follow each other from number `first` on, into `raw`;
   *  gives how many they are. */
  private fill(owner: Owner, raw: Int32Array, first: number, count: number): number {
    const { results, objects } = this
    const { owned, places } = this.owners
    const { active } = this.watched
    const number = owned[results[first * RESULT_WORDS] as number]
    let index = first
    for (let at = first * RESULT_WORDS; index < count; index++, at += RESULT_WORDS) {
      const slot = results[at] as number
      if (owned[slot] !== number) break
      raw[places[slot] as number] = results[at + 1] as number
      owned[slot] = NOBODY // as in `disown`, without a call for each
      objects[slot] = undefined
      if (active) this.watched.forget(slot)
    }
    owner.filled(index - first)
    return index - first
  }

  private disown(slot: number): void {
    this.owners.disown(slot)
    this.objects[slot] = undefined
    if (this.watched.active) this.watched.forget(slot)
  }

  private settlePromise(slot: number, result: number, flags: number, index: number): void {
    const pending = this.pending[slot] as Pending
    const operation = pending.operation as Operation<unknown>
    const resolve = pending.resolve as Resolve
    const plain = result >= 0 && operation.decode === undefined
    const value = plain ? result : this.outcome(operation, result, slot, flags, index)
    this.objects[slot] = undefined
    pending.clear()
    if (this.watched.active) this.watched.forget(slot)
    resolve(plain || !(value instanceof Error) ? value : Promise.reject(value))
  }

  /** The value of the completed operation in `slot`, or the error it rejects with. */
  outcome(
    operation: Operation<unknown>,
    result: number,
    slot: number,
    flags: number,
    index: number,
  ): unknown {
    const completion = { result, flags, output: this.outputs, at: index * OUTPUT_WORDS }
    const value = settled(operation, completion)
    return value ?? failure(operation, result, this.objects[slot], this.watched.signal(slot))
  }

  private refusedPromise(slot: number): Promise<never> {
    const error = this.refusal
    this.refusal = undefined
    this.release(slot)
    return Promise.reject(error)
  }

  /** The ring broke: every operation is told, and its memory stays where it is for good. */
  private fail(errno: number): void {
    const error = ringFailed(errno)
    this.refuse(error)
    for (let slot = 0; slot < this.free.total; slot++) {
      const owner = this.owners.of(slot)
      const pending = this.pending[slot] as Pending
      const { resolve } = pending
      if (owner === undefined && resolve === undefined) continue
      pending.clear()
      this.watched.forget(slot)
      if (owner !== undefined) owner.fail(this.owners.places[slot] as number, error)
      else resolve?.(Promise.reject(error))
    }
    this.broken = true
    this.native.close()
    this.idle?.()
  }

  private grow(): void {
    if (this.free.total >= this.limit) throw ringBusy(this.limit)
    const slots = Math.min(this.limit, this.free.total * 2)
    const errno = this.native.grow(slots)
    if (errno !== 0) throw ringFailed(errno)
    const tables = this.native.tables()
    this.requests.move(tables.requests)
    this.queue = new Int32Array(tables.queue)
    this.lending.move(tables.lent)
    this.addSlots(slots)
  }

  private addSlots(slots: number): void {
    this.owners.grow(slots)
    for (let slot = this.free.total; slot < slots; slot++) {
      this.objects.push(undefined)
      this.pending.push(new Pending())
    }
    this.free.grow(slots)
  }

  /** Nothing is in flight and nothing will be: lets go of the native ring. */
  close(): void {
    this.refused = closedForGood
    this.native.close()
  }
}

const closedForGood = ringClosed()
