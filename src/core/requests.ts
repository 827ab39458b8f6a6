// The writing side of the request table: one operation per slot, sixteen words each, laid out as the
// generated `layout.ts` says. Numbers only; memory is passed beside it, as JavaScript values.

import {
  MARK_TIMED,
  MARK_UNREF,
  REQUEST_ADDR,
  REQUEST_BUF_INDEX,
  REQUEST_FD,
  REQUEST_FLAGS_SHIFT,
  REQUEST_LEN,
  REQUEST_LIMIT_NANOSECONDS,
  REQUEST_LIMIT_SECONDS,
  REQUEST_MARKS,
  REQUEST_OFF,
  REQUEST_OP_FLAGS,
  REQUEST_WORDS,
} from '../generated/layout'

/** Below this, a number is its own low word and its high word is 0. */
const TWO_32 = 0x1_0000_0000

export class Requests {
  /** The table. `Core.grow` puts a larger one here. */
  words: Int32Array

  constructor(table: ArrayBuffer) {
    this.words = new Int32Array(table)
  }

  /** Begins an operation. The row of a free slot is all zeros: the addon sees to that. */
  start(slot: number, code: number, fd: number): void {
    const words = this.words
    const base = slot * REQUEST_WORDS
    words[base] = code
    words[base + REQUEST_FD] = fd
  }

  /** Begins a transfer of `len` bytes at a position: all of it at once. */
  transfer(
    slot: number,
    code: number,
    fd: number,
    position: number,
    len: number,
    bufIndex: number,
  ): void {
    const words = this.words
    const base = slot * REQUEST_WORDS
    words[base] = code
    words[base + REQUEST_FD] = fd
    words[base + REQUEST_OFF] = position
    words[base + REQUEST_OFF + 1] = position < TWO_32 ? 0 : position / TWO_32
    words[base + REQUEST_LEN] = len
    words[base + REQUEST_BUF_INDEX] = bufIndex
  }

  /** Undoes what was written for an operation that is never queued. */
  clear(slot: number): void {
    const base = slot * REQUEST_WORDS
    this.words.fill(0, base, base + REQUEST_WORDS)
  }

  /** `IOSQE_*`. */
  setFlags(slot: number, flags: number): void {
    const at = slot * REQUEST_WORDS
    this.words[at] = (this.words[at] as number) | (flags << REQUEST_FLAGS_SHIFT)
  }

  setOff(slot: number, off: number | bigint): void {
    this.setLong(slot * REQUEST_WORDS + REQUEST_OFF, off)
  }

  /** A position; `null` becomes -1, the file's own. */
  setPosition(slot: number, position: number | bigint | null): void {
    const at = slot * REQUEST_WORDS + REQUEST_OFF
    if (position === null) {
      this.words[at] = -1
      this.words[at + 1] = -1
    } else this.setLong(at, position)
  }

  setAddr(slot: number, addr: number | bigint): void {
    this.setLong(slot * REQUEST_WORDS + REQUEST_ADDR, addr)
  }

  setLen(slot: number, len: number): void {
    this.words[slot * REQUEST_WORDS + REQUEST_LEN] = len
  }

  setOpFlags(slot: number, flags: number): void {
    this.words[slot * REQUEST_WORDS + REQUEST_OP_FLAGS] = flags
  }

  setBufIndex(slot: number, index: number): void {
    this.words[slot * REQUEST_WORDS + REQUEST_BUF_INDEX] = index
  }

  /** Adds to what is special about the operation. */
  mark(slot: number, marks: number): void {
    const at = slot * REQUEST_WORDS + REQUEST_MARKS
    this.words[at] = (this.words[at] as number) | marks
  }

  /** Returns whether the operation keeps the event loop alive. */
  isReferenced(slot: number): boolean {
    return ((this.words[slot * REQUEST_WORDS + REQUEST_MARKS] as number) & MARK_UNREF) === 0
  }

  /** Returns `len`: for a transfer, the bytes that it is to move. */
  length(slot: number): number {
    return this.words[slot * REQUEST_WORDS + REQUEST_LEN] as number
  }

  /** Returns how many entries the operation takes in the submission queue. */
  entries(slot: number): number {
    return (this.words[slot * REQUEST_WORDS + REQUEST_MARKS] as number) & MARK_TIMED ? 2 : 1
  }

  setLimit(slot: number, seconds: number, nanoseconds: number): void {
    const base = slot * REQUEST_WORDS
    this.mark(slot, MARK_TIMED)
    this.words[base + REQUEST_LIMIT_SECONDS] = seconds
    this.words[base + REQUEST_LIMIT_NANOSECONDS] = nanoseconds
  }

  private setLong(at: number, value: number | bigint): void {
    // a store into an Int32Array keeps the low 32 bits, whatever the number
    if (typeof value === 'number') {
      this.words[at] = value
      this.words[at + 1] = value < TWO_32 ? 0 : value / TWO_32
    } else {
      this.words[at] = Number(BigInt.asIntN(32, value))
      this.words[at + 1] = Number(BigInt.asIntN(32, value >> 32n))
    }
  }
}
