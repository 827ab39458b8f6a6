// IOSQE_IO_DRAIN: an operation that waits for all earlier ones, and that all later ones wait for. It
// may hold up other operations, but never an abort, a timeout, a cancel or the end of the ring.

import { writeSync } from 'node:fs'
import test from 'ava'
import { Ring, constants } from 'uring'
import { inChild } from './helpers/child'
import { rejection } from './helpers/errors'
import { fifo, pipe } from './helpers/pipe'
import { ringFor, sleep } from './helpers/ring'

const drain = { flags: constants.IOSQE_IO_DRAIN }

test('a drained operation runs after all earlier ones and before all later ones', async (t) => {
  const ring = ringFor(t)
  const order: string[] = []
  const note = (name: string) => (): void => void order.push(name)
  const { reader, writer } = pipe(t)
  const all = [
    ring.read(reader, Buffer.alloc(1), null).then(note('read')),
    ring.timeout(30).then(note('timeout')),
    ring.nop(drain).then(note('drained')),
    ring.nop().then(note('later')),
  ]
  ring.flush()
  while (order.length === 0) await sleep(5)
  await sleep(20)
  t.deepEqual(order, ['timeout'])
  writeSync(writer, 'x')
  await Promise.all(all)
  t.deepEqual(order, ['timeout', 'read', 'drained', 'later'])
})

test('what is in flight behind a drained operation is aborted, cancelled and timed out at once', async (t) => {
  const ring = ringFor(t)
  const { reader } = pipe(t)
  const controller = new AbortController()
  const read = ring.read(reader, Buffer.alloc(1), null, { signal: controller.signal })
  const drained = ring.nop(drain)
  const later = ring.nop({ timeout: 30 })
  const last = ring.nop()
  ring.flush()
  t.is((await rejection(t, later)).code, 'ETIMEDOUT')
  t.true(ring.cancel(last))
  t.is((await rejection(t, last)).code, 'ECANCELED')
  controller.abort()
  t.is((await rejection(t, read)).code, 'ABORT_ERR')
  t.is(await drained, 0)
})

test('a drained operation that waits can itself be aborted and timed out', async (t) => {
  const ring = ringFor(t)
  const { reader, writer } = pipe(t)
  const read = ring.read(reader, Buffer.alloc(1), null)
  const signal = AbortSignal.timeout(20)
  const aborted = ring.nop({ ...drain, signal })
  const late = ring.nop({ ...drain, timeout: 20 })
  const chain = ring.chain((c) => [c.nop({ timeout: 20 }), c.nop(drain), c.nop()])
  ring.flush()
  t.is((await rejection(t, aborted)).code, 'ABORT_ERR')
  t.is((await rejection(t, late)).code, 'ETIMEDOUT')
  t.like(await rejection(t, chain), { code: 'ETIMEDOUT', index: 0 })
  writeSync(writer, 'x')
  t.is(await read, 1)
  t.is(await ring.nop(drain), 0)
})

test('a ring with a drained operation in flight is disposed at once', async (t) => {
  const ring = new Ring()
  const { reader } = pipe(t)
  const all = [
    ring.read(reader, Buffer.alloc(1), null),
    ring.nop(drain),
    ring.read(reader, Buffer.alloc(1), null),
  ]
  ring.flush()
  const outcomes = Promise.allSettled(all)
  await ring.dispose()
  t.deepEqual(
    (await outcomes).map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  )
})

test('a worker with a drained operation in flight ends', async (t) => {
  const ended = await inChild(async ({ args, say, require }) => {
    const { Worker } = require('node:worker_threads') as typeof import('node:worker_threads')
    const worker = new Worker(
      `const { Ring, constants } = require('uring')
       const { openSync, constants: fs } = require('node:fs')
       const ring = new Ring()
       const fd = openSync(${JSON.stringify(args[0])}, fs.O_RDWR)
       void ring.read(fd, Buffer.alloc(1), null)
       void ring.nop({ flags: constants.IOSQE_IO_DRAIN })
       void ring.read(fd, Buffer.alloc(1), null)
       ring.flush()
       require('node:worker_threads').parentPort.postMessage('waiting')`,
      { eval: true },
    )
    await new Promise((resolve) => worker.once('message', resolve))
    const begun = Date.now()
    await worker.terminate()
    say(Date.now() - begun < 4000)
  }, { args: [fifo(t)] }) // prettier-ignore
  t.deepEqual(ended.said, [true], ended.stderr)
})

test('thousands of operations with drained ones among them all settle, in their order', async (t) => {
  const ring = ringFor(t, { entries: 32 })
  let settled = 0
  const all = Array.from({ length: 3000 }, async (_, index) => {
    const drained = index % 97 === 0
    await (drained ? ring.nop(drain) : ring.nop())
    if (drained) t.is(settled, index)
    settled++
  })
  await Promise.all(all)
  t.is(settled, 3000)
})
