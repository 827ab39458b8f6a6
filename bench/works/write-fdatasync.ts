// Write-ahead logs: each writer appends blocks of 4 KiB to its own log, and makes each durable with
// fdatasync before the next. The columns uring and native link the two operations in the kernel.

import * as fs from 'node:fs'
import { constants } from 'uring'
import { alignedBuffers } from '../buffers'
import { BLOCK, FILL, LOG_BLOCKS, filledBlocks, writeZeros } from '../dataset'
import { chains, coroutines, rounds, whole } from '../flight'
import type { Verification, Work } from '../work'

const { IORING_FSYNC_DATASYNC } = constants

export const writeFdatasync: Work = {
  name: 'write-fdatasync',
  title: '4 KiB write + fdatasync',
  depths: [1, 16],
  async prepare(context, depth) {
    const { list, paths } = context.dataset.logs
    const logs = paths.slice(0, depth)
    const handles = await Promise.all(logs.map((path) => fs.promises.open(path, 'r+')))
    const buffers = alignedBuffers(depth, BLOCK)
    for (const buffer of buffers) buffer.fill(FILL)
    const ring = context.openRing()
    const ends = () => {
      const written = Array.from({ length: depth }, () => 0)
      return (slot: number) => (written[slot]!++ % LOG_BLOCKS) * BLOCK
    }

    return {
      runs: {
        async uring(count) {
          const end = ends()
          let left = count
          await coroutines(depth, async (slot) => {
            const { fd } = handles[slot]!
            const buffer = buffers[slot]!
            while (left-- > 0) {
              const [written] = await ring.chain((c) => [
                c.write(fd, buffer, end(slot)),
                c.fsync(fd, IORING_FSYNC_DATASYNC),
              ])
              whole(written, BLOCK)
            }
          })
        },
        async uringBatch(count) {
          const end = ends()
          await rounds(depth, count, async (units) => {
            const written = await ring.batch((b) => {
              for (let i = 0; i < units; i++) b.write(handles[i]!.fd, buffers[i]!, end(i))
            })
            const synced = await ring.batch((b) => {
              for (let i = 0; i < units; i++) b.fsync(handles[i]!.fd, IORING_FSYNC_DATASYNC)
            })
            for (let i = 0; i < units; i++) {
              whole(written[i]!, BLOCK)
              whole(synced[i]!, 0)
            }
          })
        },
        async fsPromises(count) {
          const end = ends()
          let left = count
          await coroutines(depth, async (slot) => {
            const handle = handles[slot]!
            const buffer = buffers[slot]!
            while (left-- > 0) {
              const { bytesWritten } = await handle.write(buffer, 0, BLOCK, end(slot))
              whole(bytesWritten, BLOCK)
              await handle.datasync()
            }
          })
        },
        fsCallback(count) {
          const end = ends()
          return chains(depth, count, (slot, done) => {
            const { fd } = handles[slot]!
            fs.write(fd, buffers[slot]!, 0, BLOCK, end(slot), (error, bytesWritten) => {
              if (error) return done(error)
              whole(bytesWritten, BLOCK)
              fs.fdatasync(fd, done)
            })
          })
        },
        fsSync(count) {
          const end = ends()
          for (let i = 0; i < count; i++) {
            const slot = i % depth
            const { fd } = handles[slot]!
            whole(fs.writeSync(fd, buffers[slot]!, 0, BLOCK, end(slot)), BLOCK)
            fs.fdatasyncSync(fd)
          }
        },
      },
      requests: { native: { work: 'write-fdatasync', file: list, blocks: LOG_BLOCKS } },
      verification: verification(logs),
      async release() {
        await ring.dispose()
        await Promise.all(handles.map((handle) => handle.close()))
      },
    }
  },
}

/** The logs begin as zeros. Writers may share the units unevenly; together they must write all of them. */
function verification(logs: string[]): Verification {
  const count = 200
  return {
    count,
    before: () => logs.forEach((log) => writeZeros(log, LOG_BLOCKS)),
    after() {
      const filled = logs.reduce((sum, log) => sum + filledBlocks(log), 0)
      if (filled !== count) throw new Error(`it wrote ${filled} blocks, not ${count}`)
    },
  }
}
