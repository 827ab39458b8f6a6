// Cancels that are asked for while a batch or a chain is being collected. Carried out at once they
// would submit half of it, so they are held until the collecting function has returned.

/** In place of a slot: all operations in flight. */
export const ALL_OPERATIONS = -1

export class HeldCancels {
  private slots: number[] = []

  add(slot: number): void {
    this.slots.push(slot)
  }

  /** The operation in `slot` will not be submitted. */
  forget(slot: number): void {
    const place = this.slots.indexOf(slot)
    if (place >= 0) this.slots.splice(place, 1)
  }

  get none(): boolean {
    return this.slots.length === 0
  }

  /** Returns all of them, once. */
  take(): number[] {
    const { slots } = this
    this.slots = []
    return slots
  }
}
