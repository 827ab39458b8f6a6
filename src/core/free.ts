// Which slots are free, last given back first: what was used last is still in the cache.

/** Slots of a new ring, unless its limit is lower. */
const SLOTS_FIRST = 512

/** How many slots a new ring with this limit starts with. */
export function firstSlots(limit: number): number {
  return Math.min(limit, SLOTS_FIRST)
}

/** The stack of free slots. */
export class FreeSlots {
  private stack: Int32Array<ArrayBuffer> = new Int32Array(0)
  private count = 0
  private size = 0

  /** All slots, free or not. */
  get total(): number {
    return this.size
  }

  /** Slots that are taken. */
  get taken(): number {
    return this.size - this.count
  }

  get none(): boolean {
    return this.count === 0
  }

  /** Takes a slot. There must be one. */
  take(): number {
    return this.stack[--this.count] as number
  }

  give(slot: number): void {
    this.stack[this.count++] = slot
  }

  /**
   * Gives back the slots of `count` results, each `words` apart. Last to first, so that operations
   * which follow in the same order find the same slots.
   */
  giveAll(results: Int32Array, count: number, words: number): void {
    for (let at = (count - 1) * words; at >= 0; at -= words) {
      this.stack[this.count++] = results[at] as number
    }
  }

  /** Adds slots, up to `total`. */
  grow(total: number): void {
    this.stack = larger(this.stack, total)
    for (let slot = total - 1; slot >= this.size; slot--) this.stack[this.count++] = slot
    this.size = total
  }
}

/** A copy of a table with room for more. */
export function larger(table: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(length)
  copy.set(table)
  return copy
}
