// Rings in worker threads, and every way such a thread can end (R43-R48).

import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import test from 'ava'
import { Ring } from 'uring'
import { inChild, program, type Inside } from './helpers/child'
import { descriptorCount, ringCount } from './helpers/fds'
import { fifo } from './helpers/pipe'
import { ringFor, sleep } from './helpers/ring'
import { patient, scaled } from './helpers/scale'
import { opened, pattern } from './helpers/temp'

/** A worker with operations in flight, that ends as `args[1]` says. */
function busy({ uring, fs, args, require }: Inside): void {
  const { parentPort } = require('node:worker_threads') as typeof import('node:worker_threads')
  const ring = new uring.Ring({ entries: 64 })
  const pipe = fs.openSync(args[0] as string, fs.constants.O_RDWR)
  const file = fs.openSync(process.execPath, 'r')
  const quiet = (promise: Promise<unknown>): void => {
    promise.catch(() => {})
  }
  for (let index = 0; index < Number(args[2]); index++) {
    quiet(ring.timeout(60_000))
    quiet(ring.read(pipe, Buffer.alloc(100), null))
    quiet(ring.read(file, Buffer.alloc(1 << 16), index << 16, { flags: 16 }))
    quiet(ring.batch((b) => b.timeout(60_000)))
    quiet(ring.chain((c) => [c.read(pipe, Buffer.alloc(1), null), c.nop()]))
  }
  ring.flush()
  parentPort?.postMessage('busy')
  const how = args[1]
  if (how === 'throw') setTimeout(() => { throw new Error('mine') }, 1) // prettier-ignore
  if (how === 'exit') setTimeout(() => process.exit(5), 1)
  if (how === 'exit now') process.exit(5)
  if (how === 'natural') void ring.dispose()
  if (how === 'unref') ring.unref()
  if (how === 'spin') for (;;);
}

async function worker(args: readonly string[]): Promise<Worker> {
  const started = new Worker(program(busy, { args }), { eval: true, stderr: true })
  started.on('error', () => {})
  await Promise.race([once(started, 'message'), once(started, 'exit')])
  return started
}

async function ended(of: Worker): Promise<number> {
  const exit = new Promise<number>((resolve) => of.once('exit', resolve))
  // a timer that keeps nothing alive: this process is to end when its tests have
  const limit = new Promise<number>((resolve) => setTimeout(resolve, patient(20_000), -1).unref())
  return Promise.race([exit, limit])
}

test.serial(
  'terminate with operations in flight: all descriptors closed, this thread unaffected (R44, R46)',
  async (t) => {
    t.timeout(patient(90_000))
    const pipe = fifo(t)
    const ring = ringFor(t)
    const own = ring.timeout(60_000)
    ring.flush()
    const before = ringCount()
    for (let round = 0; round < scaled(10, 1); round++) {
      const workers = await Promise.all(
        Array.from({ length: scaled(10, 3) }, (_, index) =>
          worker([pipe, 'wait', String(index * 10)]),
        ),
      )
      t.true(ringCount() >= before)
      await Promise.all(workers.map((one) => one.terminate()))
    }
    t.is(ringCount(), before, 'the rings of all workers are closed')
    t.is(await ring.nop(), 0)
    ring.cancel(own)
    await own.catch(() => {})
  },
)

test.serial(
  'terminate in the middle of anything: while it starts, while it spins (R44, R46)',
  async (t) => {
    const pipe = fifo(t)
    const before = ringCount()
    for (let round = 0; round < scaled(20, 3); round++) {
      const one = new Worker(
        program(busy, { args: [pipe, round % 2 === 0 ? 'spin' : 'wait', '20'] }),
        { eval: true },
      )
      one.on('error', () => {})
      if (round % 2 === 0) await once(one, 'message')
      else await sleep(round * 2)
      await one.terminate()
    }
    t.is(ringCount(), before)
  },
)

for (const [how, code] of [
  ['throw', 1],
  ['exit', 5],
  ['exit now', 5],
  ['natural', 0],
  ['unref', 0],
] as const) {
  test.serial(
    `a worker that ends by ${how} ends like any worker, and its ring with it (R45)`,
    async (t) => {
      const pipe = fifo(t)
      const before = ringCount()
      for (let round = 0; round < scaled(8, 1); round++) {
        const one = new Worker(program(busy, { args: [pipe, how, String(round * 20)] }), {
          eval: true,
          stderr: true,
        })
        one.on('error', () => {})
        t.is(await ended(one), code)
      }
      t.is(ringCount(), before)
    },
  )
}

test.serial(
  'a hundred workers, one after the other and side by side, leave no descriptor (R44, R48)',
  async (t) => {
    t.timeout(patient(90_000))
    const pipe = fifo(t)
    await Promise.all(
      (await Promise.all([worker([pipe, 'wait', '5']), worker([pipe, 'wait', '5'])])).map((one) =>
        one.terminate(),
      ),
    )
    // what the workers opened themselves stays open, as Node's own descriptors of a worker do
    const [rings, others] = [ringCount(), descriptorCount() - ringCount()]
    const rounds = scaled(13, 1)
    for (let round = 0; round < rounds; round++) {
      const workers = await Promise.all(
        Array.from({ length: 8 }, () => worker([pipe, 'wait', '5'])),
      )
      await Promise.all(workers.map((one) => one.terminate()))
    }
    t.is(ringCount(), rings)
    const left = descriptorCount() - ringCount() - others
    t.true(left <= rounds * 8 * 2, `${left} more descriptors, each worker opened two`)
  },
)

test.serial('two rings in two workers on one file do not mix (R47)', async (t) => {
  const fd = opened(t, pattern(1 << 16))
  const read = async ({ uring, args, require }: Inside): Promise<void> => {
    const { parentPort } = require('node:worker_threads') as typeof import('node:worker_threads')
    const ring = new uring.Ring()
    const [file, first] = args.map(Number) as [number, number]
    let wrong = 0
    for (let round = 0; round < 300; round++) {
      const buffer = Buffer.alloc(64)
      const at = (first + round * 64) % 60_000
      await ring.read(file, buffer, at)
      if (
        buffer.some(
          (byte, index) => byte !== (((at + index) * 31 + ((at + index) >>> 8) * 17) & 0xff),
        )
      )
        wrong++
    }
    await ring.dispose()
    parentPort?.postMessage(wrong)
  }
  const workers = [0, 1, 2].map(
    (which) =>
      new Worker(program(read as never, { args: [String(fd), String(which * 1000)] }), {
        eval: true,
      }),
  )
  const answers = await Promise.all(
    workers.map(async (one) => ((await once(one, 'message')) as number[])[0]),
  )
  t.deepEqual(answers, [0, 0, 0])
})

test.serial(
  'process.exit of the whole program while workers are busy keeps its code (R38, R44)',
  async (t) => {
    for (let round = 0; round < scaled(5, 1); round++) {
      const { code, signal, stderr } = await inChild(({ args, require }) => {
      const { Worker: Thread } = require('node:worker_threads') as typeof import('node:worker_threads')
      let busyOnes = 0
      for (let index = 0; index < 4; index++) {
        new Thread(args[0] as string, { eval: true }).on('message', () => {
          if (++busyOnes === 4) process.exit(9)
        })
      }
    }, { args: [program(busy, { args: [fifo(t), 'wait', '50'] })] }) // prettier-ignore
      t.deepEqual([code, signal], [9, null], stderr)
    }
  },
)

test.serial('a ring of this thread is used while workers come and go (R44)', async (t) => {
  const ring = new Ring()
  const pipe = fifo(t)
  let done = false
  const work = (async () => {
    let count = 0
    while (!done) {
      await ring.nop()
      await ring.timeout(1)
      count++
    }
    return count
  })()
  for (let round = 0; round < scaled(5, 1); round++)
    await (await worker([pipe, 'wait', '10'])).terminate()
  done = true
  t.true((await work) > 0)
  await ring.dispose()
})
