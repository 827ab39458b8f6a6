// 4 KiB writes to random blocks of one file of 64 MiB whose blocks are all allocated, through the page
// cache and without a sync.

import * as fs from 'node:fs'
import { alignedBuffers } from '../buffers'
import { BLOCK, FILL, WRITE_BLOCKS, filledBlocks, writeZeros } from '../dataset'
import { chains, coroutines, rounds, whole } from '../flight'
import { Positions } from '../random'
import type { Verification, Work } from '../work'

export const write: Work = {
  name: 'write',
  title: '4 KiB random write, page cache',
  depths: [32],
  async prepare(context, depth) {
    const file = context.dataset.written
    const handle = await fs.promises.open(file, 'r+')
    const { fd } = handle
    const buffers = alignedBuffers(depth, BLOCK)
    for (const buffer of buffers) buffer.fill(FILL)
    const ring = context.openRing()
    const positions = () => new Positions(WRITE_BLOCKS, BLOCK)

    return {
      runs: {
        async uring(count) {
          const at = positions()
          let left = count
          await coroutines(depth, async (slot) => {
            const buffer = buffers[slot]!
            while (left-- > 0) whole(await ring.write(fd, buffer, at.next()), BLOCK)
          })
        },
        async uringBatch(count) {
          const at = positions()
          await rounds(depth, count, async (units) => {
            const results = await ring.batch((b) => {
              for (let i = 0; i < units; i++) b.write(fd, buffers[i]!, at.next())
            })
            for (const result of results) whole(result, BLOCK)
          })
        },
        async fsPromises(count) {
          const at = positions()
          let left = count
          await coroutines(depth, async (slot) => {
            const buffer = buffers[slot]!
            while (left-- > 0) {
              const { bytesWritten } = await handle.write(buffer, 0, BLOCK, at.next())
              whole(bytesWritten, BLOCK)
            }
          })
        },
        fsCallback(count) {
          const at = positions()
          return chains(depth, count, (slot, done) => {
            fs.write(fd, buffers[slot]!, 0, BLOCK, at.next(), (error, bytesWritten) => {
              if (error) return done(error)
              whole(bytesWritten, BLOCK)
              done()
            })
          })
        },
        fsSync(count) {
          const at = positions()
          const buffer = buffers[0]!
          for (let i = 0; i < count; i++) {
            whole(fs.writeSync(fd, buffer, 0, BLOCK, at.next()), BLOCK)
          }
        },
      },
      requests: { native: { work: 'write', file, blocks: WRITE_BLOCKS } },
      verification: verification(file),
      async release() {
        await ring.dispose()
        await handle.close()
      },
    }
  },
}

/** The file begins as zeros. Afterwards as many blocks must be filled as there were distinct positions. */
function verification(file: string): Verification {
  const count = 1000
  return {
    count,
    before: () => writeZeros(file, WRITE_BLOCKS),
    after() {
      const at = new Positions(WRITE_BLOCKS, BLOCK)
      const due = new Set(Array.from({ length: count }, () => at.next())).size
      const filled = filledBlocks(file)
      if (filled !== due) throw new Error(`it wrote ${filled} blocks, not ${due}`)
    },
  }
}
