// Does the ring leak? Runs a million operations of every cheap kind after a warm-up. The process must then have grown
// by at most 4 MiB, and must not have more descriptors than before.

import * as fs from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { constants, type Ring } from 'uring'
import { coroutines, whole } from '../flight'
import { collectGarbage } from './gc'
import { withScratch } from './scratch'
import { check, type Check } from './verdict'

const { AT_FDCWD, O_RDONLY } = constants
const LIMIT = 4 * 2 ** 20
const DEPTH = 64
const OPERATIONS = 1_000_000
/** Rounds of operations and collections before the first reading, for V8's heap to reach its size. */
const WARM_UPS = 5
const WARM_UP = 200_000
/** Operations in one turn of a coroutine, see `turn`. */
const PER_TURN = 20

await check('A million operations, and what the process has kept of them.', (report) =>
  withScratch(4096, { entries: 256 }, async ({ ring, file }) => {
    let before = await standing()
    for (let i = 0; i < WARM_UPS; i++) {
      await perform(ring, file, WARM_UP)
      before = await standing()
    }
    await perform(ring, file, OPERATIONS)
    report(judge(before, await standing()))
  }),
)

async function perform(ring: Ring, file: string, operations: number): Promise<void> {
  let left = Math.ceil(operations / PER_TURN)
  await coroutines(DEPTH, async () => {
    const buffer = new Uint8Array(4096)
    while (left-- > 0) await turn(ring, file, buffer)
  })
}

/** Twenty operations: single ones, a batch, a chain, and one that the kernel refuses. */
async function turn(ring: Ring, file: string, buffer: Uint8Array): Promise<void> {
  const fd = await ring.openat(AT_FDCWD, file, O_RDONLY, 0)
  for (let i = 0; i < 8; i++) whole(await ring.read(fd, buffer, 0), buffer.length)
  const results = await ring.batch((b) => {
    for (let i = 0; i < 6; i++) b.read(fd, buffer, 0)
  })
  for (const result of results) whole(result, buffer.length)
  await ring.chain((c) => [c.nop(), c.read(fd, buffer, 0)])
  await ring.openat(AT_FDCWD, `${file}.missing`, O_RDONLY, 0).catch(() => undefined)
  await ring.nop()
  await ring.close(fd)
}

interface Standing {
  rss: number
  descriptors: number
}

/** Collects garbage until memory is at rest: V8 returns pages on threads of its own, which takes time. */
async function standing(): Promise<Standing> {
  for (let i = 0; i < 4; i++) {
    collectGarbage()
    await setTimeout(100)
  }
  return { rss: process.memoryUsage.rss(), descriptors: fs.readdirSync('/proc/self/fd').length }
}

function judge(before: Standing, after: Standing): Check {
  const grown = after.rss - before.rss
  const descriptors = after.descriptors - before.descriptors
  return {
    promise: '1,000,000 operations leave RSS within 4 MiB, and no descriptor more',
    measured:
      `RSS ${mebibytes(before.rss)} -> ${mebibytes(after.rss)} MiB (${mebibytes(grown)}),` +
      ` descriptors ${before.descriptors} -> ${after.descriptors}`,
    met: grown <= LIMIT && descriptors <= 0,
  }
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(2)
}
