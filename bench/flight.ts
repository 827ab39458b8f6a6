// Keeps `depth` units of work in flight until `count` are done: as coroutines, as chains of callbacks,
// or in rounds. These functions only start a unit and wait for its end; the work itself is the caller's.

/** Runs one coroutine per slot; each takes units until none is left. */
export async function coroutines(
  depth: number,
  coroutine: (slot: number) => Promise<void>,
): Promise<void> {
  await Promise.all(Array.from({ length: depth }, (_, slot) => coroutine(slot)))
}

export type Done = (error?: Error | null) => void

/** Runs one chain of callbacks per slot. `start` begins one unit and calls `done` at its end. */
export function chains(
  depth: number,
  count: number,
  start: (slot: number, done: Done) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let started = 0
    let finished = 0
    const begin = (slot: number): void => {
      if (started === count) return
      started++
      start(slot, (error) => {
        if (error) return reject(error)
        if (++finished === count) return resolve()
        begin(slot)
      })
    }
    for (let slot = 0; slot < depth; slot++) begin(slot)
  })
}

/** Runs rounds of at most `depth` units; each round is awaited before the next. */
export async function rounds(
  depth: number,
  count: number,
  round: (units: number) => Promise<void>,
): Promise<void> {
  for (let left = count; left > 0; left -= depth) {
    await round(Math.min(depth, left))
  }
}

/** Fails unless an operation did the whole of its work. */
export function whole(result: number, expected: number): void {
  if (result !== expected) throw new Error(`${result} where ${expected} was due`)
}
