// Does a busy ring leave the event loop its turns? 256 coroutines read cached blocks as fast as they can while a 1 ms
// interval timer runs.

import { performance } from 'node:perf_hooks'
import type { Ring } from 'uring'
import { alignedBuffers } from '../buffers'
import { coroutines, whole } from '../flight'
import { quantile } from '../quantile'
import { Positions } from '../random'
import { withScratch } from './scratch'
import { check, tries } from './verdict'

const LIMIT = 5
const SECONDS = 5
const DEPTH = 256
const BLOCK = 4096
const BLOCKS = 4096

await check('A 1 ms interval timer beside 256 coroutines that read cached blocks.', (report) =>
  withScratch(BLOCKS * BLOCK, { entries: 256 }, async ({ ring, fd }) => {
    const result = await tries(() => measure(ring, fd))
    report({
      promise: 'a 1 ms timer keeps its p99 under 5 ms beside 256 busy coroutines',
      ...result,
    })
  }),
)

async function measure(ring: Ring, fd: number): Promise<{ measured: string; met: boolean }> {
  const gaps: number[] = []
  const begin = performance.now()
  let last = begin
  const timer = setInterval(() => {
    const now = performance.now()
    gaps.push(now - last)
    last = now
  }, 1)
  const at = new Positions(BLOCKS, BLOCK)
  const buffers = alignedBuffers(DEPTH, BLOCK)
  let reads = 0
  let running = true
  await coroutines(DEPTH, async (slot) => {
    const buffer = buffers[slot]!
    while (running) {
      whole(await ring.read(fd, buffer, at.next()), BLOCK)
      // not ended by a timer: a ring that starves timers would never end
      if ((++reads & 1023) === 0) running = performance.now() - begin < SECONDS * 1000
    }
  })
  const end = performance.now()
  gaps.push(end - last)
  clearInterval(timer)
  const [median, p99, worst] = [0.5, 0.99, 1].map((q) => quantile(gaps, q)) as [
    number,
    number,
    number,
  ]
  const perSecond = Math.round(reads / ((end - begin) / 1000))
  const measured =
    `${gaps.length} ticks beside ${perSecond} reads/s: median ${median.toFixed(2)} ms,` +
    ` p99 ${p99.toFixed(2)} ms, worst ${worst.toFixed(2)} ms`
  return { measured, met: p99 < LIMIT }
}
