// How large a ring can be (R82), and many of them one after the other (R35).

import { writeSync } from 'node:fs'
import test from 'ava'
import { Ring, type RingOptions } from 'uring'
import { inChild } from './helpers/child'
import { ringCount, rings } from './helpers/fds'
import { collect } from './helpers/gc'
import { pipe } from './helpers/pipe'
import { ringFor, ringsClosed } from './helpers/ring'
import { patient, scaled } from './helpers/scale'

test('entries are rounded up to a power of two, from 1 to 32,768 (R82)', async (t) => {
  for (const [asked, got] of [[1, 2], [2, 2], [3, 4], [5, 8], [255, 256], [256, 256], [32_767, 32_768], [32_768, 32_768]] as const) {
    const ring = ringFor(t, { entries: asked })
    t.is(ring.stats().sqEntries, got)
    t.true(ring.stats().cqEntries >= got * 2 || got > 16_384)
    t.is(await ring.nop(), 0)
    await ring.dispose()
  } // prettier-ignore
  t.is(ringFor(t).stats().sqEntries, 256, 'the default')
})

test('cqEntries are rounded up (R82)', (t) => {
  t.is(ringFor(t, { entries: 8, cqEntries: 100 }).stats().cqEntries, 128)
  t.is(ringFor(t, { entries: 5, cqEntries: 7 }).stats().cqEntries, 8)
  t.is(ringFor(t, { cqEntries: 65_536 }).stats().cqEntries, 65_536)
})

test('sizes that are none are refused, and no ring is opened (R82)', (t) => {
  const before = ringCount()
  const wrong: [unknown, string][] = [
    [0, 'ERR_OUT_OF_RANGE'], [-1, 'ERR_OUT_OF_RANGE'], [1.5, 'ERR_OUT_OF_RANGE'], [Number.NaN, 'ERR_OUT_OF_RANGE'],
    [2 ** 32 - 1, 'ERR_OUT_OF_RANGE'], [2 ** 32, 'ERR_OUT_OF_RANGE'], [Number.POSITIVE_INFINITY, 'ERR_OUT_OF_RANGE'],
    ['8', 'ERR_INVALID_ARG_TYPE'], [null, 'ERR_INVALID_ARG_TYPE'], [8n, 'ERR_INVALID_ARG_TYPE'], [{}, 'ERR_INVALID_ARG_TYPE'],
  ] // prettier-ignore
  for (const [value, code] of wrong) {
    for (const key of ['entries', 'cqEntries', 'inFlight'] as const) {
      t.throws(
        () => new Ring({ [key]: value } as RingOptions),
        { code } as never,
        `${key}: ${String(value)}`,
      )
    }
  }
  t.throws(() => new Ring({ entries: 32_769 }), { code: 'ERR_OUT_OF_RANGE' })
  t.throws(() => new Ring({ cqEntries: 65_537 }), { code: 'ERR_OUT_OF_RANGE' })
  t.throws(() => new Ring({ inFlight: 1_048_577 }), { code: 'ERR_OUT_OF_RANGE' })
  for (const options of [null, 5, 'x', true])
    t.throws(() => new Ring(options as never), { code: 'ERR_INVALID_ARG_TYPE' })
  t.is(ringCount(), before)
})

test('thousands of rings, one after the other, leave no descriptor and no memory (R35)', async (t) => {
  const { code, said, stderr } = await inChild(async ({ uring, fs, say, args }) => {
    const make = async (count: number): Promise<number[]> => {
      for (let round = 0; round < count; round++) {
        const ring = new uring.Ring({ entries: 8 })
        await Promise.all([ring.nop(), ring.nop()])
        await ring.dispose()
      }
      for (let time = 0; time < 10; time++) {
        globalThis.gc?.()
        await new Promise((resolve) => setImmediate(resolve))
      }
      const { rss, heapUsed } = process.memoryUsage()
      return [fs.readdirSync('/proc/self/fd').length, heapUsed / 1024, rss / 1024]
    }
    const rounds = Number(args[0])
    await make(Math.ceil(rounds / 2))
    say([await make(rounds), await make(rounds)])
  }, { flags: ['--expose-gc'], args: [String(scaled(2000, 100))], limit: patient(60_000) }) // prettier-ignore
  t.is(code, 0, stderr)
  const [before, after] = said[0] as [number[], number[]]
  const [descriptors, heap, resident] = after.map(
    (value, index) => value - (before[index] as number),
  ) as [number, number, number]
  t.log(`heap ${heap.toFixed(0)} KiB, RSS ${resident.toFixed(0)} KiB`)
  t.is(descriptors, 0)
  t.true(heap < 1024, `the heap grew by ${heap.toFixed(0)} KiB`)
  t.true(resident < 12 * 1024, `RSS grew by ${resident.toFixed(0)} KiB`)
})

test.serial('a hundred rings at once, then none (R35)', async (t) => {
  const before = ringCount()
  const many = Array.from({ length: 100 }, () => new Ring({ entries: 16 }))
  t.is(ringCount(), before + 100)
  await Promise.all(many.map((ring) => ring.dispose()))
  await ringsClosed(t, before)
})

/** The rings that are open, but for those of other tests: which of them the collector has come to is not foretold. */
function ringsBut(others: ReadonlySet<number>): number[] {
  return [...rings()].filter((fd) => !others.has(fd))
}

test.serial('a ring that nobody holds is closed by the collector, an idle one (R34)', async (t) => {
  const others = rings()
  await (async () => {
    for (let index = 0; index < 20; index++) await new Ring({ entries: 8 }).nop()
  })()
  for (let time = 0; time < 50 && ringsBut(others).length > 0; time++) await collect(1)
  t.deepEqual(ringsBut(others), [])
})

test.serial(
  'a ring that nobody holds lives on while operations are in flight, and is closed after (R34)',
  async (t) => {
    const { reader, writer } = pipe(t)
    const others = rings()
    let settled: number | undefined
    ;(() => {
      void new Ring({ entries: 8 })
        .read(reader, Buffer.alloc(8), null)
        .then((read) => (settled = read))
    })()
    const own = ringsBut(others)
    t.is(own.length, 1)
    await collect(10)
    t.deepEqual(ringsBut(others), own, 'alive')
    t.is(settled, undefined)
    writeSync(writer, 'end')
    while (settled === undefined) await new Promise((resolve) => setTimeout(resolve, 10))
    t.is(settled, 3)
    for (let time = 0; time < 50 && ringsBut(others).length > 0; time++) await collect(1)
    t.deepEqual(ringsBut(others), [])
  },
)
