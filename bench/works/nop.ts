// An operation that does nothing: the cost of a submission and its completion. Node has no counterpart.

import { coroutines, rounds, whole } from '../flight'
import { sumIs, type Work } from '../work'

export const nop: Work = {
  name: 'nop',
  title: 'NOP',
  depths: [1, 32, 256],
  async prepare(context, depth) {
    const ring = context.openRing()
    return {
      runs: {
        async uring(count) {
          let left = count
          await coroutines(depth, async () => {
            while (left-- > 0) await ring.nop()
          })
        },
        async uringBatch(count) {
          await rounds(depth, count, async (units) => {
            const results = await ring.batch((b) => {
              for (let i = 0; i < units; i++) b.nop()
            })
            for (const result of results) whole(result, 0)
          })
        },
      },
      requests: { native: { work: 'nop' } },
      verification: sumIs(1000, () => 0),
      release: () => ring.dispose(),
    }
  },
}
