// Registered memory outlives everyone who can see it: the ring that uses it by index, views in this thread, and
// views that were moved to another thread before the one that made them ended. And it is freed when nobody can.
//
// What a move does is the Node version's: Node 20 copies the memory of an addon, later ones refuse to post it, but
// all of them have `transfer()`, which moves it to a buffer that can be posted.

import test, { type ExecutionContext } from 'ava'
import { inChild, type Ended, type Inside } from './helpers/child'
import { patient, scaled } from './helpers/scale'

/** Node 20 has no ArrayBuffer.prototype.transfer. */
const hasTransfer = 'transfer' in ArrayBuffer.prototype
const MOVES = ['postMessage', 'structuredClone', ...(hasTransfer ? ['transfer'] : [])]
const ENDS = ['terminate', 'exit', 'natural', 'throw'] as const

const BUFFERS = 16
const SIZE = 1 << 16

/** A worker registers buffers, moves their memory here and ends. This thread uses the memory on. */
async function moved({ args, say, require }: Inside): Promise<void> {
  const { Worker } = require('node:worker_threads') as typeof import('node:worker_threads')
  const [move, end, count, size] = args as [string, string, string, string]
  const inWorker = `
    const { Ring } = require('uring')
    const { parentPort } = require('node:worker_threads')
    const ring = new Ring()
    const buffers = ring.registerBuffers(${count}, ${size})
    buffers.forEach((buffer, index) => buffer.fill(index + 1))
    let memory = buffers[0].buffer
    try {
      if ('${move}' === 'structuredClone') memory = structuredClone(memory, { transfer: [memory] })
      if ('${move}' === 'transfer') memory = memory.transfer()
      parentPort.postMessage(memory, [memory])
      if (buffers[0].byteLength !== 0) globalThis.kept = buffers
    } catch {
      parentPort.postMessage(undefined)
    }
    parentPort.postMessage(buffers[0].byteLength === 0)
    if ('${end}' === 'exit') setTimeout(() => process.exit(0), 1)
    if ('${end}' === 'throw') setTimeout(() => { throw new Error('the end') }, 1)
    if ('${end}' === 'terminate') setInterval(() => {}, 1000)
  `
  const worker = new Worker(inWorker, { eval: true })
  worker.on('error', () => {})
  const exited = new Promise((resolve) => worker.once('exit', resolve))
  const said: unknown[] = []
  await new Promise<void>((resolve) => {
    worker.on('message', (message) => {
      if (said.push(message) === 2) resolve()
    })
  })
  const [memory, gone] = said as [ArrayBuffer | undefined, boolean]
  if (end === 'terminate') void worker.terminate()
  await exited
  if (memory === undefined) {
    say('refused')
    return
  }
  const bytes = new Uint8Array(memory)
  let right = bytes.length === Number(count) * Number(size)
  const check = (): void => {
    for (let index = 0; index < bytes.length; index++) {
      right &&= bytes[index] === Math.floor(index / Number(size)) + 1
    }
  }
  check()
  await new Promise((resolve) => setTimeout(resolve, 50))
  // what another mapping or allocation would have taken over is still this memory alone
  const others = Array.from({ length: 64 }, () => new Uint8Array(1 << 20).fill(0xee))
  check()
  bytes.fill(7)
  right &&= bytes.every((byte) => byte === 7) && others.every((other) => other[12_345] === 0xee)
  say(!right ? 'wrong' : gone ? 'moved' : 'copied')
}

function lived(t: ExecutionContext, { code, signal, said, stderr }: Ended): unknown {
  t.is(signal, null, stderr)
  t.is(code, 0, stderr)
  t.is(said.length, 1, stderr)
  return said[0]
}

for (const move of MOVES) {
  for (const end of ENDS) {
    test(`memory moved by ${move} outlives a worker that ends by ${end}`, async (t) => {
      const args = [move, end, String(BUFFERS), String(SIZE)]
      const outcome = lived(t, await inChild(moved, { args }))
      t.log(outcome)
      t.true(outcome === 'moved' || (move !== 'transfer' && outcome !== 'wrong'))
    })
  }
}

test('memory that is under way to another thread outlives the worker that sent it', async (t) => {
  const ended = await inChild(async ({ say, require }) => {
    const threads = require('node:worker_threads') as typeof import('node:worker_threads')
    const { Worker, MessageChannel, receiveMessageOnPort } = threads
    const { port1, port2 } = new MessageChannel()
    const inWorker = `
      const { workerData } = require('node:worker_threads')
      const [{ buffer }] = new (require('uring').Ring)().registerBuffers(1, 1 << 20)
      new Uint8Array(buffer).fill(9)
      const memory = 'transfer' in buffer ? buffer.transfer() : buffer
      workerData.postMessage(memory, [memory])
    `
    const options = { eval: true, workerData: port2, transferList: [port2] }
    const worker = new Worker(inWorker, options)
    await new Promise((resolve) => worker.once('exit', resolve))
    const memory = receiveMessageOnPort(port1)?.message as ArrayBuffer
    say(new Uint8Array(memory).every((byte) => byte === 9))
    port1.close()
  })
  t.true(lived(t, ended))
})

test('memory that was moved to another thread and dropped there does no harm', async (t) => {
  const ended = await inChild(
    async ({ say, require }) => {
      const { Worker } = require('node:worker_threads') as typeof import('node:worker_threads')
      const inWorker = `
        const { Ring } = require('uring')
        const { parentPort } = require('node:worker_threads')
        const ring = new Ring()
        parentPort.on('message', (more) => {
          if (!more) return parentPort.close()
          if (ring.buffers) ring.unregisterBuffers()
          const { buffer } = ring.registerBuffers(4, 1 << 16)[0]
          const memory = 'transfer' in buffer ? buffer.transfer() : buffer
          parentPort.postMessage(memory, [memory])
        })
      `
      const worker = new Worker(inWorker, { eval: true })
      const exited = new Promise<number>((resolve) => worker.once('exit', resolve))
      const collect = (globalThis as { gc?: () => void }).gc as () => void
      for (let round = 0; round < 50; round++) {
        worker.postMessage(true)
        await new Promise((resolve) => worker.once('message', resolve))
        collect()
      }
      worker.postMessage(false)
      say(await exited)
    },
    { flags: ['--expose-gc'] },
  )
  t.is(lived(t, ended), 0)
})

test('a ring uses registered memory by index after its view was moved away', async (t) => {
  const ended = await inChild(async ({ uring, fs, say }) => {
    const ring = new uring.Ring()
    const fd = fs.openSync(process.execPath, 'r')
    for (let round = 0; round < 20; round++) {
      const [view] = ring.registerBuffers(1, 1 << 20) as [Uint8Array]
      const buffer = view.buffer as ArrayBuffer & { transfer?: () => ArrayBuffer }
      // on a worker of the kernel, so that the read is under way when the view goes
      const read = ring.readFixed(fd, view, 0, 0, { flags: uring.constants.IOSQE_ASYNC })
      ring.flush()
      const memory = buffer.transfer?.() ?? structuredClone(buffer, { transfer: [buffer] })
      if ((await read) !== 1 << 20) throw new Error('short')
      const inFile = Buffer.alloc(1 << 20)
      fs.readSync(fd, inFile, 0, 1 << 20, 0)
      if (view.length === 0 && !inFile.equals(new Uint8Array(memory))) throw new Error('not there')
      ring.unregisterBuffers()
    }
    await ring.dispose()
    say('alive')
  })
  t.is(lived(t, ended), 'alive')
})

/** RSS in MiB after each fifth of the rounds. */
type Growth = number[]

test('rings that are dropped with their buffers give the memory back', async (t) => {
  t.timeout(patient(120_000))
  const rings = scaled(200, 20)
  const ended = await inChild(
    async ({ uring, args, say }) => {
      const rounds = Number(args[0])
      const collect = (globalThis as { gc?: () => void }).gc as () => void
      const growth: number[] = []
      for (let round = 0; round < rounds; round++) {
        const ring = new uring.Ring({ entries: 8 })
        for (const buffer of ring.registerBuffers(16, 1 << 19)) buffer.fill(1)
        if (round % 2 === 0) await ring.dispose()
        if (round % 5 === 4) {
          for (let again = 0; again < 3; again++) {
            collect()
            await new Promise((resolve) => setImmediate(resolve))
          }
        }
        if (round % (rounds / 5) === rounds / 5 - 1) growth.push(process.memoryUsage().rss >> 20)
      }
      say(growth)
    },
    { flags: ['--expose-gc'], args: [String(rings)], limit: patient(60_000) },
  )
  const [first, ...later] = lived(t, ended) as Growth as [number, ...number[]]
  t.log(`RSS ${[first, ...later].join(', ')} MiB; 8 MiB a ring, ${rings} rings`)
  t.true(Math.max(...later) < first + 80, 'at most what is not collected yet')
})

test('workers that end with registered buffers give the memory back', async (t) => {
  t.timeout(patient(120_000))
  const workers = scaled(30, 10)
  const ended = await inChild(
    async ({ args, say, require }) => {
      const { Worker } = require('node:worker_threads') as typeof import('node:worker_threads')
      const rounds = Number(args[0])
      const growth: number[] = []
      for (let round = 0; round < rounds; round++) {
        const inWorker = `
          const ring = new (require('uring').Ring)()
          for (const buffer of ring.registerBuffers(8, 1 << 22)) buffer.fill(1)
          globalThis.kept = ring.buffers
          if (${round % 3} === 0) process.exit(0)
          if (${round % 3} === 1) setInterval(() => {}, 1000)
          require('node:worker_threads').parentPort.postMessage('filled')
        `
        const worker = new Worker(inWorker, { eval: true })
        const exited = new Promise((resolve) => worker.once('exit', resolve))
        worker.once('message', () => void (round % 3 === 1 && worker.terminate()))
        await exited
        if (round % (rounds / 5) === rounds / 5 - 1) growth.push(process.memoryUsage().rss >> 20)
      }
      say(growth)
    },
    { args: [String(workers)], limit: patient(60_000) },
  )
  const [first, ...later] = lived(t, ended) as Growth as [number, ...number[]]
  t.log(`RSS ${[first, ...later].join(', ')} MiB; 32 MiB a worker, ${workers} workers`)
  t.true(Math.max(...later) < first + 64, 'no worker leaves its buffers behind')
})
