// Which error a chain rejects with: that of the member that is the reason, wherever the chain was when it
// ended and whatever stands before that member.

import { writeSync } from 'node:fs'
import test from 'ava'
import { Ring, constants } from 'uring'
import { rejection, type Told } from './helpers/errors'
import { pipe } from './helpers/pipe'
import { ringFor } from './helpers/ring'
import { chainsSurviveTimeouts } from './helpers/skip'
import { opened } from './helpers/temp'

test('a short transfer that a hard chain survives is not the error of a later member', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'abc')
  const { reader } = pipe(t)
  const controller = new AbortController()
  const aborted = ring.chain(
    (c) => [
      c.read(fd, Buffer.alloc(10), 0),
      c.read(reader, Buffer.alloc(1), null, { signal: controller.signal }),
    ],
    { hard: true },
  )
  ring.flush()
  controller.abort()
  const error = await rejection(t, aborted)
  t.like(error, { code: 'ABORT_ERR', index: 1 })
  t.like((error as Told & { results: unknown }).results, [
    { status: 'fulfilled', value: 3 },
    { status: 'rejected' },
  ])
})

test('time that is over before a cancelled member is no short transfer', async (t) => {
  const ring = new Ring()
  if (!(await chainsSurviveTimeouts(t, ring))) return
  const { reader } = pipe(t)
  const controller = new AbortController()
  const { signal } = controller
  const chains = [{}, { signal }].map((options) =>
    ring.chain((c) => [c.timeout(1), c.read(reader, Buffer.alloc(1), null, options)]),
  )
  const errors = chains.map((chain) => rejection(t, chain))
  await ring.timeout(30)
  controller.abort()
  t.like(await errors[1], { code: 'ABORT_ERR', index: 1 })
  await ring.dispose()
  t.like(await errors[0], { code: 'ECANCELED', index: 1 })
})

test('the abort of any member is the error of a chain that had not started', async (t) => {
  const ring = ringFor(t)
  const { reader, writer } = pipe(t)
  for (const place of [0, 1, 2]) {
    for (const waits of [false, true]) {
      const first = waits ? ring.read(reader, Buffer.alloc(1), null) : ring.nop()
      const barrier = ring.nop({ flags: constants.IOSQE_IO_DRAIN })
      const controller = new AbortController()
      const { signal } = controller
      const chain = ring.chain((c) => [0, 1, 2].map((at) => c.nop(at === place ? { signal } : {})))
      if (waits) ring.flush()
      controller.abort(new Error('why'))
      const error = await rejection(t, chain)
      t.like(error, { code: 'ABORT_ERR', index: place }, `member ${place}, waits: ${waits}`)
      t.is((error.cause as Error).message, 'why')
      if (waits) writeSync(writer, 'x')
      await Promise.all([first, barrier])
    }
  }
})
