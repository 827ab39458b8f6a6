// Code that is stopped in the middle of the package's own: terminated by the `timeout` of `vm` (or Ctrl-C in the
// REPL), which runs no `finally`, or out of stack. The ring goes on for everybody else.

import test from 'ava'
import { inChild } from './helpers/child'
import { scaled } from './helpers/scale'

test('a collecting function that is terminated submits nothing, and the ring goes on', async (t) => {
  const { code, said, stderr } = await inChild(async ({ uring, require, say }) => {
    const vm = require('node:vm') as typeof import('node:vm')
    for (const source of [
      'ring.batch((b) => { b.close(2); for (;;); })',
      'ring.chain((c) => { c.close(2); for (;;); })',
      'ring.batch((b) => { b.close(2); ring.chain((c) => { c.close(2); for (;;); }) })',
      'ring.batch((b) => { b.close(2); ring.cancel(waiting); for (;;); })',
    ]) {
      const ring = new uring.Ring()
      const waiting = ring.timeout(60_000)
      const settled = waiting.then(
        () => 'no',
        (error: { code: string }) => error.code,
      )
      const context = vm.createContext({ ring, waiting })
      try {
        vm.runInContext(source, context, { timeout: 20 })
      } catch (error) {
        say((error as NodeJS.ErrnoException).code)
      }
      say([await ring.nop(), [...(await ring.batch((b) => b.nop()))]])
      say([ring.stats().inFlight, ring.stats().staged])
      await ring.dispose()
      say(await settled)
    }
  })
  t.is(code, 0, stderr)
  t.is(stderr, '', 'descriptor 2 is open')
  const one = ['ERR_SCRIPT_EXECUTION_TIMEOUT', [0, [0]], [1, 3], 'ECANCELED']
  t.deepEqual(said, [...one, ...one, ...one, ...one.with(2, [0, 3])])
})

test('an outer collecting function goes on when one inside of it was terminated', async (t) => {
  const { code, said, stderr } = await inChild(async ({ uring, require, say }) => {
    const vm = require('node:vm') as typeof import('node:vm')
    const ring = new uring.Ring()
    const context = vm.createContext({ ring })
    const raw = await ring.batch((b) => {
      b.nop()
      try {
        vm.runInContext('ring.batch((b) => { b.close(2); for (;;); })', context, { timeout: 20 })
      } catch (error) {
        say((error as NodeJS.ErrnoException).code)
      }
      b.nop()
    })
    say([...raw])
    say(ring.stats().inFlight)
    await ring.dispose()
  })
  t.is(code, 0, stderr)
  t.deepEqual(said, ['ERR_SCRIPT_EXECUTION_TIMEOUT', [0, 0], 0])
})

test('a program that is terminated wherever it is in the package does no harm to others on its ring', async (t) => {
  const { code, said, stderr } = await inChild(
    async ({ uring, fs, args, require, say }) => {
      const vm = require('node:vm') as typeof import('node:vm')
      process.on('unhandledRejection', (error) => {
        if ((error as NodeJS.ErrnoException).code !== 'ECANCELED') throw error
      })
      const fd = fs.openSync(process.execPath, 'r')
      let ends = 0
      for (let round = 0; round < Number(args[0]); round++) {
        for (const source of [
          'for (;;) ring.nop()',
          'for (;;) { ring.nop(); ring.flush() }',
          'for (;;) ring.read(fd, buffer, 0)',
          'for (;;) ring.batch((b) => { for (let index = 0; index < 100; index++) b.nop() })',
          'for (;;) ring.chain((c) => [c.nop(), c.nop()])',
        ]) {
          const ring = new uring.Ring()
          const others = Array.from({ length: 8 }, () => ring.timeout(1))
          const context = vm.createContext({ ring, fd, buffer: Buffer.alloc(512) })
          try {
            vm.runInContext(source, context, { timeout: 3 + (round % 5) })
          } catch {
            // what the program was doing is lost; so may be the slot that it had just taken
          }
          await Promise.all(others)
          if ((await ring.nop()) === 0) ends++
          await ring.dispose()
          if (ring.stats().inFlight === 0) ends++
        }
      }
      say(ends)
    },
    { args: [String(scaled(20, 2))], limit: 60_000 },
  )
  t.is(code, 0, stderr)
  t.deepEqual(said, [scaled(20, 2) * 5 * 2])
})

test('operations that are called with hardly any stack left are refused or settle', async (t) => {
  const { code, said, stderr } = await inChild(async ({ uring, say }) => {
    process.on('unhandledRejection', () => {})
    const ring = new uring.Ring()
    const called: Promise<number>[] = []
    const descend = (): void => {
      try {
        descend()
      } catch {
        // the deepest calls have no stack left for anything
      }
      try {
        called.push(ring.nop())
      } catch {
        // nor these
      }
    }
    descend()
    const outcomes = await Promise.allSettled(called)
    const settled = outcomes.filter(
      (outcome) => outcome.status === 'fulfilled' || outcome.reason instanceof RangeError,
    )
    say(settled.length > 1000 && settled.length === outcomes.length)
    say(await ring.nop())
    await ring.dispose()
    say(ring.stats().inFlight)
  })
  t.is(code, 0, stderr)
  t.deepEqual(said, [true, 0, 0])
})
