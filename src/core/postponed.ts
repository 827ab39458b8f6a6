// Cancels asked for while a batch or a chain is being collected: carried out at once, they would
// submit the half of it.

/** In place of a slot: all of them. */
export const EVERY = -1

export class Postponed {
  #slots: number[] = []

  add(slot: number): void {
    this.#slots.push(slot)
  }

  /** The operation in `slot` is not to be, or over. */
  forget(slot: number): void {
    const place = this.#slots.indexOf(slot)
    if (place >= 0) this.#slots.splice(place, 1)
  }

  get none(): boolean {
    return this.#slots.length === 0
  }

  /** Gives all of them, once. */
  take(): number[] {
    const slots = this.#slots
    this.#slots = []
    return slots
  }
}
