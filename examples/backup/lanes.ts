// Bounded concurrency: a number of lanes, each of which takes the next item when it is done with one.

/** Runs `work` for every item; rejects with the first failure, when every lane has come to rest. */
export async function inLanes<T>(
  items: readonly T[],
  lanes: number,
  work: (item: T, lane: number) => Promise<void>,
): Promise<void> {
  let next = 0
  let failed = false
  const lane = async (number: number): Promise<void> => {
    while (!failed && next < items.length) {
      try {
        await work(items[next++]!, number)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const count = Math.min(lanes, items.length)
  const ends = await Promise.allSettled(Array.from({ length: count }, (_, number) => lane(number)))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}
