// Whole small files: 1,000 files of 1 to 16 KiB, each opened, read to the end and closed, repeatedly.
//
// Node's columns use `readFile`, and so do the newest Node and Bun. The columns of the package and the
// native one read into one buffer per slot. It is larger than the largest file, so a read that leaves
// room has reached the end.

import * as fs from 'node:fs'
import { constants } from 'uring'
import { alignedBuffers } from '../buffers'
import { Checksum } from '../checksum'
import { SMALL_FILES, SMALL_FILE_MAX } from '../dataset'
import { chains, coroutines, rounds, whole } from '../flight'
import { sumIs, type PeerRequest, type Work } from '../work'

const { AT_FDCWD, O_CLOEXEC, O_RDONLY } = constants
const ROOM = SMALL_FILE_MAX + 1

export const smallFiles: Work = {
  name: 'small-files',
  title: 'Whole files of 1-16 KiB',
  depths: [1, 32],
  async prepare(context, depth) {
    const { list, paths } = context.dataset.smallFiles
    const request: PeerRequest = { work: 'small-files', file: list }
    const buffers = alignedBuffers(depth, ROOM)
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
          await coroutines(depth, async (slot) => {
            const buffer = buffers[slot]!
            while (left-- > 0) {
              const fd = await ring.openat(AT_FDCWD, path(), O_RDONLY | O_CLOEXEC, 0)
              const length = complete(await ring.read(fd, buffer, 0))
              await ring.close(fd)
              checksum?.bytes(buffer.subarray(0, length))
            }
          })
        },
        async uringBatch(count, checksum) {
          const path = cycle()
          await rounds(depth, count, async (units) => {
            const fds = await ring.batch((b) => {
              for (let i = 0; i < units; i++) b.openat(AT_FDCWD, path(), O_RDONLY | O_CLOEXEC, 0)
            })
            const lengths = await ring.batch((b) => {
              for (let i = 0; i < units; i++) b.read(fds[i]!, buffers[i]!, 0)
            })
            const closed = await ring.batch((b) => {
              for (let i = 0; i < units; i++) b.close(fds[i]!)
            })
            for (let i = 0; i < units; i++) {
              const length = complete(lengths[i]!)
              whole(closed[i]!, 0)
              checksum?.bytes(buffers[i]!.subarray(0, length))
            }
          })
        },
        async fsPromises(count, checksum) {
          const path = cycle()
          let left = count
          await coroutines(depth, async () => {
            while (left-- > 0) {
              const contents = await fs.promises.readFile(path())
              checksum?.bytes(contents)
            }
          })
        },
        fsCallback(count, checksum) {
          const path = cycle()
          return chains(depth, count, (_, done) => {
            fs.readFile(path(), (error, contents) => {
              if (error) return done(error)
              checksum?.bytes(contents)
              done()
            })
          })
        },
        fsSync(count, checksum) {
          const path = cycle()
          for (let i = 0; i < count; i++) {
            const contents = fs.readFileSync(path())
            checksum?.bytes(contents)
          }
        },
      },
      requests: { native: request, node26: request, bun: request },
      verification: sumIs(SMALL_FILES, () => {
        const checksum = new Checksum()
        for (const path of paths) checksum.bytes(fs.readFileSync(path))
        return checksum.sum
      }),
      release: () => ring.dispose(),
    }
  },
}

function complete(length: number): number {
  if (length < 0 || length >= ROOM) throw new Error(`a read of ${length} is not a whole file`)
  return length
}
