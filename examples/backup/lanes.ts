// Bounded concurrency: at most `lanes` files at a time, each with its own buffer.

import pMap from 'p-map'

const PIECE = 256 * 1024

/** Resolves to the results of `work`, in the order of the items. Rejects with the first failure. */
export function withBuffers<T, R>(
  items: readonly T[],
  lanes: number,
  work: (item: T, buffer: Uint8Array) => Promise<R>,
): Promise<R[]> {
  const free: Uint8Array[] = []
  const one = async (item: T): Promise<R> => {
    const buffer = free.pop() ?? new Uint8Array(PIECE)
    const result = await work(item, buffer)
    free.push(buffer)
    return result
  }
  return pMap(items, one, { concurrency: lanes })
}
