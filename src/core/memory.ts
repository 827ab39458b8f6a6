// The visible memory of slots: what the kernel writes for an operation besides its result (a statx
// structure, an address). It belongs to the addon, lies in segments that never move, and is read
// before the operation's slot is freed.

import { listOf, type List } from './list'
import { SEGMENT_SLOTS, VISIBLE_BYTES } from '../generated/layout'

export class SlotMemory {
  private readonly segments: List<Uint32Array | undefined> = listOf()
  private readonly segment: (index: number) => ArrayBuffer

  constructor(segment: (index: number) => ArrayBuffer) {
    this.segment = segment
  }

  /** Returns the 32-bit words of the segment that `slot` lies in. */
  wordsOf(slot: number): Uint32Array {
    const index = Math.floor(slot / SEGMENT_SLOTS)
    return (this.segments[index] ??= new Uint32Array(this.segment(index)))
  }

  /** Returns the first word of `slot` within its segment. */
  firstWordOf(slot: number): number {
    return (slot % SEGMENT_SLOTS) * (VISIBLE_BYTES / Uint32Array.BYTES_PER_ELEMENT)
  }
}
