// The caller's memory: of every kind, gone too early, dropped, shared (R01-R07, R10).

import test, { type ExecutionContext } from 'ava'
import { Ring } from 'uring'
import { rejection } from './helpers/errors'
import { collect, collectNow } from './helpers/gc'
import { pipe } from './helpers/pipe'
import { ringFor } from './helpers/ring'
import { scaled } from './helpers/scale'
import { opened, pattern } from './helpers/temp'
import { writeSync } from 'node:fs'

/** What is used of it; its types belong to browsers. */
interface Wasm {
  readonly WebAssembly: {
    readonly Memory: new (pages: object) => {
      readonly buffer: ArrayBuffer
      grow(pages: number): number
    }
  }
}

const GONE = { code: 'ERR_BUFFER_DETACHED', instanceOf: TypeError }

function detach(view: NodeJS.ArrayBufferView): void {
  structuredClone(view.buffer, { transfer: [view.buffer as ArrayBuffer] })
}

test('a read into every kind of view fills exactly its bytes', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(64))
  const kinds = [
    Uint8Array, Int8Array, Uint8ClampedArray, Uint16Array, Int16Array, Uint32Array, Int32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array,
  ] // prettier-ignore
  for (const Kind of kinds) {
    const memory = new ArrayBuffer(48)
    const view = new Kind(memory, 8, 32 / Kind.BYTES_PER_ELEMENT)
    t.is(await ring.read(fd, view, 3), 32, Kind.name)
    const expected = Buffer.alloc(48)
    pattern(64).copy(expected, 8, 3, 35)
    t.deepEqual(Buffer.from(memory), expected, Kind.name)
  }
  const view = new DataView(new ArrayBuffer(16), 4, 8)
  t.is(await ring.read(fd, view, 0), 8)
  t.deepEqual(
    Buffer.from(view.buffer),
    Buffer.concat([Buffer.alloc(4), pattern(8), Buffer.alloc(4)]),
  )
})

test('zero bytes are a defined answer: 0, whatever the view (R07)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'x')
  for (const view of [
    Buffer.alloc(0),
    new Uint8Array(0),
    new DataView(new ArrayBuffer(0)),
    new Uint8Array(new ArrayBuffer(8), 8),
  ]) {
    t.is(await ring.read(fd, view, 0), 0)
    t.is(await ring.write(fd, view, 0), 0)
    t.is(await ring.readv(fd, [view], 0), 0)
  }
})

test('a buffer whose memory is gone before the call is refused at the call (R06)', (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(64))
  for (const view of [
    new Uint8Array(64),
    new Float64Array(8),
    new DataView(new ArrayBuffer(64)),
    new Uint8Array(0),
  ]) {
    detach(view)
    t.throws(() => ring.read(fd, view, 0), GONE)
    t.throws(() => ring.write(fd, view, 0), GONE)
    t.throws(() => ring.readv(fd, [Buffer.alloc(1), view], 0), GONE)
    t.throws(() => ring.batch((b) => b.read(fd, view, 0)), GONE)
  }
  t.is(ring.stats().staged, 0)
})

test('a buffer that is transferred after the call, before the submit, rejects (R02, R06)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(64))
  const calls: ((view: Uint8Array) => Promise<unknown>)[] = [
    (view) => ring.read(fd, view, 0),
    (view) => ring.write(fd, view, 0),
    (view) => ring.read(fd, new DataView(view.buffer), 0),
    (view) => ring.readFixed(fd, view, 0, 0),
    (view) => ring.chain((c) => [c.nop(), c.read(fd, view, 0)]),
  ]
  for (const call of calls) {
    const view = new Uint8Array(64)
    const promise = call(view)
    detach(view)
    const error = await rejection(t, promise)
    t.is(error.code, 'ERR_BUFFER_DETACHED', error.message)
  }
})

test('a vectored transfer notices each of its buffers (R02)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(64))
  for (const name of ['readv', 'writev'] as const) {
    const views = [new Uint8Array(8), new Uint8Array(8), new Uint8Array(8)]
    const promise = ring[name](fd, views, 0)
    detach(views[1] as Uint8Array)
    t.is((await rejection(t, promise)).code, 'ERR_BUFFER_DETACHED')
  }
})

test('in a batch, a transferred buffer fails its own operation only (R02)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(64))
  const views = [new Uint8Array(8), new Uint8Array(8), new Uint8Array(8)]
  const promise = ring.batch((b) => views.forEach((view, index) => b.read(fd, view, index * 8)))
  detach(views[1] as Uint8Array)
  const results = await promise
  t.deepEqual([results[0], results[2]], [8, 8])
  t.true((results[1] as number) < 0)
})

test('getters of the options cannot take the memory away unseen (R06)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(64))
  for (const view of [new Uint8Array(64), new DataView(new ArrayBuffer(64))]) {
    const options = { get signal() { detach(view); return undefined } } // prettier-ignore
    t.is(
      (await rejection(t, (async () => ring.read(fd, view, 0, options))())).code,
      'ERR_BUFFER_DETACHED',
    )
  }
  t.is(ring.stats().inFlight, 0)
})

test('a view that lies about its length is not believed (R06)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(4096))
  for (const lie of [4096, 4, 0]) {
    const view = Object.defineProperty(new Uint8Array(64), 'byteLength', { value: lie })
    const outcome = await Promise.resolve()
      .then(() => ring.read(fd, view, 0))
      .catch((error: Error) => error)
    t.true(outcome instanceof Error || (outcome as number) <= 64, `${lie}: ${String(outcome)}`)
  }
})

test('a resizable buffer that shrinks or grows before the submit is refused, one that rests is read into (R03)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(4096))
  const resizable = (): ArrayBuffer =>
    new (ArrayBuffer as never as new (size: number, options: object) => ArrayBuffer)(1024, {
      maxByteLength: 8192,
    })
  const resting = new Uint8Array(resizable())
  t.is(await ring.read(fd, resting, 0), 1024)
  t.deepEqual(Buffer.from(resting), pattern(1024))
  for (const size of [0, 512, 8192]) {
    const memory = resizable()
    const promise = ring.read(fd, new Uint8Array(memory), 0)
    ;(memory as never as { resize: (size: number) => void }).resize(size)
    t.is((await rejection(t, promise)).code, 'ERR_BUFFER_DETACHED')
  }
})

test('a view beyond the end of a buffer that shrank is refused at the call, and is not an empty one (R03)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(64))
  const memory = new (ArrayBuffer as never as new (size: number, options: object) => ArrayBuffer)(
    64,
    { maxByteLength: 64 },
  )
  const views = [new Uint8Array(memory, 16, 16), new Float64Array(memory, 16, 2)]
  const empty = new Uint8Array(memory, 0, 0)
  ;(memory as never as { resize: (size: number) => void }).resize(8)
  for (const view of views) {
    t.throws(() => ring.read(fd, view, 0), GONE)
    t.throws(() => ring.writev(fd, [view], 0), GONE)
  }
  t.is(await ring.read(fd, empty, 0), 0)
})

test('shared memory is read into, and seen through the other view (R05)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(64))
  const memory = new SharedArrayBuffer(64)
  t.is(await ring.read(fd, new Uint8Array(memory), 0), 64)
  t.deepEqual(Buffer.from(new Uint8Array(memory)), pattern(64))
  t.is(await ring.write(fd, new Uint16Array(memory, 0, 2), 60), 4)
})

test('the same buffer in two reads at once ends up with one of them (R13)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, Buffer.concat([Buffer.alloc(512, 1), Buffer.alloc(512, 2)]))
  const buffer = Buffer.alloc(512)
  t.deepEqual(await Promise.all([ring.read(fd, buffer, 0), ring.read(fd, buffer, 512)]), [512, 512])
  t.true([1, 2].includes(buffer[0] as number))
})

test.serial(
  'a read into a buffer whose references are dropped survives GC (R01, R10)',
  async (t) => {
    const ring = ringFor(t)
    const { reader, writer } = pipe(t)
    const rounds = scaled(20, 3)
    for (let round = 0; round < rounds; round++) {
      const size = round % 2 === 0 ? 64 : 60_000
      let promise: Promise<unknown>
      const weak = (() => {
        const buffer = new Uint8Array(size)
        promise = ring
          .read(reader, buffer, null)
          .then((bytes) => ({ bytes, text: Buffer.from(buffer).toString('latin1', 0, 5) }))
        return new WeakRef(buffer)
      })()
      ring.flush()
      collectNow(2)
      await collect(2)
      t.true(weak.deref() !== undefined, 'the ring holds the buffer')
      writeSync(writer, 'hello')
      t.deepEqual(await promise!, { bytes: 5, text: 'hello' })
    }
  },
)

test.serial(
  'a buffer that only the kernel wants is held, and let go when the operation is over (R01, R10)',
  async (t) => {
    const ring = ringFor(t)
    const { reader, writer } = pipe(t)
    const held = await start(ring, reader)
    await collect(20)
    t.true(held.deref() !== undefined, 'held while the read waits')
    writeSync(writer, 'x')
    while (ring.stats().inFlight > 0) await new Promise((resolve) => setImmediate(resolve))
    await gone(t, held)
  },
)

async function start(ring: Ring, fd: number): Promise<WeakRef<object>> {
  const buffer = new Uint8Array(100_000)
  void ring.read(fd, buffer, null)
  ring.flush()
  return new WeakRef(buffer)
}

async function gone(t: ExecutionContext, ref: WeakRef<object>): Promise<void> {
  for (let time = 0; time < 50 && ref.deref() !== undefined; time++) await collect(1)
  t.true(ref.deref() === undefined, 'let go afterwards')
}

test.serial('a thousand reads under constant collection bring the right bytes (R01)', async (t) => {
  const ring = ringFor(t)
  const bytes = pattern(65_536)
  const fd = opened(t, bytes)
  for (let round = 0; round < scaled(20, 2); round++) {
    const reads = Array.from({ length: 50 }, async (_, index) => {
      const buffer = new Uint8Array(1024 + index)
      const at = (round * 997 + index * 613) % 60_000
      const count = await ring.read(fd, buffer, at)
      return Buffer.compare(buffer.subarray(0, count), bytes.subarray(at, at + count))
    })
    ring.flush()
    collectNow()
    t.true((await Promise.all(reads)).every((difference) => difference === 0))
  }
})

test('WebAssembly memory is read into; when it grows before the submit the read is refused (R04)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(64))
  const { WebAssembly: wasm } = globalThis as unknown as Wasm
  const memory = new wasm.Memory({ initial: 1, maximum: 4 })
  const view = new Uint8Array(memory.buffer, 100, 64)
  t.is(await ring.read(fd, view, 0), 64)
  t.deepEqual(Buffer.from(view), pattern(64))
  const promise = ring.read(fd, view, 0)
  memory.grow(1)
  t.is((await rejection(t, promise)).code, 'ERR_BUFFER_DETACHED')
  t.throws(() => ring.read(fd, view, 0), GONE)
})

test.serial(
  'a buffer that is transferred while the kernel has it: the promise settles, the bytes follow the memory (R02)',
  async (t) => {
    const ring = ringFor(t)
    const { reader, writer } = pipe(t)
    for (const size of [64, 4096, 1 << 20]) {
      const buffer = new Uint8Array(size)
      const reading = ring.read(reader, buffer, null)
      ring.flush()
      const moved = structuredClone(buffer, { transfer: [buffer.buffer] })
      t.is(buffer.byteLength, 0)
      await collect(2)
      writeSync(writer, 'still')
      t.is(await reading, 5)
      t.is(Buffer.from(moved.buffer).toString('latin1', 0, 5), 'still')
    }
  },
)
