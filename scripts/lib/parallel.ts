// Runs a job for each item, a few at a time, and gives the results in the order of the items. The first failure is the
// caller's, once the jobs that had begun are over.

export async function inParallel<T, R>(
  items: readonly T[],
  most: number,
  job: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Map<number, R>()
  const queue = items.entries()
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) results.set(index, await job(item))
  }
  const lanes = await Promise.allSettled(Array.from({ length: most }, lane))
  for (const one of lanes) if (one.status === 'rejected') throw one.reason
  return items.map((_, index) => results.get(index) as R)
}
