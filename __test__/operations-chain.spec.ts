// Operations that run one after the other, each only if the one before it went well.

import { fstatSync, readFileSync } from 'node:fs'
import test from 'ava'
import { Ring, Statx, constants, type Chain, type Link } from 'uring'
import { rejection, type Told } from './helpers/errors'
import { descriptorCount } from './helpers/fds'
import { pipe } from './helpers/pipe'
import { ringFor } from './helpers/ring'
import { chainsSurviveTimeouts } from './helpers/skip'
import { file, opened, pattern } from './helpers/temp'

const { AT_FDCWD, O_RDONLY, O_RDWR } = constants

test('a chain gives the values of its links, as a tuple', async (t) => {
  const ring = ringFor(t)
  const path = file(t, 'abc')
  const fd = opened(t)
  const [written, synced, stat, waited] = await ring.chain((c) => [
    c.write(fd, Buffer.from('entry'), 0),
    c.fsync(fd, constants.IORING_FSYNC_DATASYNC),
    c.statx(AT_FDCWD, path),
    c.nop(),
  ])
  t.deepEqual([written, synced, waited], [5, 0, 0])
  t.true(stat instanceof Statx)
  t.is(stat.size, 3)
})

test('links run in their order: a hundred writes to one place, the last stays (R93)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t)
  await ring.chain((c) =>
    Array.from({ length: 100 }, (_, index) =>
      c.write(fd, Buffer.from(String(index).padStart(3)), 0),
    ),
  )
  t.is(readFileSync(`/proc/self/fd/${fd}`, 'utf8'), ' 99')
})

test('the first failure ends a chain: later links do not run, the error tells which it was (R77)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'kept')
  const error = await rejection(
    t,
    ring.chain((c) => [
      c.nop(),
      c.openat(AT_FDCWD, '/not/there', O_RDONLY),
      c.write(fd, Buffer.from('lost'), 0),
      c.nop(),
    ]),
  )
  t.like(error, { code: 'ENOENT', syscall: 'openat', path: '/not/there', index: 1 })
  t.is(readFileSync(`/proc/self/fd/${fd}`, 'utf8'), 'kept')
})

test('a hard chain goes on after a failure, and rejects all the same (R77)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'old!')
  const error = await rejection(
    t,
    ring.chain((c) => [c.close(0x7fff_fff0), c.write(fd, Buffer.from('new!'), 0)], { hard: true }),
  )
  t.like(error, { code: 'EBADF', syscall: 'close', index: 0 })
  t.is(readFileSync(`/proc/self/fd/${fd}`, 'utf8'), 'new!')
})

test('a short read breaks a chain (R77, R90)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'abc')
  const error = await rejection(
    t,
    ring.chain((c) => [c.read(fd, Buffer.alloc(10), 0), c.write(fd, Buffer.from('XYZ'), 0)]),
  )
  t.like(error, { code: 'ERR_SHORT_TRANSFER', syscall: 'read', index: 0, bytes: 3, length: 10 })
  t.is(readFileSync(`/proc/self/fd/${fd}`, 'utf8'), 'abc')
})

test('the error of a chain tells what became of every member', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'abc')
  const error = (await rejection(
    t,
    ring.chain((c) => [
      c.write(fd, Buffer.from('12'), 0),
      c.readv(fd, [Buffer.alloc(2), Buffer.alloc(5)], 0),
      c.fsync(fd),
      c.nop(),
    ]),
  )) as Told & { results: PromiseSettledResult<unknown>[] }
  t.like(error, { code: 'ERR_SHORT_TRANSFER', syscall: 'readv', index: 1, bytes: 3, length: 7 })
  t.deepEqual(
    error.results.map((one) =>
      one.status === 'fulfilled' ? one.value : (one.reason as Told).code,
    ),
    [2, 3, 'ECANCELED', 'ECANCELED'],
  )
  const refused = (await rejection(
    t,
    ring.chain((c) => [c.nop(), c.close(0x7fff_fff0), c.nop()]),
  )) as Told & { results: PromiseSettledResult<unknown>[] }
  t.like(refused, { code: 'EBADF', syscall: 'close', index: 1 })
  t.deepEqual(
    refused.results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected'],
  )
})

test.serial('a descriptor that a failed chain has opened is closed', async (t) => {
  const ring = ringFor(t)
  const path = file(t, 'x')
  const before = descriptorCount()
  for (let time = 0; time < 50; time++) {
    const error = (await rejection(
      t,
      ring.chain((c) => [
        c.openat(AT_FDCWD, path, O_RDWR),
        c.openat(AT_FDCWD, path, O_RDWR),
        c.close(0x7fff_fff0),
        c.openat(AT_FDCWD, path, O_RDWR),
      ]),
    )) as Told & { results: PromiseSettledResult<unknown>[] }
    t.like(error, { code: 'EBADF', index: 2 })
    t.like(error.results[0], { status: 'fulfilled', value: -1 })
  }
  t.is(descriptorCount(), before)
})

test('a time that is over does not break a chain (IORING_TIMEOUT_ETIME_SUCCESS)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t)
  if (!(await chainsSurviveTimeouts(t, ring))) return
  const values = await ring.chain((c) => [
    c.timeout(5),
    c.write(fd, Buffer.from('abc'), 0),
    c.timeout(1),
    c.nop(),
  ])
  t.deepEqual(values, ['expired', 3, 'expired', 0])
})

test('links that are not in the returned array run as well, and the array may be in any order', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t)
  const [second, first] = await ring.chain((c) => {
    const one = c.write(fd, Buffer.from('a'), 0)
    const two = c.write(fd, Buffer.from('bcd'), 1)
    c.write(fd, Buffer.from('e'), 4)
    return [two, one]
  })
  t.deepEqual([first, second], [1, 3])
  t.is(readFileSync(`/proc/self/fd/${fd}`, 'utf8'), 'abcde')
})

test('a chain of one, and of none', async (t) => {
  const ring = ringFor(t)
  t.deepEqual(await ring.chain((c) => [c.nop()]), [0])
  t.deepEqual(await ring.chain(() => []), [])
})

test('a chain is never torn apart, however full the queue is (R50)', async (t) => {
  const ring = ringFor(t, { entries: 4, cqEntries: 8 })
  const files = Array.from({ length: 60 }, () => opened(t))
  const chains = files.map((fd, index) =>
    ring.chain((c) => [
      c.write(fd, pattern(10, index), 0),
      c.fsync(fd),
      c.write(fd, pattern(10, index), 10),
    ]),
  )
  const nops = Array.from({ length: 100 }, () => ring.nop())
  t.deepEqual(
    await Promise.all(chains),
    files.map(() => [10, 0, 10]),
  )
  await Promise.all(nops)
  for (const [index, fd] of files.entries())
    t.deepEqual(
      readFileSync(`/proc/self/fd/${fd}`),
      Buffer.concat([pattern(10, index), pattern(10, index)]),
    )
})

test('a chain as long as the queue runs; a longer one is refused at the call, with its timeouts counted', async (t) => {
  const ring = ringFor(t, { entries: 8 })
  const nops = (count: number, options?: { timeout: number }) => (c: Chain) =>
    Array.from({ length: count }, () => c.nop(options))
  t.is((await ring.chain(nops(8))).length, 8)
  t.throws(() => ring.chain(nops(9)), { code: 'ERR_OUT_OF_RANGE' })
  t.is((await ring.chain(nops(4, { timeout: 5000 }))).length, 4)
  t.throws(() => ring.chain(nops(5, { timeout: 5000 })), { code: 'ERR_OUT_OF_RANGE' })
  t.is(ring.stats().inFlight, 0)
})

test('what a builder returns must be what its operations gave', async (t) => {
  const ring = ringFor(t)
  let stale: ReturnType<Chain['nop']> | undefined
  await ring.chain((c) => [(stale = c.nop())])
  for (const wrong of [undefined, null, 5, {}, [undefined], [{}], [5], [stale]]) {
    t.throws(() => ring.chain(((c: Chain) => { c.nop(); return wrong }) as never), { code: 'ERR_INVALID_ARG_TYPE' }) // prettier-ignore
  }
  t.is(ring.stats().inFlight, 0)
})

test('a builder that throws leaves nothing behind', async (t) => {
  const ring = ringFor(t, { inFlight: 4 })
  const fd = opened(t, 'old')
  for (let time = 0; time < 20; time++) {
    t.throws(() => ring.chain((c) => {
      c.write(fd, Buffer.from('new'), 0)
      throw new Error('mine')
    }), { message: 'mine' }) // prettier-ignore
  }
  t.is(ring.stats().inFlight, 0)
  t.is(await ring.nop(), 0)
  t.is(readFileSync(`/proc/self/fd/${fd}`, 'utf8'), 'old')
})

test('a link that is aborted or times out ends its chain with that error (R76, R77)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'kept')
  const { reader } = pipe(t)
  const controller = new AbortController()
  const aborted = ring.chain((c) => [
    c.read(reader, Buffer.alloc(1), null, { signal: controller.signal }),
    c.write(fd, Buffer.from('lost'), 0),
  ])
  const late = ring.chain((c) => [
    c.nop(),
    c.read(reader, Buffer.alloc(1), null, { timeout: 20 }),
    c.write(fd, Buffer.from('lost'), 0),
  ])
  ring.flush()
  controller.abort(new Error('why'))
  t.like(await rejection(t, aborted), { code: 'ABORT_ERR', index: 0 })
  t.like(await rejection(t, late), { code: 'ETIMEDOUT', index: 1 })
  t.is(readFileSync(`/proc/self/fd/${fd}`, 'utf8'), 'kept')
})

test('a time limit that is not reached does not show (R76)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t)
  t.deepEqual(
    await ring.chain((c) => [
      c.write(fd, Buffer.from('abc'), 0, { timeout: 10_000 }),
      c.fsync(fd, 0, { timeout: 10_000 }),
      c.nop(),
    ]),
    [3, 0, 0],
  )
  t.is(fstatSync(fd).size, 3)
})

test('operations called on the ring inside a chain are not part of it', async (t) => {
  const ring = ringFor(t)
  let outside: Promise<number> | undefined
  const error = await rejection(t, ring.chain((c) => {
    const first = c.close(0x7fff_fff0)
    outside = ring.nop()
    ring.flush()
    return [first, c.nop()]
  })) // prettier-ignore
  t.is(error.code, 'EBADF')
  t.is(await outside, 0)
})

test('an opened descriptor is lost to nobody when a later link fails (R23)', async (t) => {
  const ring = ringFor(t)
  const path = file(t, 'x')
  const [fd] = await ring.chain((c) => [c.openat(AT_FDCWD, path, O_RDWR), c.nop()])
  t.is(fstatSync(fd).size, 1)
  t.is(await ring.close(fd), 0)
})

test('an abort inside the builder stops the chain that is being built (R71)', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'kept')
  const { reader } = pipe(t)
  const controller = new AbortController()
  const error = await rejection(t, ring.chain((c) => {
    const links = [c.read(reader, Buffer.alloc(1), null, { signal: controller.signal }), c.write(fd, Buffer.from('lost'), 0)]
    controller.abort()
    return links
  })) // prettier-ignore
  t.like(error, { code: 'ABORT_ERR', index: 0 })
  t.is(readFileSync(`/proc/self/fd/${fd}`, 'utf8'), 'kept')
})

test('a signal that stops one member is the error of the chain, wherever the chain was', async (t) => {
  const ring = ringFor(t)
  if (!(await chainsSurviveTimeouts(t, ring))) return
  const fd = opened(t, 'short')
  const chains: ((c: Chain, signal: AbortSignal) => Link<unknown>[])[] = [
    // an answer below 0 is no short transfer
    (c, signal) => [c.timeout(30), c.timeout(60_000, { signal }), c.nop()],
    (c, signal) => [c.nop(), c.timeout(60_000, { signal }), c.nop()],
    (c, signal) => [c.timeout(30), c.nop({ signal }), c.timeout(60_000, { signal })],
  ]
  for (const collect of chains)
    for (const when of ['queued', 'in flight']) {
      const controller = new AbortController()
      const chain = ring.chain((c) => collect(c, controller.signal))
      if (when === 'in flight') ring.flush()
      controller.abort('mine')
      const error = await rejection(t, chain)
      t.like(error, { code: 'ABORT_ERR', cause: 'mine' }, `${when}: ${error.message}`)
    }
  const controller = new AbortController()
  const hard = ring.chain(
    (c) => [c.read(fd, Buffer.alloc(64), 0), c.timeout(60_000, { signal: controller.signal })],
    { hard: true },
  )
  ring.flush()
  controller.abort()
  // a short transfer does not break a hard chain
  t.like(await rejection(t, hard), { code: 'ABORT_ERR', index: 1 })
})

test('a hard chain that the ring ends is not called short', async (t) => {
  const ring = new Ring()
  const fd = opened(t, 'short')
  if (!(await chainsSurviveTimeouts(t, ring))) return
  const chain = ring.chain((c) => [c.read(fd, Buffer.alloc(64), 0), c.timeout(60_000)], {
    hard: true,
  })
  ring.flush()
  const ended = ring.dispose()
  t.like(await rejection(t, chain), { code: 'ECANCELED', syscall: 'timeout', index: 1 })
  await ended
})
