// Does a large batch leave room for others? One batch of 20,000 cached reads of 64 KiB is under way while NOPs are
// awaited one after the other and a 1 ms timer runs.

import { performance } from 'node:perf_hooks'
import { alignedBuffers } from '../buffers'
import { BULK_BLOCK, BULK_BUFFERS, BULK_BYTES, BULK_READS, bulkBatch } from '../works/bulk-read'
import { Ticker } from './ticker'
import { withScratch, type Scratch } from './scratch'
import { check, tries } from './verdict'

const ROUNDS = 5
const WAIT_LIMIT = 20
const LATE_LIMIT = 15

interface Round {
  wait: number
  late: number
  seconds: number
}

await check('A NOP and a 1 ms timer beside a batch of 20,000 cached reads of 64 KiB.', (report) =>
  withScratch(BULK_BYTES, { entries: 256 }, async (scratch) => {
    const { wait, late, seconds } = await tries(async () => {
      const rounds: Round[] = []
      for (let i = 0; i < ROUNDS; i++) rounds.push(await measure(scratch))
      const most = (pick: (round: Round) => number): number => Math.max(...rounds.map(pick))
      const worst = { wait: most((one) => one.wait), late: most((one) => one.late) }
      const met = worst.wait < WAIT_LIMIT && worst.late <= LATE_LIMIT
      return { ...worst, seconds: Math.min(...rounds.map((one) => one.seconds)), met }
    })
    const rate = (BULK_READS * BULK_BLOCK) / 2 ** 30 / seconds
    report({
      promise: 'a NOP beside a batch of 20,000 cached reads of 64 KiB waits under 20 ms',
      measured: `${wait.toFixed(1)} ms at most, beside ${rate.toFixed(2)} GiB/s`,
      met: wait < WAIT_LIMIT,
    })
    report({
      promise: 'a 1 ms timer beside that batch is at most 15 ms late',
      measured: `${late.toFixed(1)} ms at most`,
      met: late <= LATE_LIMIT,
    })
  }),
)

async function measure({ ring, fd }: Scratch): Promise<Round> {
  const buffers = alignedBuffers(BULK_BUFFERS, BULK_BLOCK)
  const ticker = new Ticker()
  const under = { way: true }
  let wait = 0
  ticker.start()
  const begin = performance.now()
  const batch = bulkBatch(ring, fd, buffers, BULK_READS).finally(() => {
    under.way = false
  })
  while (under.way) {
    const asked = performance.now()
    await ring.nop()
    wait = Math.max(wait, performance.now() - asked)
  }
  await batch
  const seconds = (performance.now() - begin) / 1000
  return { wait, late: ticker.stop(), seconds }
}
