// 4 KiB reads at random positions of one file of 256 MiB: from the page cache, or past it with O_DIRECT.
// There is one buffer per slot, and each run has new buffers, as in the native column: the placement of
// pages affects the speed of reads, and no column may be lucky in all its rounds (docs/performance.md).

import * as fs from 'node:fs'
import { alignedBuffers } from '../buffers'
import { Checksum } from '../checksum'
import { BLOCK, DATA_BLOCKS } from '../dataset'
import { chains, coroutines, rounds, whole } from '../flight'
import { Positions } from '../random'
import { sumIs, type Context, type Prepared, type Work } from '../work'

export const readCached: Work = {
  name: 'read-cached',
  title: '4 KiB random read, cached',
  depths: [1, 32, 256],
  prepare: (context, depth) => prepare(context, depth, 'read-cached', 0),
}

export const readDirect: Work = {
  name: 'read-direct',
  title: '4 KiB random read, O_DIRECT',
  depths: [1, 32],
  prepare: (context, depth) => prepare(context, depth, 'read-direct', fs.constants.O_DIRECT),
}

async function prepare(
  context: Context,
  depth: number,
  work: 'read-cached' | 'read-direct',
  flags: number,
): Promise<Prepared> {
  const file = context.dataset.data
  const handle = await fs.promises.open(file, fs.constants.O_RDONLY | flags)
  const { fd } = handle
  const memory = () => alignedBuffers(depth, BLOCK)
  const ring = context.openRing()
  const positions = () => new Positions(DATA_BLOCKS, BLOCK)

  return {
    runs: {
      async uring(count, checksum) {
        const at = positions()
        const buffers = memory()
        let left = count
        await coroutines(depth, async (slot) => {
          const buffer = buffers[slot]!
          while (left-- > 0) {
            whole(await ring.read(fd, buffer, at.next()), BLOCK)
            checksum?.bytes(buffer)
          }
        })
      },
      async uringFixed(count, checksum) {
        const at = positions()
        const registered = ring.registerBuffers(depth, BLOCK)
        let left = count
        await coroutines(depth, async (slot) => {
          const buffer = registered[slot]!
          while (left-- > 0) {
            whole(await ring.readFixed(fd, buffer, at.next(), slot), BLOCK)
            checksum?.bytes(buffer)
          }
        })
        ring.unregisterBuffers()
      },
      async uringBatch(count, checksum) {
        const at = positions()
        const buffers = memory()
        await rounds(depth, count, async (units) => {
          const results = await ring.batch((b) => {
            for (let i = 0; i < units; i++) b.read(fd, buffers[i]!, at.next())
          })
          for (const result of results) whole(result, BLOCK)
          if (checksum) for (let i = 0; i < units; i++) checksum.bytes(buffers[i]!)
        })
      },
      async fsPromises(count, checksum) {
        const at = positions()
        const buffers = memory()
        let left = count
        await coroutines(depth, async (slot) => {
          const buffer = buffers[slot]!
          while (left-- > 0) {
            const { bytesRead } = await handle.read(buffer, 0, BLOCK, at.next())
            whole(bytesRead, BLOCK)
            checksum?.bytes(buffer)
          }
        })
      },
      fsCallback(count, checksum) {
        const at = positions()
        const buffers = memory()
        return chains(depth, count, (slot, done) => {
          const buffer = buffers[slot]!
          fs.read(fd, buffer, 0, BLOCK, at.next(), (error, bytesRead) => {
            if (error) return done(error)
            whole(bytesRead, BLOCK)
            checksum?.bytes(buffer)
            done()
          })
        })
      },
      fsSync(count, checksum) {
        const at = positions()
        const buffers = memory()
        const buffer = buffers[0]!
        for (let i = 0; i < count; i++) {
          whole(fs.readSync(fd, buffer, 0, BLOCK, at.next()), BLOCK)
          checksum?.bytes(buffer)
        }
      },
    },
    requests: {
      native: { work, file, blocks: DATA_BLOCKS },
      nativeFixed: { work, file, blocks: DATA_BLOCKS, fixed: true },
    },
    verification: sumIs(500, () => expectedSum(file, 500)),
    async release() {
      await ring.dispose()
      await handle.close()
    },
  }
}

/** Returns the checksum that `count` reads must have, computed with readFileSync. */
function expectedSum(file: string, count: number): number {
  const contents = fs.readFileSync(file)
  const at = new Positions(DATA_BLOCKS, BLOCK)
  const checksum = new Checksum()
  for (let i = 0; i < count; i++) {
    const position = at.next()
    checksum.bytes(contents.subarray(position, position + BLOCK))
  }
  return checksum.sum
}
