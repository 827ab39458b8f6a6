// Stopping an operation: by signal, by its promise, before and after it reached the kernel (R70-R74).

import { writeSync } from 'node:fs'
import test from 'ava'
import { Ring } from 'uring'
import { rejection } from './helpers/errors'
import { descriptorCount } from './helpers/fds'
import { pipe } from './helpers/pipe'
import { ringFor, sleep, turnOfLoop } from './helpers/ring'
import { scaled } from './helpers/scale'
import { opened, pattern } from './helpers/temp'
import { getEventListeners } from 'node:events'

test('a signal that is aborted already rejects; nothing is staged (R70)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'x')
  const reason = { any: 'thing' }
  const signal = AbortSignal.abort(reason)
  const calls = [
    () => ring.nop({ signal }),
    () => ring.timeout(10, 0, 0, { signal }),
    () => ring.read(fd, Buffer.alloc(1), 0, { signal }),
    () => ring.readv(fd, [Buffer.alloc(1)], 0, { signal }),
    () => ring.write(fd, Buffer.alloc(1), 0, { signal }),
    () => ring.fsync(fd, 0, { signal }),
    () => ring.close(fd, { signal }),
    () => ring.openat(-100, '/', 0, 0, { signal }),
    () => ring.statx(-100, '/', 0, 0, { signal }),
    () => ring.chain((c) => [c.nop(), c.nop({ signal })]),
    () => ring.batch((b) => b.nop({ signal })),
  ]
  for (const call of calls) {
    const error = await rejection(t, call())
    t.like(error, { name: 'AbortError', code: 'ABORT_ERR' })
    t.is(error.cause, reason)
  }
  t.deepEqual([ring.stats().staged, ring.stats().enters, ring.stats().inFlight], [0, 0, 0])
  t.is(await ring.close(fd), 0, 'the descriptor was not closed')
})

test('an abort before the submit settles the operation once, and it never runs (R71)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'kept')
  const controller = new AbortController()
  const { signal } = controller
  const writing = ring.write(fd, Buffer.from('lost'), 0, { signal })
  const waiting = ring.timeout(60_000, 0, 0, { signal })
  controller.abort('too late')
  for (const promise of [writing, waiting]) {
    const error = await rejection(t, promise)
    t.is(error.code, 'ABORT_ERR')
    t.is(error.cause, 'too late')
  }
  const buffer = Buffer.alloc(4)
  await ring.read(fd, buffer, 0)
  t.is(buffer.toString(), 'kept')
})

test('an abort while it waits in the kernel rejects with the reason as cause', async (t) => {
  const ring = ringFor(t)
  const { reader } = pipe(t)
  const controller = new AbortController()
  const reading = ring.read(reader, Buffer.alloc(1), null, { signal: controller.signal })
  ring.flush()
  t.is(ring.stats().inFlight, 1)
  await sleep(5)
  controller.abort()
  const error = await rejection(t, reading)
  t.is(error.code, 'ABORT_ERR')
  t.is((error.cause as Error).name, 'AbortError', 'the default reason')
  t.is(ring.stats().inFlight, 0)
})

test('an abort after the operation is over changes nothing', async (t) => {
  const ring = ringFor(t)
  const controller = new AbortController()
  t.is(await ring.nop({ signal: controller.signal }), 0)
  controller.abort()
  await turnOfLoop()
  t.is(await ring.nop(), 0)
  t.is(ring.stats().submitted, 2, 'no cancel was sent')
})

test('one signal stops many operations, with one listener that goes when they are over', async (t) => {
  const ring = ringFor(t)
  const controller = new AbortController()
  const { signal } = controller
  const waiting = Array.from({ length: 500 }, () => ring.timeout(60_000, 0, 0, { signal }))
  const other = ring.timeout(60_000)
  t.is(getEventListeners(signal, 'abort').length, 1)
  t.is(await ring.nop({ signal }), 0)
  t.is(getEventListeners(signal, 'abort').length, 1)
  controller.abort()
  for (const promise of waiting) t.is((await rejection(t, promise)).code, 'ABORT_ERR')
  t.is(getEventListeners(signal, 'abort').length, 0)
  t.is(ring.stats().inFlight, 1, 'the one without the signal waits on')
  ring.cancel(other)
  await rejection(t, other)
})

test('a signal that lives long gathers no listeners: each goes with the last of its operations', async (t) => {
  const ring = ringFor(t)
  const { signal } = new AbortController()
  const waiting = ring.timeout(60_000, 0, 0, { signal })
  for (let time = 0; time < 100; time++)
    await Promise.all([
      ring.nop({ signal }),
      ring.batch((b) => b.nop({ signal })),
      ring.chain((c) => [c.nop({ signal })]),
    ])
  t.is(getEventListeners(signal, 'abort').length, 1, 'one is still waiting')
  ring.cancel(waiting)
  await rejection(t, waiting)
  t.is(getEventListeners(signal, 'abort').length, 0)
  t.throws(() => ring.batch((b) => [b.nop({ signal }), b.close(-1)]))
  t.is(getEventListeners(signal, 'abort').length, 0, 'nor does a builder that throws leave one')
})

test('one signal can stop operations of several rings', async (t) => {
  const rings = [ringFor(t), ringFor(t), ringFor(t)]
  const controller = new AbortController()
  const waiting = rings.map((ring) => ring.timeout(60_000, 0, 0, { signal: controller.signal }))
  rings.forEach((ring) => ring.flush())
  controller.abort()
  for (const promise of waiting) t.is((await rejection(t, promise)).code, 'ABORT_ERR')
})

test('AbortSignal.timeout and AbortSignal.any stop an operation', async (t) => {
  const ring = ringFor(t)
  const timed = await rejection(t, ring.timeout(60_000, 0, 0, { signal: AbortSignal.timeout(10) }))
  t.is(timed.code, 'ABORT_ERR')
  t.is((timed.cause as Error).name, 'TimeoutError')
  const controller = new AbortController()
  const waiting = ring.timeout(60_000, 0, 0, {
    signal: AbortSignal.any([controller.signal, new AbortController().signal]),
  })
  ring.flush()
  controller.abort('any')
  t.is((await rejection(t, waiting)).cause, 'any')
})

test("cancel by promise: true while it is there, false when it is over or somebody else's (R73)", async (t) => {
  const ring = ringFor(t)
  const waiting = ring.timeout(60_000)
  ring.flush()
  t.true(ring.cancel(waiting))
  t.true(ring.cancel(waiting), 'twice does no harm')
  const error = await rejection(t, waiting)
  t.like(error, { code: 'ECANCELED', syscall: 'timeout', errno: -125 })
  t.false(ring.cancel(waiting))
  t.false(ring.cancel(Promise.resolve()))
  const elsewhere = ringFor(t)
  const theirs = elsewhere.nop()
  t.false(ring.cancel(theirs))
  t.is(await theirs, 0)
})

test('cancel before the submit: the operation never runs (R71)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'kept')
  const writing = ring.write(fd, Buffer.from('lost'), 0)
  t.true(ring.cancel(writing))
  t.is((await rejection(t, writing)).code, 'ECANCELED')
  const buffer = Buffer.alloc(4)
  await ring.read(fd, buffer, 0)
  t.is(buffer.toString(), 'kept')
})

test('a read that got its bytes before the cancel reports them (R74)', async (t) => {
  const ring = ringFor(t)
  const { reader, writer } = pipe(t)
  for (let round = 0; round < scaled(200, 10); round++) {
    const buffer = Buffer.alloc(16)
    const reading = ring.read(reader, buffer, null)
    ring.flush()
    writeSync(writer, 'precious')
    ring.cancel(reading)
    const outcome = await reading.catch((error: NodeJS.ErrnoException) => error.code)
    if (outcome === 8) t.is(buffer.toString('utf8', 0, 8), 'precious')
    else {
      t.is(outcome, 'ECANCELED')
      const rest = Buffer.alloc(16)
      t.is(await ring.read(reader, rest, null), 8, 'what it did not take is still in the pipe')
      t.is(rest.toString('utf8', 0, 8), 'precious')
    }
  }
})

test('cancelling what cannot be stopped gives its result (R73, R79)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, pattern(1_000_000))
  for (let round = 0; round < scaled(100, 10); round++) {
    const buffer = Buffer.alloc(1_000_000)
    const reading = ring.read(fd, buffer, 0, { flags: 16 })
    ring.flush()
    ring.cancel(reading)
    const outcome = await reading.catch((error: NodeJS.ErrnoException) => error.code)
    if (outcome === 1_000_000) t.is(Buffer.compare(buffer, pattern(1_000_000)), 0)
    else
      t.true(
        ['ECANCELED', 'EINTR'].includes(String(outcome)) || Number(outcome) > 0,
        String(outcome),
      )
  }
})

test.serial(
  'an openat that is cancelled too late delivers its descriptor; none is lost (R23)',
  async (t) => {
    const ring = new Ring()
    const before = descriptorCount()
    let [delivered, cancelled] = [0, 0]
    for (let round = 0; round < scaled(2000, 50); round++) {
      const opening = ring.openat(-100, '/dev/null', 0, 0, round % 2 === 0 ? { flags: 16 } : {})
      ring.flush()
      if (round % 3 !== 0) ring.cancel(opening)
      try {
        await ring.close(await opening)
        delivered++
      } catch (error) {
        t.true(['ECANCELED', 'EINTR'].includes(String((error as NodeJS.ErrnoException).code)))
        cancelled++
      }
    }
    t.is(descriptorCount(), before)
    t.log(`${delivered} delivered, ${cancelled} cancelled`)
    await ring.dispose()
  },
)

test('a thousand waiting reads, all stopped at once', async (t) => {
  const ring = ringFor(t, { entries: 64 })
  const { reader } = pipe(t)
  const controller = new AbortController()
  const reads = Array.from({ length: 1000 }, () =>
    ring.read(reader, Buffer.alloc(1), null, { signal: controller.signal }),
  )
  ring.flush()
  controller.abort()
  const outcomes = await Promise.allSettled(reads)
  t.true(
    outcomes.every(
      (outcome) =>
        outcome.status === 'rejected' && (outcome.reason as { code: string }).code === 'ABORT_ERR',
    ),
  )
})

test('a signal that is aborted, but whose event is yet to come, starts nothing (R70)', async (t) => {
  const ring = ringFor(t)
  const controller = new AbortController()
  const { signal } = controller
  const started: Promise<unknown>[] = []
  signal.addEventListener('abort', () => {
    started.push(
      ring.nop({ signal }),
      ring.batch((b) => b.nop({ signal })),
    )
    ring.flush()
  })
  // the ring listens from here on, after the listener above
  const waiting = ring.timeout(60_000, { signal })
  ring.flush()
  const { staged } = ring.stats()
  controller.abort('mine')
  t.is(ring.stats().staged, staged)
  t.is(started.length, 2)
  for (const promise of [waiting, ...started])
    t.like(await rejection(t, promise), { code: 'ABORT_ERR', cause: 'mine' })
})

test('a listener that stops the propagation of an abort does not keep it from the operation', async (t) => {
  const ring = ringFor(t)
  const controller = new AbortController()
  const { signal } = controller
  signal.addEventListener('abort', (event) => event.stopImmediatePropagation())
  const waiting = ring.timeout(5_000, { signal })
  ring.flush()
  controller.abort('mine')
  t.like(await rejection(t, waiting), { code: 'ABORT_ERR', cause: 'mine' })
  t.is(getEventListeners(signal, 'abort').length, 1, 'the other one')
})

test('a signal in place of options is refused, and not ignored', (t) => {
  const ring = ringFor(t)
  const { signal } = new AbortController()
  const calls = [
    () => ring.nop(signal as never),
    () => ring.read(0, Buffer.alloc(1), 0, signal as never),
    () => ring.timeout(1, signal as never),
    () => ring.chain((c) => [c.nop()], signal as never),
    () => ring.nop([] as never),
    () => new Ring(signal as never),
  ]
  for (const call of calls)
    t.throws(call, { code: 'ERR_INVALID_ARG_TYPE', message: /"options"/ }, call.toString())
  t.is(ring.stats().inFlight, 0)
})
