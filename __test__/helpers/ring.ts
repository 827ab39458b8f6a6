// Rings of a test's own. After the test its books must balance (R65, R96): every operation settled
// once, no completion that belonged to none, and the ring's descriptor closed.

import type { ExecutionContext } from 'ava'
import { Ring, type RingOptions } from 'uring'
import { ringCount } from './fds'

/** A ring that is checked and disposed after the test. */
export function ringFor(t: ExecutionContext, options?: RingOptions): Ring {
  const ring = new Ring(options)
  t.teardown(async () => {
    if (!ring.disposed) {
      const stats = ring.stats()
      if (stats.inFlight !== 0)
        throw new Error(`R96: ${stats.inFlight} operations are still pending`)
      if (stats.staged !== stats.settled)
        throw new Error(`R65: ${stats.staged} staged, ${stats.settled} settled`)
      if (stats.suspect !== 0)
        throw new Error(`R17: ${stats.suspect} completions belonged to nobody`)
    }
    await ring.dispose()
  })
  return ring
}

/** Fails when more rings are open than `before`; handles close in the loop's next turn. */
export async function ringsClosed(t: ExecutionContext, before = 0): Promise<void> {
  for (let turn = 0; turn < 100 && ringCount() > before; turn++) await turnOfLoop()
  t.is(ringCount(), before, 'the ring is closed')
}

/** Lets the event loop go round once. */
export function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Waits on Node's own clock. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
