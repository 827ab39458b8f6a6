// Descriptors that were opened for a thread that ends: closed, unless the thread had received them.

import { closeSync, fstatSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import test, { type ExecutionContext } from 'ava'
import { program, type Inside } from './helpers/child'
import { descriptors } from './helpers/fds'
import { fifo } from './helpers/pipe'
import { scaled } from './helpers/scale'

/** How many descriptors of /dev/full, which nothing else here opens, there are. */
function leftBehind(): number[] {
  const open = [...descriptors()].filter(([, target]) => target === '/dev/full')
  return open.map(([fd]) => fd)
}

/** Opens, takes the rows of what was opened at once, delivers every second, and ends. */
async function opening({ args, require }: Inside): Promise<void> {
  const { openRing } = require('#binding') as typeof import('#binding')
  const { parentPort } = require('node:worker_threads') as typeof import('node:worker_threads')
  const [end, count] = [args[0], Number(args[1])]
  const [LAST, OPENED] = [1, 16]
  const ring = openRing(256, 1024, 512)
  if (typeof ring === 'number') throw new Error(String(ring))
  const tables = ring.tables()
  const words = new Int32Array(tables.requests)
  const queue = new Int32Array(tables.queue)
  const results = new Int32Array(tables.results)
  const objects = Array.from({ length: 512 }, () => '/dev/full')
  const { flush } = ring.connect(() => ring.counts(), objects)
  const received: number[] = []
  for (let slot = 0; slot < count; slot++) {
    words.set([18, -100], slot * 16) // openat, AT_FDCWD
    queue[slot] = slot
  }
  const rows = flush(count) & 0xffff
  for (let row = 0; row < rows; row++) {
    const [slot, result, , extra] = results.subarray(row * 4, row * 4 + 4)
    if (extra !== (LAST | OPENED)) throw new Error(`row ${row}: ${slot} ${result} ${extra}`)
    if (row % 2 === 0) continue
    received.push(result as number)
    results[row * 4 + 1] = -1
  }
  parentPort?.postMessage([rows, received])
  if (end === 'exit') process.exit(0)
  if (end === 'terminate') setInterval(() => {}, 1000)
}

async function worker(t: ExecutionContext, end: string): Promise<void> {
  t.deepEqual(leftBehind(), [])
  const args = [end, '100']
  const started = new Worker(program(opening, { args }), { eval: true })
  const exited = new Promise((resolve) => started.once('exit', resolve))
  const [rows, received] = await new Promise<[number, number[]]>((resolve, reject) => {
    started.once('message', resolve)
    started.once('error', reject)
  })
  if (end === 'terminate') void started.terminate()
  await exited
  t.true(rows > 0 && received.length > 0, `${rows} rows, ${received.length} received`)
  t.deepEqual(
    leftBehind().sort((a, b) => a - b),
    received.sort((a, b) => a - b),
    'what was received is not closed, everything else is',
  )
  for (const fd of received) closeSync(fd)
}

for (const end of ['natural', 'exit', 'terminate']) {
  test.serial(`rows that were not delivered when a worker ends by ${end} are closed`, async (t) => {
    await worker(t, end)
  })
}

/** Opens what nobody will receive: the thread is ended while the kernel's workers open. */
function leaving({ uring, args, require }: Inside): void {
  const { parentPort } = require('node:worker_threads') as typeof import('node:worker_threads')
  const ring = new uring.Ring()
  const shared = new Int32Array(new SharedArrayBuffer(4))
  parentPort?.postMessage(shared)
  for (let index = 0; index < Number(args[0]); index++) {
    ring.openat(-100, '/dev/full', 0, 0, { flags: uring.constants.IOSQE_ASYNC }).catch(() => {})
  }
  ring.flush()
  // what has settled was handed to this thread; the rest is the teardown's
  Atomics.store(shared, 0, ring.stats().settled + 1)
  Atomics.notify(shared, 0)
  for (;;);
}

test.serial(
  'what the kernel opens for a worker that is terminated meanwhile is closed',
  async (t) => {
    let closed = 0
    // a slow machine may have opened all of them before the worker ends
    for (let round = 0; round < scaled(20, 3) || (closed === 0 && round < 50); round++) {
      const opens = 400
      const started = new Worker(program(leaving, { args: [String(opens)] }), { eval: true })
      const shared = await new Promise<Int32Array>((resolve) => started.once('message', resolve))
      Atomics.wait(shared, 0, 0, 10_000)
      await started.terminate()
      const left = leftBehind()
      const delivered = Atomics.load(shared, 0) - 1
      t.true(left.length <= delivered, `${left.length} left, ${delivered} were delivered`)
      closed += opens - delivered
      for (const fd of left) {
        t.true(fstatSync(fd).isCharacterDevice())
        closeSync(fd)
      }
    }
    t.log(`${closed} that nobody received`)
    t.true(closed > 0)
  },
)

/** Has a batch and a chain open what they hold until they are complete, which `args[1]` says whether they are. */
function holding({ uring, fs, args, require }: Inside): void {
  const { parentPort } = require('node:worker_threads') as typeof import('node:worker_threads')
  const [end, complete, path] = args
  const ring = new uring.Ring({ entries: 8 })
  const pipe = fs.openSync(path as string, fs.constants.O_RDWR)
  const waits = complete !== 'complete'
  const batch = ring.batch((b) => {
    for (let index = 0; index < 100; index++) b.openat(-100, '/dev/full', 0)
    b.timeout(waits ? 60_000 : 1)
  })
  const chain = ring.chain((c) => [
    c.openat(-100, '/dev/full', 0),
    c.openat(-100, '/dev/full', 0),
    waits ? c.read(pipe, Buffer.alloc(1), null) : c.nop(),
  ])
  // fails when it has opened one
  const failing = ring.chain((c) => [c.openat(-100, '/dev/full', 0), c.nop(), c.close(0x7fff_fff0)])
  failing.catch(() => {})
  const leave = (received: number[]): void => {
    parentPort?.postMessage(received)
    if (end === 'exit') process.exit(0)
    if (end === 'throw') throw new Error('mine')
    if (end === 'terminate') for (;;);
    if (end === 'natural') ring.unref()
  }
  if (complete !== 'complete') setTimeout(leave, 50, [])
  else
    void Promise.all([batch, chain]).then(([raw, [one, two]]) => {
      leave([...raw.filter((result) => result >= 0), one, two])
    })
}

for (const complete of ['complete', 'incomplete']) {
  for (const end of ['natural', 'exit', 'throw', 'terminate']) {
    test.serial(
      `a worker ends by ${end}: what ${complete} batches and chains have opened is ${complete === 'complete' ? "the receiver's" : 'closed'}`,
      async (t) => {
        t.deepEqual(leftBehind(), [])
        const started = new Worker(program(holding, { args: [end, complete, fifo(t)] }), {
          eval: true,
        })
        const exited = new Promise((resolve) => started.once('exit', resolve))
        started.on('error', () => {})
        const received = await new Promise<number[]>((resolve) => started.once('message', resolve))
        if (end === 'terminate') void started.terminate()
        await exited
        t.is(received.length, complete === 'complete' ? 102 : 0)
        const byNumber = (a: number, b: number): number => a - b
        t.deepEqual(leftBehind().sort(byNumber), received.sort(byNumber))
        for (const fd of received) closeSync(fd)
      },
    )
  }
}
