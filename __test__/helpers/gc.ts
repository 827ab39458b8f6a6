// Forced garbage collection, whatever flags this process was started with.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** Collects `times` times, with a turn of the event loop before each (a WeakRef that was read is held until then) and after. */
export async function collect(times = 3): Promise<void> {
  for (let time = 0; time < times; time++) {
    await new Promise((resolve) => setImmediate(resolve))
    gc()
  }
  await new Promise((resolve) => setImmediate(resolve))
}

/** Collects while no other JavaScript runs. */
export function collectNow(times = 1): void {
  for (let time = 0; time < times; time++) gc()
}
