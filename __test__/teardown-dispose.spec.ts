// The end of a ring: with anything in flight, twice, inside continuations, and calls after it (R30, R32, R33, R43).

import { MessageChannel } from 'node:worker_threads'
import { readFileSync } from 'node:fs'
import test from 'ava'
import { Ring, constants } from 'uring'
import { rejection, thrown } from './helpers/errors'
import { ringCount } from './helpers/fds'
import { pipe } from './helpers/pipe'
import { ringFor, ringsClosed, turnOfLoop } from './helpers/ring'
import { scaled } from './helpers/scale'
import { opened, pattern } from './helpers/temp'

test.serial(
  'dispose with N in flight: all are cancelled, all settle, then the descriptor is closed (R30)',
  async (t) => {
    const before = ringCount()
    for (const count of [0, 1, 100, scaled(5000, 500)]) {
      const ring = new Ring({ entries: 64 })
      const { reader } = pipe(t)
      const waiting = Array.from({ length: count }, (_, index) =>
      index % 3 === 0 ? ring.timeout(60_000)
      : index % 3 === 1 ? ring.read(reader, Buffer.alloc(1), null)
      : ring.chain((c) => [c.read(reader, Buffer.alloc(1), null), c.nop()]),
    ) // prettier-ignore
      await turnOfLoop()
      let settled = 0
      for (const promise of waiting) promise.catch(() => settled++)
      await ring.dispose()
      t.is(settled, count, 'everything has settled when dispose has')
      for (const promise of waiting) t.is((await rejection(t, promise)).code, 'ECANCELED')
      t.is(ring.stats().inFlight, 0)
      await ringsClosed(t, before)
    }
  },
)

test('dispose in the turn of the calls: what was not submitted is cancelled, too (R30)', async (t) => {
  const ring = new Ring({ entries: 4 })
  const fd = opened(t, 'old')
  const waiting = Array.from({ length: 300 }, () => ring.timeout(60_000))
  const writing = ring.write(fd, Buffer.from('new'), 0)
  const disposing = ring.dispose()
  const outcomes = await Promise.allSettled([...waiting, writing])
  await disposing
  t.true(
    outcomes
      .slice(0, 300)
      .every((outcome) => outcome.status === 'rejected' && outcome.reason.code === 'ECANCELED'),
  )
  const wrote = outcomes[300]?.status === 'fulfilled'
  t.is(
    readFileSync(`/proc/self/fd/${fd}`, 'utf8'),
    wrote ? 'new' : 'old',
    'the promise tells what became of the write',
  )
})

test('dispose delivers results that were there already (R30, design rule 4)', async (t) => {
  const ring = new Ring()
  const fd = opened(t, pattern(4096))
  const buffers = Array.from({ length: 100 }, () => Buffer.alloc(4096))
  const reads = buffers.map((buffer) => ring.read(fd, buffer, 0))
  ring.flush()
  await ring.dispose()
  for (const [index, outcome] of (await Promise.allSettled(reads)).entries()) {
    if (outcome.status === 'fulfilled') t.deepEqual(buffers[index], pattern(4096))
    else t.is(outcome.reason.code, 'ECANCELED')
  }
})

test('dispose right after a flush that brought everything waits until all of it has settled (R30)', async (t) => {
  const ring = new Ring()
  const order: string[] = []
  const note = (name: string) => () => void order.push(name)
  const refused = ring.close(0x7fff_fff0).catch(note('promise'))
  const chained = ring.chain((c) => [c.nop(), c.close(0x7fff_fff0)]).catch(note('chain'))
  const values = ring.chain((c) => [c.nop()]).then(note('values'))
  const aborted = ring.nop({ signal: AbortSignal.abort() }).catch(note('aborted'))
  ring.flush()
  t.is(ring.stats().inFlight, 0)
  await ring.dispose().then(note('disposed'))
  t.is(order.at(-1), 'disposed', order.join())
  await Promise.all([refused, chained, values, aborted])
})

test('a descriptor that was opened while the ring ended is not lost (R23, R30)', async (t) => {
  for (let round = 0; round < scaled(50, 5); round++) {
    const ring = new Ring()
    const opening = Array.from({ length: 10 }, () =>
      ring.openat(-100, '/dev/null', 0, 0, { flags: 16 }),
    )
    if (round % 2 === 0) ring.flush()
    const disposing = ring.dispose()
    const closer = new Ring()
    for (const outcome of await Promise.allSettled(opening)) {
      if (outcome.status === 'fulfilled') t.is(await closer.close(outcome.value), 0)
      else t.true(['ECANCELED', 'EINTR'].includes(outcome.reason.code))
    }
    await Promise.all([disposing, closer.dispose()])
  }
})

test('dispose twice, during itself, inside a continuation: one promise, one end (R32)', async (t) => {
  const ring = new Ring()
  const waiting = ring.timeout(60_000).catch(() => ring.dispose())
  ring.flush()
  const inside = ring.nop().then(
    () => ring.dispose(),
    () => ring.dispose(),
  )
  const first = ring.dispose()
  t.is(ring.dispose(), first)
  t.is(ring[Symbol.asyncDispose](), first)
  await Promise.all([first, waiting, inside])
  t.is(ring.dispose(), first)
  t.true(ring.disposed)
})

test('after dispose every call throws ERR_RING_CLOSED, always the same way (R33)', async (t) => {
  const [fd, buffer] = [opened(t, 'kept'), Buffer.alloc(4)]
  const calls: ((ring: Ring) => unknown)[] = [
    (ring) => ring.nop(),
    (ring) => ring.nop({ signal: AbortSignal.abort() }),
    (ring) => ring.timeout(1),
    (ring) => ring.openat(-100, '/', constants.O_RDONLY),
    (ring) => ring.statx(-100, '/'),
    (ring) => ring.read(fd, buffer, 0),
    (ring) => ring.write(fd, buffer, 0),
    (ring) => ring.readv(fd, [buffer], 0),
    (ring) => ring.writev(fd, [buffer], 0),
    (ring) => ring.readFixed(fd, buffer, 0, 0),
    (ring) => ring.writeFixed(fd, buffer, 0, 0),
    (ring) => ring.fsync(fd),
    (ring) => ring.fallocate(fd, 0, 0, 1),
    (ring) => ring.ftruncate(fd, 0),
    (ring) => ring.close(fd),
    (ring) => ring.batch((b) => b.nop()),
    (ring) => ring.batch(() => {}),
    (ring) => ring.chain((c) => [c.nop()]),
    (ring) => ring.chain(() => []),
    (ring) => ring.cancel(Promise.resolve()),
    (ring) => ring.flush(),
    (ring) => ring.registerBuffers(1, 1),
    (ring) => ring.unregisterBuffers(),
    (ring) => ring.registerFiles([]),
    (ring) => ring.unregisterFiles(),
  ]
  const closed = new Ring()
  await closed.dispose()
  const closing = new Ring()
  const waiting = closing.timeout(60_000)
  closing.flush()
  const disposing = closing.dispose()
  for (const call of calls) {
    for (const ring of [closed, closing])
      t.throws(() => call(ring), { code: 'ERR_RING_CLOSED' } as never, String(call))
  }
  t.is((await rejection(t, waiting)).code, 'ECANCELED')
  await disposing
  t.is(readFileSync(`/proc/self/fd/${fd}`, 'utf8'), 'kept')
})

test('the error of a call after dispose has the stack of that call (R33)', async (t) => {
  const ring = new Ring()
  const disposed = ring.dispose()
  const theCaller = (): unknown => ring.nop()
  const during = thrown(t, theCaller)
  await disposed
  const [after, again] = [thrown(t, theCaller), thrown(t, theCaller)]
  for (const { stack = '' } of [during, after]) t.regex(stack, /at theCaller /)
  t.not(after, again)
})

test('what only tells or only asks works after the end, too', async (t) => {
  const ring = new Ring()
  await ring.nop()
  await ring.dispose()
  t.is(ring.ref(), ring)
  t.is(ring.unref(), ring)
  t.is(ring.stats().inFlight, 0)
  t.is(ring.buffers, undefined)
})

test('continuations of a dispose may open the next ring at once', async (t) => {
  let ring = new Ring()
  for (let round = 0; round < 50; round++) {
    void ring.timeout(60_000).catch(() => {})
    await ring.dispose()
    ring = new Ring()
    t.is(await ring.nop(), 0)
  }
  await ring.dispose()
})

test('a ring cannot be posted to another thread, and is none the worse for the try (R43)', async (t) => {
  const ring = ringFor(t)
  const { port1, port2 } = new MessageChannel()
  const post = (): void => port1.postMessage(ring)
  const clone = (): unknown => structuredClone(ring)
  for (const call of [post, clone]) {
    let arrived: unknown
    try {
      arrived = call()
    } catch (error) {
      t.is((error as Error).name, 'DataCloneError')
      continue
    }
    // a plain copy without the ring's insides is no ring either
    t.false(arrived instanceof Ring)
    if (arrived !== undefined) t.throws(() => Ring.prototype.nop.call(arrived as Ring))
  }
  port1.close()
  port2.close()
  t.is(await ring.nop(), 0)
})

test('a thousand files are read while the ring ends: nothing hangs, nothing is lost', async (t) => {
  const fd = opened(t, pattern(65_536))
  for (let round = 0; round < scaled(20, 3); round++) {
    const ring = new Ring({ entries: 32 })
    const reads = Array.from({ length: 200 }, () =>
      ring.read(fd, Buffer.alloc(65_536), 0, { flags: round % 2 === 0 ? 16 : 0 }),
    )
    for (let turn = 0; turn < round % 5; turn++) await turnOfLoop()
    const disposing = ring.dispose()
    const outcomes = await Promise.allSettled(reads)
    await disposing
    t.true(
      outcomes.every((outcome) =>
        outcome.status === 'fulfilled'
          ? outcome.value === 65_536
          : ['ECANCELED', 'EINTR'].includes(outcome.reason.code),
      ),
    )
  }
})
