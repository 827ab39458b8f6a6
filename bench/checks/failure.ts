// What the failure path costs: a rejection, and a cancel while many operations are in flight.

import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import * as path from 'node:path'
import { performance } from 'node:perf_hooks'
import { Ring } from 'uring'
import { coroutines } from '../flight'
import { quantile } from '../quantile'
import { withScratch } from './scratch'
import { check, tries, type Report } from './verdict'

const ROUNDS = 9
const REJECTIONS = 10_000
const DEPTH = 32
const REJECTION_LIMIT = 5
/** A descriptor that is never open: EBADF. */
const NO_DESCRIPTOR = 2 ** 30

const CANCELS = 200
const FEW = 600
const MANY = 60_000
/** Constant time, but for cache misses: with many in flight, an operation's memory was not touched for long. */
const RATIO_LIMIT = 3

await check('The cost of a rejection and of a cancel.', (report) =>
  withScratch(0, { entries: 256 }, async ({ ring, directory }) => {
    await rejections(ring, report)
    await cancels(path.join(directory, 'fifo'), report)
  }),
)

/** Compares an operation that the kernel refuses with one that succeeds; the difference is the rejection. */
async function rejections(ring: Ring, report: Report): Promise<void> {
  const buffer = new Uint8Array(1)
  const refused = (): Promise<unknown> => ring.read(NO_DESCRIPTOR, buffer, 0)
  const done = (): Promise<unknown> => ring.nop()
  const { measured, met } = await tries(async () => {
    const costs: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const plain = await microseconds(done)
      costs.push((await microseconds(refused)) - plain)
    }
    const cost = quantile(costs, 0.5)
    return { measured: `${cost.toFixed(2)} us`, met: cost <= REJECTION_LIMIT }
  })
  report({ promise: `a rejection costs at most ${REJECTION_LIMIT} us`, measured, met })
}

/** Resolves to the time of one operation, with 32 in flight. */
async function microseconds(operation: () => Promise<unknown>): Promise<number> {
  let left = REJECTIONS
  const begin = performance.now()
  await coroutines(DEPTH, async () => {
    while (left-- > 0) {
      try {
        await operation()
      } catch {
        // the refusal is what is measured
      }
    }
  })
  return ((performance.now() - begin) * 1000) / REJECTIONS
}

async function cancels(fifo: string, report: Report): Promise<void> {
  if (spawnSync('mkfifo', [fifo]).status !== 0) throw new Error('mkfifo is not there')
  // open for writing too, so that a read waits instead of finding the end
  const fd = fs.openSync(fifo, fs.constants.O_RDWR)
  try {
    const { few, many, met } = await tries(async () => {
      const costs = { few: await cancelCost(fd, FEW), many: await cancelCost(fd, MANY) }
      return { ...costs, met: costs.many / costs.few <= RATIO_LIMIT }
    })
    report({
      promise: `ring.cancel() costs the same with ${MANY} in flight as with ${FEW}`,
      measured: `${many.toFixed(2)} us against ${few.toFixed(2)}, ratio ${(many / few).toFixed(1)}`,
      met,
    })
  } finally {
    fs.closeSync(fd)
  }
}

/** Resolves to the microseconds of one call of `cancel` while `inFlight` reads wait. */
async function cancelCost(fd: number, inFlight: number): Promise<number> {
  const ring = new Ring({ entries: 4096, cqEntries: 65_536 })
  const buffer = new Uint8Array(1)
  const reads = Array.from({ length: inFlight }, () => ring.read(fd, buffer, null))
  const ends = Promise.allSettled(reads)
  await ring.nop()
  const stride = Math.floor(inFlight / CANCELS)
  // the first two warm up
  const costs = [0, 1, 2].map((offset) => {
    const begin = performance.now()
    for (let i = 0; i < CANCELS; i++) ring.cancel(reads[i * stride + offset]!)
    return ((performance.now() - begin) * 1000) / CANCELS
  })
  await ring.dispose()
  await ends
  return costs[2]!
}
