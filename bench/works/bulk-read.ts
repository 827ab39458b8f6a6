// 64 KiB reads from the page cache, 20,000 in one batch: more than one turn of the event loop may copy. This row shows
// what fairness costs in throughput; `bench/checks/bulk.ts` measures the fairness.

import * as fs from 'node:fs'
import type { Ring } from 'uring'
import { alignedBuffers } from '../buffers'
import { Checksum } from '../checksum'
import { rounds, whole } from '../flight'
import { sumIs, type Work } from '../work'

export const BULK_BLOCK = 64 * 1024
export const BULK_READS = 20_000
/** The buffers are reused. Together they are larger than the processor's caches, as is the file. */
export const BULK_BUFFERS = 1024
/** The part of the file that is read, repeatedly. */
export const BULK_BYTES = 256 * 2 ** 20

/** Reads that are verified: at most one per buffer, so that each still holds what was read. */
const VERIFIED = 64

const POSITIONS = BULK_BYTES / BULK_BLOCK

const positionOf = (i: number): number => (i % POSITIONS) * BULK_BLOCK

/** Reads `count` blocks in one batch. */
export async function bulkBatch(
  ring: Ring,
  fd: number,
  buffers: readonly Uint8Array[],
  count: number,
): Promise<void> {
  const results = await ring.batch((b) => {
    for (let i = 0; i < count; i++) b.read(fd, buffers[i % BULK_BUFFERS]!, positionOf(i))
  })
  for (const result of results) whole(result, BULK_BLOCK)
}

export const bulkRead: Work = {
  name: 'bulk-read',
  title: '64 KiB read, cached',
  depths: [BULK_READS],
  async prepare(context, depth) {
    const file = context.dataset.data
    const fd = fs.openSync(file, 'r')
    const buffers = alignedBuffers(BULK_BUFFERS, BULK_BLOCK)
    const ring = context.openRing()
    return {
      runs: {
        async uringBatch(count, checksum) {
          await rounds(depth, count, (units) => bulkBatch(ring, fd, buffers, units))

          if (checksum) for (let i = 0; i < count; i++) checksum.bytes(buffers[i]!)
        },
        fsSync(count, checksum) {
          for (let i = 0; i < count; i++) {
            const buffer = buffers[i % BULK_BUFFERS]!
            whole(fs.readSync(fd, buffer, 0, BULK_BLOCK, positionOf(i)), BULK_BLOCK)
            checksum?.bytes(buffer)
          }
        },
      },
      requests: {},
      verification: sumIs(VERIFIED, () => {
        const contents = fs.readFileSync(file)
        const checksum = new Checksum()
        for (let i = 0; i < VERIFIED; i++) {
          checksum.bytes(contents.subarray(positionOf(i), positionOf(i) + BULK_BLOCK))
        }
        return checksum.sum
      }),
      async release() {
        await ring.dispose()
        fs.closeSync(fd)
      },
    }
  },
}
