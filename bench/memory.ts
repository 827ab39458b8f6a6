// Does the ring keep anything? Runs a million operations of every cheap kind after a warm-up, and
// fails if the process has grown by more than 4 MiB or has a descriptor more than before.
//
// `node --import @oxc-node/core/register bench/memory.ts [operations]`

import * as fs from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { constants, Ring } from 'uring'
import { coroutines, whole } from './flight'
import { collectGarbage } from './gc'

const { AT_FDCWD, O_RDONLY } = constants
const LIMIT = 4 * 2 ** 20
const DEPTH = 64
/** Operations and collections in turns, until V8's heap has found its size. */
const WARM_UPS = 5
const WARM_UP = 200_000
/** Operations in one turn of a coroutine, see `turn`. */
const PER_TURN = 20

async function main(): Promise<void> {
  const operations = Number(process.argv[2] ?? 1_000_000)
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'uring-memory-'))
  const file = path.join(directory, 'file')
  fs.writeFileSync(file, Buffer.alloc(4096))
  const ring = new Ring({ entries: 256 })
  try {
    let before = await standing()
    for (let i = 0; i < WARM_UPS; i++) {
      await perform(ring, file, WARM_UP)
      before = await standing()
    }
    await perform(ring, file, operations)
    judge(operations, before, await standing())
  } finally {
    await ring.dispose()
    fs.rmSync(directory, { recursive: true })
  }
}

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

/** V8 gives pages back on threads of its own, so it gets some time for it. */
async function standing(): Promise<Standing> {
  for (let i = 0; i < 4; i++) {
    collectGarbage()
    await setTimeout(100)
  }
  return { rss: process.memoryUsage.rss(), descriptors: fs.readdirSync('/proc/self/fd').length }
}

function judge(operations: number, before: Standing, after: Standing): void {
  const grown = after.rss - before.rss
  const descriptors = after.descriptors - before.descriptors
  const kept = grown <= LIMIT && descriptors <= 0
  console.log(
    `${operations} operations: RSS ${mebibytes(before.rss)} -> ${mebibytes(after.rss)} MiB` +
      ` (${mebibytes(grown)}), descriptors ${before.descriptors} -> ${after.descriptors}:` +
      ` ${kept ? 'met' : 'NOT MET'}`,
  )
  if (!kept) process.exitCode = 1
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(2)
}

await main()
