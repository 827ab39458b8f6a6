// Time limits of operations (R75, R76).

import { writeSync } from 'node:fs'
import test from 'ava'
import { rejection } from './helpers/errors'
import { pipe } from './helpers/pipe'
import { ringFor } from './helpers/ring'
import { scaled } from './helpers/scale'
import { opened } from './helpers/temp'

test('a limit that is reached stops the operation: ETIMEDOUT, its name, no path (R76)', async (t) => {
  const ring = ringFor(t)
  const { reader } = pipe(t)
  for (const timeout of [20, { seconds: 0, nanoseconds: 20_000_000 }]) {
    const begun = performance.now()
    const error = await rejection(t, ring.read(reader, Buffer.alloc(1), null, { timeout }))
    t.like(error, { code: 'ETIMEDOUT', syscall: 'read', errno: -110 })
    t.true(performance.now() - begun >= 19.5)
  }
})

test('a limit that is not reached ends quietly with its operation (R76)', async (t) => {
  const ring = ringFor(t)
  const { reader, writer } = pipe(t)
  const buffer = Buffer.alloc(4)
  const reading = ring.read(reader, buffer, null, { timeout: 60_000 })
  ring.flush()
  writeSync(writer, 'in t')
  t.is(await reading, 4)
  t.is(buffer.toString(), 'in t')
  t.is(ring.stats().inFlight, 0, 'the timer is not in flight any more')
})

test('a limit of 0 stops what has to wait, and lets what need not wait pass (R75)', async (t) => {
  const ring = ringFor(t)
  const { reader } = pipe(t)
  t.is(
    (await rejection(t, ring.read(reader, Buffer.alloc(1), null, { timeout: 0 }))).code,
    'ETIMEDOUT',
  )
  const quick = await ring.nop({ timeout: 0 }).catch((error: NodeJS.ErrnoException) => error.code)
  t.true(quick === 0 || quick === 'ETIMEDOUT', String(quick))
})

test('the largest limit is no limit (R75)', async (t) => {
  const ring = ringFor(t)
  t.is(await ring.nop({ timeout: 0xffff_ffff * 1000 }), 0)
  t.is(await ring.nop({ timeout: { seconds: 0xffff_ffff, nanoseconds: 999_999_999 } }), 0)
})

test('abort and limit together: whichever was first tells (R76)', async (t) => {
  const ring = ringFor(t)
  const controller = new AbortController()
  const aborted = ring.timeout(60_000, 0, 0, { timeout: 60_000, signal: controller.signal })
  const late = ring.timeout(60_000, 0, 0, { timeout: 10, signal: controller.signal })
  t.is((await rejection(t, late)).code, 'ETIMEDOUT')
  controller.abort()
  t.is((await rejection(t, aborted)).code, 'ABORT_ERR')
})

test('an operation with a limit can fail on its own account (R76)', async (t) => {
  const error = await rejection(t, ringFor(t).close(0x7fff_fff0, { timeout: 1000 }))
  t.is(error.code, 'EBADF')
})

test('a limit racing its operation: one outcome each, nothing stays behind (R72, R76)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'x')
  const outcomes = await Promise.all(Array.from({ length: scaled(5000, 100) }, async (_, index) => {
    const timeout = { seconds: 0, nanoseconds: (index % 50) * 20_000 }
    const promise: Promise<unknown> = index % 2 === 0 ? ring.timeout({ seconds: 0, nanoseconds: 500_000 }, 0, 0, { timeout }) : ring.read(fd, Buffer.alloc(1), 0, { timeout })
    return promise.catch((error: NodeJS.ErrnoException) => error.code)
  })) // prettier-ignore
  for (const outcome of outcomes)
    t.true([1, 'expired', 'ETIMEDOUT'].includes(outcome as never), String(outcome))
  t.is(ring.stats().inFlight, 0)
})
