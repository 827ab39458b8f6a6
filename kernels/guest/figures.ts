// Measures the main path in the guest: cached 4 KiB reads and NOPs, 32 in flight, a promise each. Under emulation the
// absolute numbers mean nothing; kernels of one run are compared with each other.
import { closeSync, openSync, unlinkSync, writeFileSync } from 'node:fs'
import { report } from './report'
import { uring } from './package'

const DEPTH = 32
const ROUNDS = 5
const ROUND_MS = 700
const BLOCK = 4096
const BLOCKS = 256

type Work = (ring: InstanceType<typeof uring.Ring>, lane: number, turn: number) => Promise<unknown>

export async function reportFigures(): Promise<void> {
  const path = '/root/figures.bin'
  writeFileSync(path, Buffer.alloc(BLOCK * BLOCKS, 7))
  const fd = openSync(path, 'r')
  const buffers = Array.from({ length: DEPTH }, () => Buffer.alloc(BLOCK))
  const ring = new uring.Ring({ entries: DEPTH })
  const work: Readonly<Record<string, Work>> = {
    nop: (on) => on.nop(),
    read: (on, lane, turn) =>
      on.read(fd, buffers[lane] as Buffer, ((turn * 17 + lane) % BLOCKS) * BLOCK),
  }
  const rates: Record<string, number[]> = { nop: [], read: [] }
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, operation] of Object.entries(work)) {
      const rate = await measure(ring, operation)
      if (round > 0) rates[name]?.push(rate) // the first round warms the compiler up
    }
  }
  for (const [name, all] of Object.entries(rates))
    report({ event: 'figure', name, perSecond: median(all) })
  await ring.dispose()
  closeSync(fd)
  unlinkSync(path)
}

async function measure(ring: InstanceType<typeof uring.Ring>, operation: Work): Promise<number> {
  const begun = performance.now()
  let done = 0
  const lane = async (number: number): Promise<void> => {
    for (let turn = 0; performance.now() - begun < ROUND_MS; turn++) {
      await operation(ring, number, turn)
      done += 1
    }
  }
  await Promise.all(Array.from({ length: DEPTH }, (_, number) => lane(number)))
  return (done * 1000) / (performance.now() - begun)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)
}
