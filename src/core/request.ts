// The writing side of the request table: one operation per slot, sixteen words each, laid out as
// `crates/uring-node/src/request.rs` says. Numbers only; memory is passed beside it, as values.

/** Words of a request. */
const WORDS_SHIFT = 4

const WORD = {
  /** opcode | sqe flags << 8 | ioprio << 16 */
  opcode: 0,
  fd: 1,
  off: 2,
  addr: 4,
  len: 6,
  opFlags: 7,
  /** buf_index | personality << 16 */
  bufIndex: 8,
  fileIndex: 9,
  addr3: 10,
  marks: 12,
  limitSeconds: 13,
  limitNanoseconds: 14,
} as const

/** The next staged operation is linked to this one; see `Marks` of the engine. */
export const LINK = 1
export const HARDLINK = 2
/** A time limit is set. */
export const TIMED = 4

/** The operation's memory is the whole registered buffer `bufIndex`. */
export const REGISTERED = 1 << 8

/** Below this, a number is its own low word and its high word is 0. */
const TWO_32 = 0x1_0000_0000

export class Requests {
  private words: Int32Array

  constructor(table: ArrayBuffer) {
    this.words = new Int32Array(table)
  }

  /** Goes on in a larger table, which has the old one's contents. */
  move(table: ArrayBuffer): void {
    this.words = new Int32Array(table)
  }

  /** Begins an operation. The row of a free slot is all zeros: the addon sees to that. */
  start(slot: number, opcode: number, fd: number): void {
    const words = this.words
    const base = slot << WORDS_SHIFT
    words[base] = opcode
    words[base + WORD.fd] = fd
  }

  /** Begins a transfer of `len` bytes at a position: all of it at once. */
  transfer(
    slot: number,
    opcode: number,
    fd: number,
    position: number,
    len: number,
    bufIndex: number,
  ): void {
    const words = this.words
    const base = slot << WORDS_SHIFT
    words[base] = opcode
    words[base + WORD.fd] = fd
    words[base + WORD.off] = position
    words[base + WORD.off + 1] = position < TWO_32 ? 0 : position / TWO_32
    words[base + WORD.len] = len
    words[base + WORD.bufIndex] = bufIndex
  }

  /** Undoes what was written for an operation that is never queued. */
  clear(slot: number): void {
    const base = slot << WORDS_SHIFT
    this.words.fill(0, base, base + (1 << WORDS_SHIFT))
  }

  /** `IOSQE_*`. */
  setFlags(slot: number, flags: number): void {
    const at = slot << WORDS_SHIFT
    this.words[at] = (this.words[at] as number) | (flags << 8)
  }

  setOff(slot: number, off: number | bigint): void {
    this.setLong((slot << WORDS_SHIFT) + WORD.off, off)
  }

  /** A position; `null` becomes -1, the file's own. */
  setPosition(slot: number, position: number | bigint | null): void {
    const at = (slot << WORDS_SHIFT) + WORD.off
    if (position === null) {
      this.words[at] = -1
      this.words[at + 1] = -1
    } else this.setLong(at, position)
  }

  setAddr(slot: number, addr: number | bigint): void {
    this.setLong((slot << WORDS_SHIFT) + WORD.addr, addr)
  }

  setLen(slot: number, len: number): void {
    this.words[(slot << WORDS_SHIFT) + WORD.len] = len
  }

  setOpFlags(slot: number, flags: number): void {
    this.words[(slot << WORDS_SHIFT) + WORD.opFlags] = flags
  }

  setBufIndex(slot: number, index: number): void {
    this.words[(slot << WORDS_SHIFT) + WORD.bufIndex] = index
  }

  /** Adds to what is special about the operation. */
  mark(slot: number, marks: number): void {
    const at = (slot << WORDS_SHIFT) + WORD.marks
    this.words[at] = (this.words[at] as number) | marks
  }

  /** Entries the operation takes in the submission queue. */
  entries(slot: number): number {
    return (this.words[(slot << WORDS_SHIFT) + WORD.marks] as number) & TIMED ? 2 : 1
  }

  setLimit(slot: number, seconds: number, nanoseconds: number): void {
    const base = slot << WORDS_SHIFT
    this.mark(slot, TIMED)
    this.words[base + WORD.limitSeconds] = seconds
    this.words[base + WORD.limitNanoseconds] = nanoseconds
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
