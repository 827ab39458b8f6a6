// The metadata of 10,000 paths, all of it in the kernel's caches. The kernel always hands a statx to a
// worker thread, which costs more than the call itself.

import * as fs from 'node:fs'
import { constants } from 'uring'
import { STAT_FILES } from '../dataset'
import { chains, coroutines } from '../flight'
import { sumIs, type Work } from '../work'

const { AT_FDCWD, STATX_BASIC_STATS, STATX_BTIME } = constants
/** The fields that Node's own stat asks for. */
const MASK = STATX_BASIC_STATS | STATX_BTIME

export const statx: Work = {
  name: 'statx',
  title: 'statx of 10,000 paths',
  depths: [256],
  async prepare(context, depth) {
    const { list, paths } = context.dataset.statTree
    const ring = context.openRing()
    const cycle = () => {
      let next = 0
      return () => paths[next++ % paths.length]!
    }

    return {
      runs: {
        async uring(count, checksum) {
          const path = cycle()
          let left = count
          await coroutines(depth, async () => {
            while (left-- > 0) {
              const { size } = await ring.statx(AT_FDCWD, path(), 0, MASK)
              checksum?.number(size)
            }
          })
        },
        async fsPromises(count, checksum) {
          const path = cycle()
          let left = count
          await coroutines(depth, async () => {
            while (left-- > 0) {
              const { size } = await fs.promises.stat(path())
              checksum?.number(size)
            }
          })
        },
        fsCallback(count, checksum) {
          const path = cycle()
          return chains(depth, count, (_, done) => {
            fs.stat(path(), (error, stats) => {
              if (error) return done(error)
              checksum?.number(stats.size)
              done()
            })
          })
        },
        fsSync(count, checksum) {
          const path = cycle()
          for (let i = 0; i < count; i++) {
            const { size } = fs.statSync(path())
            checksum?.number(size)
          }
        },
      },
      requests: { native: { work: 'statx', file: list } },
      verification: sumIs(STAT_FILES, () => (STAT_FILES * (STAT_FILES - 1)) / 2),
      release: () => ring.dispose(),
    }
  },
}
