// Abort signals of operations in flight. One listener per signal, however many operations it
// stops, removed with the last of them: listeners are what makes AbortSignal expensive.

/** Which operations stop with which signal. */
export class Watch {
  readonly #signals = new Map<number, AbortSignal>()
  readonly #slots = new Map<AbortSignal, Set<number>>()
  readonly #cancel: (slot: number) => void

  constructor(cancel: (slot: number) => void) {
    this.#cancel = cancel
  }

  /** False when no operation has a signal: nothing to forget. */
  get active(): boolean {
    return this.#signals.size !== 0
  }

  add(slot: number, signal: AbortSignal): void {
    const slots = this.#slots.get(signal)
    if (slots === undefined) {
      signal.addEventListener('abort', this.#aborted, { once: true })
      this.#slots.set(signal, new Set([slot]))
    } else slots.add(slot)
    this.#signals.set(slot, signal)
  }

  forget(slot: number): void {
    const signal = this.#signals.get(slot)
    if (signal === undefined) return
    this.#signals.delete(slot)
    const slots = this.#slots.get(signal)
    slots?.delete(slot)
    if (slots?.size === 0) {
      this.#slots.delete(signal)
      signal.removeEventListener('abort', this.#aborted)
    }
  }

  signal(slot: number): AbortSignal | undefined {
    return this.#signals.get(slot)
  }

  readonly #aborted = (event: Event): void => {
    for (const slot of this.#slots.get(event.target as AbortSignal) ?? []) this.#cancel(slot)
  }
}
