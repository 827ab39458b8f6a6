// Which slots are free. The slot that was used last is taken first: it is still in the cache.

import { EXTRA_LAST, ROW_EXTRA, ROW_WORDS } from '../generated/layout'

/** Slots of a new ring, unless its limit is lower. */
const SLOTS_FIRST = 512

/** Returns how many slots a new ring with this limit starts with. */
export function firstSlots(limit: number): number {
  return Math.min(limit, SLOTS_FIRST)
}

/** The stack of free slots. Whoever gives several does it all at once: loops may be interrupted by what
 *  cannot be caught (`Core.recover`), and are then repeated. */
export class FreeSlots {
  private stack: Int32Array<ArrayBuffer> = new Int32Array(0)
  private count = 0
  private size = 0

  /** The number of slots, free or not. */
  get total(): number {
    return this.size
  }

  /** The number of slots that are taken. */
  get taken(): number {
    return this.size - this.count
  }

  get none(): boolean {
    return this.count === 0
  }

  /** Takes a slot. There must be a free one. */
  take(): number {
    return this.stack[--this.count] as number
  }

  give(slot: number): void {
    this.stack[this.count++] = slot
  }

  /**
   * Frees the slots of those of the first `count` rows that are the last of their operation, which
   * with `plain` all are. Goes from the last row to the first, so that operations which follow in the
   * same order find the same slots.
   */
  giveAll(rows: Int32Array, count: number, plain: boolean): void {
    const { stack } = this
    let free = this.count
    for (let at = (count - 1) * ROW_WORDS; at >= 0; at -= ROW_WORDS) {
      if (plain || (rows[at + ROW_EXTRA] as number) & EXTRA_LAST) stack[free++] = rows[at] as number
    }
    this.count = free
  }

  /** Adds slots, up to `total`. */
  grow(total: number): void {
    const stack = larger(this.stack, total)
    let free = this.count
    for (let slot = total - 1; slot >= this.size; slot--) stack[free++] = slot
    this.stack = stack
    this.count = free
    this.size = total
  }
}

/** Returns a copy of a table with room for more. */
export function larger(table: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(length)
  copy.set(table)
  return copy
}
