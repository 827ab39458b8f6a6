// The sequence of file positions that every column visits: xorshift32 with a fixed seed, the same as
// in `crates/bench/src/random.rs`.

const SEED = 0x9e3779b9 | 0

export class Positions {
  #state = SEED
  readonly #mask: number
  readonly #block: number

  /** `blocks` must be a power of two: a mask is cheaper and fairer than a remainder. */
  constructor(blocks: number, block: number) {
    if (blocks <= 0 || (blocks & (blocks - 1)) !== 0) {
      throw new RangeError(`${blocks} blocks is no power of two`)
    }
    this.#mask = blocks - 1
    this.#block = block
  }

  next(): number {
    let state = this.#state
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    this.#state = state
    return (state & this.#mask) * this.#block
  }
}
