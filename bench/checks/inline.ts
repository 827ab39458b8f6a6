// Do large cached reads stall the event loop? The kernel can copy them inside the submit, on this thread. A 1 ms timer
// runs beside one read of 256 MiB, and beside 64 of 1 MiB.

import type { Ring } from 'uring'
import { whole } from '../flight'
import { withScratch } from './scratch'
import { Ticker } from './ticker'
import { check, tries, type Report } from './verdict'

const ROUNDS = 3
const LIMIT = 15
const MIB = 2 ** 20
const BYTES = 256 * MIB

await check('A 1 ms timer beside large cached reads.', (report) =>
  withScratch(BYTES, { entries: 256 }, async ({ ring, fd }) => {
    // filled, so that page faults of new memory are not measured
    const memory = new Uint8Array(BYTES).fill(1)
    await judge(ring, fd, [memory], 'a cached read of 256 MiB', report)
    const pieces = Array.from({ length: 64 }, (_, i) => memory.subarray(i * MIB, (i + 1) * MIB))
    await judge(ring, fd, pieces, '64 cached reads of 1 MiB', report)
  }),
)

async function judge(
  ring: Ring,
  fd: number,
  buffers: Uint8Array[],
  what: string,
  report: Report,
): Promise<void> {
  const { late, met } = await tries(async () => {
    const rounds: number[] = []
    for (let i = 0; i < ROUNDS; i++) rounds.push(await measure(ring, fd, buffers))
    const worst = Math.max(...rounds)
    return { late: worst, met: worst <= LIMIT }
  })
  report({
    promise: `a 1 ms timer beside ${what} is at most ${LIMIT} ms late`,
    measured: `${late.toFixed(1)} ms at most`,
    met,
  })
}

/** Resolves to the milliseconds by which the timer was late. */
async function measure(ring: Ring, fd: number, buffers: Uint8Array[]): Promise<number> {
  const ticker = new Ticker()
  ticker.start()
  const reads = buffers.map((buffer, i) => ring.read(fd, buffer, i * buffer.length))
  for (const [i, length] of (await Promise.all(reads)).entries()) whole(length, buffers[i]!.length)
  return ticker.stop()
}
