// How much work the long tests do, and the dice they throw.

const scale = Number(process.env['URING_TEST_SCALE'] ?? 1)

/** `count`, reduced where URING_TEST_SCALE says so (emulated guests), but at least `least`. */
export function scaled(count: number, least = 1): number {
  return Math.max(least, Math.round(count * scale))
}

/** A time limit, stretched where the machine is slow. */
export function patient(ms: number): number {
  return scale < 1 ? ms * 10 : ms
}

/** The seed of this run: URING_TEST_SEED, or a new one. */
export function seed(): number {
  return Number(process.env['URING_TEST_SEED'] ?? Math.floor(Math.random() * 0x7fff_ffff))
}

/** Numbers from 0 to `below` - 1, the same for the same seed (mulberry32). */
export class Dice {
  #state: number

  constructor(start: number) {
    this.#state = start | 0
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let bits = this.#state
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 0x1_0000_0000) * limit)
  }

  pick<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T
  }
}
