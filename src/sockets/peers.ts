// The addresses of the last peers: a server hears from the same ones again and again, and their text
// need not be made anew. Holds at most 1,024 addresses, whatever arrives, and returns an address only
// for exactly its bytes. Proved by __test__/sockets-trust.spec.ts.

const SIZE = 1024

interface Entry<T> {
  readonly bytes: Uint8Array
  readonly address: T
}

/** A table of the last addresses, each in the one place its bytes are hashed to. */
export class Peers<T> {
  readonly #entries: (Entry<T> | undefined)[] = Array.from({ length: SIZE }, () => undefined)

  /**
   * Returns the address whose first `used` bytes are those at `at` and whose other bytes, up to
   * `length`, are zero. It is made from a copy of them if it is not at hand.
   */
  get(
    bytes: Uint8Array,
    at: number,
    used: number,
    length: number,
    make: (bytes: Uint8Array) => T,
  ): T {
    let hash = length
    for (let index = 0; index < used; index++)
      hash = Math.imul(hash ^ (bytes[at + index] as number), 0x0100_0193)
    const place = (hash ^ (hash >>> 15)) & (SIZE - 1)
    const entry = this.#entries[place]
    if (entry !== undefined && same(entry.bytes, length, bytes, at, used)) return entry.address
    const own = new Uint8Array(length)
    for (let index = 0; index < used; index++) own[index] = bytes[at + index] as number
    const address = make(own)
    this.#entries[place] = { bytes: own, address }
    return address
  }
}

function same(
  own: Uint8Array,
  length: number,
  bytes: Uint8Array,
  at: number,
  used: number,
): boolean {
  if (own.length !== length) return false
  for (let index = 0; index < used; index++) if (own[index] !== bytes[at + index]) return false
  return true
}
