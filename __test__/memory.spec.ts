// A million operations leave neither memory nor descriptors behind (R97).

import test, { type ExecutionContext } from 'ava'
import { inChild, type Inside } from './helpers/child'
import { patient, scaled } from './helpers/scale'
import { file, pattern } from './helpers/temp'

interface Growth {
  readonly rss: number
  readonly heap: number
  readonly descriptors: number
  readonly slope: number
}

/** Does `args[1]` operations of kind `args[0]` after a warm-up; tells what is left of them, KiB. */
async function work({ uring, fs, args, say }: Inside): Promise<void> {
  const ring = new uring.Ring()
  const [kind, total, path] = [args[0], Number(args[1]), args[2] as string]
  const fd = fs.openSync(path, 'r+')
  const buffers = Array.from({ length: 64 }, () => Buffer.alloc(512))
  const controller = new AbortController()
  const once: Record<string, (lane: number) => Promise<unknown>> = {
    read: (lane) => ring.read(fd, buffers[lane] as Buffer, lane * 512),
    write: (lane) => ring.write(fd, buffers[lane] as Buffer, lane * 512),
    readv: (lane) => ring.readv(fd, [buffers[lane] as Buffer, buffers[lane] as Buffer], 0),
    nop: () => ring.nop(),
    open: async () => ring.close(await ring.openat(-100, path, 0)),
    statx: () => ring.statx(-100, path),
    refused: () => ring.openat(-100, '/not/there', 0).catch(() => {}),
    timed: () => ring.nop({ timeout: 1000, signal: controller.signal }),
    aborted: () => {
      const own = new AbortController()
      const promise = ring.timeout(60_000, 0, 0, { signal: own.signal }).catch(() => {})
      // with a reason: of the DOMExceptions that it makes for none, Node keeps a table that grows at leaps
      own.abort('enough')
      return promise
    },
    batch: () => ring.batch((b) => { for (let index = 0; index < 10; index++) b.nop() }),
    chain: () => ring.chain((c) => [c.nop(), c.nop()]),
  } // prettier-ignore
  const run = async (count: number): Promise<void> => {
    let left = count
    await Promise.all(Array.from({ length: 64 }, async (_, lane) => {
      while (left-- > 0) await once[kind as string]?.(lane)
    })) // prettier-ignore
  }
  const look = async (): Promise<[number, number, number]> => {
    for (let time = 0; time < 5; time++) {
      // as if memory had run out: newer V8s would keep free pages in a pool
      globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
      globalThis.gc?.()
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const { rss, heapUsed } = process.memoryUsage()
    return [rss / 1024, heapUsed / 1024, fs.readdirSync('/proc/self/fd').length]
  }
  await run(Math.ceil(total / 4))
  const begun = await look()
  await run(Math.ceil(total / 2))
  const half = await look()
  await run(Math.ceil(total / 2))
  const ended = await look()
  say({
    rss: ended[0] - begun[0],
    heap: ended[1] - begun[1],
    descriptors: ended[2] - begun[2],
    slope: ended[0] - half[0],
  })
  await ring.dispose()
}

async function growth(t: ExecutionContext, kind: string, count: number): Promise<Growth> {
  // V8's own young generation comes and goes in megabytes: kept small, growth is growth
  const flags = ['--expose-gc', '--max-semi-space-size=1']
  const { code, said, stderr } = await inChild(work, {
    flags,
    // the threads that compile for newer V8s would keep megabytes each
    env: { MALLOC_ARENA_MAX: '1' },
    args: [kind, String(count), file(t, pattern(65_536))],
    limit: patient(110_000),
  })
  t.is(code, 0, stderr)
  const grown = said[0] as Growth
  t.log(
    `${kind}: ${count} operations, RSS ${grown.rss.toFixed(0)} KiB (second half ${grown.slope.toFixed(0)}), heap ${grown.heap.toFixed(0)} KiB`,
  )
  return grown
}

test.serial(
  '1,000,000 reads leave RSS within 4 MiB of after warm-up, and no descriptor (R97)',
  async (t) => {
    t.timeout(patient(110_000))
    const { rss, heap, descriptors, slope } = await growth(t, 'read', scaled(1_000_000, 10_000))
    t.is(descriptors, 0)
    t.true(heap < 512, `the heap grew by ${heap} KiB`)
    t.true(rss < 4096 || slope < 1024, `RSS grew by ${rss} KiB, ${slope} in the second half`)
  },
)

for (const [kind, count] of [
  ['write', 50_000],
  ['readv', 50_000],
  ['nop', 200_000],
  ['open', 20_000],
  ['statx', 50_000],
  ['refused', 30_000],
  ['timed', 50_000],
  ['aborted', 50_000],
  ['batch', 20_000],
  ['chain', 50_000],
] as const) {
  test.serial(`${count} times ${kind} leave nothing behind (R97)`, async (t) => {
    t.timeout(patient(60_000))
    const { rss, heap, descriptors, slope } = await growth(t, kind, scaled(count, 1000))
    t.is(descriptors, 0)
    t.true(heap < 512, `the heap grew by ${heap} KiB`)
    t.true(rss < 4096 || slope < 1024, `RSS grew by ${rss} KiB, ${slope} in the second half`)
  })
}
