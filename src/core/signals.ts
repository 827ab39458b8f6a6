// Abort signals of operations in flight. One listener serves a signal, however many operations it
// stops: listeners are what makes AbortSignal expensive.
//
// A signal belongs to the caller, so it is never trusted. Only real AbortSignals are accepted,
// they are read through Node's own accessors, and what an abort needs later (that it happened, and
// its reason) is noted when the event arrives. While results are handed out no signal is touched.
//
// Proved by __test__/cancel-signal.spec.ts and __test__/forged.spec.ts.

import { addAbortListener } from 'node:events'
import { types } from 'node:util'

const { addEventListener, removeEventListener } = EventTarget.prototype
const ofSignals = AbortSignal.prototype
const isAborted = getterOf('aborted')
const reasonOf = getterOf('reason')

/** What Node's own code listens to an abort with: a listener before it that stops the event's propagation
 *  does not keep the abort from it. Only Node can make these options; they are read off a listening. */
function optionsOfNode(): object {
  let options = {}
  const target = {
    aborted: false,
    addEventListener: (_type: string, _listener: unknown, given: object) => (options = given),
  }
  try {
    addAbortListener(target as never, () => {})
  } catch {
    // a runtime without it, where no ring is opened
  }
  return { ...options, once: false }
}

const listening = optionsOfNode()

function getterOf(name: 'aborted' | 'reason'): (this: AbortSignal) => unknown {
  const getter = Object.getOwnPropertyDescriptor(ofSignals, name)?.get
  return getter as (this: AbortSignal) => unknown
}

/** True for an AbortSignal of this runtime. Objects that merely look like one are refused, and so are
 *  those that inherit from one: not every Node.js tells them of the abort. */
export function isAbortSignal(value: unknown): value is AbortSignal {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== ofSignals && isAbortSignal(prototype)) return false
  try {
    isAborted.call(value as AbortSignal) // checks for what only the constructor can make
    return true
  } catch {
    return false
  }
}

/** A signal and the operations that it stops. */
export class WatchedSignal {
  readonly slots = new Set<number>()
  aborted = false
  reason: unknown = undefined
  readonly source: AbortSignal
  private readonly cancel: (slot: number) => void

  constructor(signal: AbortSignal, cancel: (slot: number) => void) {
    this.source = signal
    this.cancel = cancel
    this.note()
    if (!this.aborted) addEventListener.call(signal, 'abort', this, listening)
  }

  /** The listener. The event may have been dispatched by hand, which aborts nothing. */
  handleEvent(): void {
    this.note()
    if (this.aborted) for (const slot of this.slots) this.cancel(slot)
  }

  /** Notes whether it is aborted by now: when its other listeners run, this one may be yet to come. */
  look(): void {
    if (!this.aborted) this.note()
  }

  /** Takes the listener away again. */
  release(): void {
    removeEventListener.call(this.source, 'abort', this)
  }

  private note(): void {
    if (isAborted.call(this.source) !== true) return
    this.aborted = true
    this.reason = reasonOf.call(this.source)
  }
}

/** Which operations stop with which signal. */
export class Signals {
  /** True while any operation has a signal. A field, because every operation asks. */
  active = false
  private readonly bySlot = new Map<number, WatchedSignal>()
  private readonly bySignal = new Map<AbortSignal, WatchedSignal>()
  /** Signals whose last operation is over. Their listeners are removed by `sweep`. */
  private unused: WatchedSignal[] = []
  private readonly cancel: (slot: number) => void

  constructor(cancel: (slot: number) => void) {
    this.cancel = cancel
  }

  /** Has the operation in `slot` cancelled when `signal` is aborted. `signal` is a real one. */
  add(slot: number, signal: AbortSignal): void {
    let watched = this.bySignal.get(signal)
    if (watched === undefined) {
      watched = new WatchedSignal(signal, this.cancel)
      this.bySignal.set(signal, watched)
    } else watched.look()
    watched.slots.add(slot)
    this.bySlot.set(slot, watched)
    this.active = true
  }

  /** The signal of the operation in `slot`, if it has one. */
  of(slot: number): WatchedSignal | undefined {
    return this.bySlot.get(slot)
  }

  /** True if the signal of the operation in `slot` is aborted. */
  abortedAt(slot: number): boolean {
    return this.bySlot.get(slot)?.aborted === true
  }

  /** The operation in `slot` is over. Touches no signal. */
  forget(slot: number): void {
    const watched = this.bySlot.get(slot)
    if (watched === undefined) return
    this.bySlot.delete(slot)
    this.active = this.bySlot.size !== 0
    watched.slots.delete(slot)
    if (watched.slots.size === 0) this.unused.push(watched)
  }

  /** Removes the listeners of signals that stop nothing any more. */
  sweep(): void {
    const { unused } = this
    this.unused = []
    for (const watched of unused) {
      // it may have got another operation since, or stand here twice
      if (watched.slots.size !== 0 || !this.bySignal.delete(watched.source)) continue
      try {
        watched.release()
      } catch {
        // the signal's owner has tampered with it: the listener stays, and does nothing
      }
    }
  }

  /** True if `sweep` has something to do. */
  get hasUnused(): boolean {
    return this.unused.length !== 0
  }
}
