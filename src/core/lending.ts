// Buffers on their way to the kernel. The addon looks their memory up right before the submit, eight
// in a call: as arguments they cost a tenth of what fetching them from an array does.

import type { List } from './list'

type Lend = (start: number, ...values: unknown[]) => void

export class Lending {
  /** Slots in the queue whose value is a buffer, in the table that the addon reads. `Core.grow` puts a
   *  larger one here. */
  slots: Int32Array
  #count = 0

  constructor(table: ArrayBuffer) {
    this.slots = new Int32Array(table)
  }

  get none(): boolean {
    return this.#count === 0
  }

  add(slot: number): void {
    // an operation that is never queued leaves its slot here: then a look-up is made in vain; one
    // that finds no room here is looked up singly
    if (this.#count < this.slots.length) this.slots[this.#count++] = slot
  }

  /** Has all of them looked up. No code of a user's runs from here to the flush. */
  lend(objects: Readonly<List<unknown>>, lend: Lend): void {
    const { slots } = this
    const count = this.#count
    this.#count = 0
    const object = (at: number): unknown => objects[slots[at] as number]
    let at = 0
    for (; at + 8 <= count; at += 8) {
      lend(
        at,
        object(at),
        object(at + 1),
        object(at + 2),
        object(at + 3),
        object(at + 4),
        object(at + 5),
        object(at + 6),
        object(at + 7),
      )
    }
    for (; at < count; at++) lend(at, object(at))
  }
}
