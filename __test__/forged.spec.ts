// Objects that are not what they seem: getters, proxies, forged signals, thenables, patched prototypes.
// None of them may run inside a flush, lose a result or keep a ring from ending.

import { writeSync } from 'node:fs'
import test from 'ava'
import { constants } from 'uring'
import { inChild } from './helpers/child'
import { rejection, thrown } from './helpers/errors'
import { pipe } from './helpers/pipe'
import { ringFor, turnOfLoop } from './helpers/ring'
import { opened } from './helpers/temp'

test("a vectored read keeps no array that the caller's own `map` returned", async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'abcdef')
  const buffer = Buffer.alloc(6)
  let reads = 0
  const kept: unknown[] = []
  Object.defineProperty(kept, 0, {
    get() {
      reads++
      structuredClone(buffer.buffer, { transfer: [] })
      return buffer
    },
  })
  const views = Object.assign([buffer], { map: () => kept })
  t.is(await ring.readv(fd, views, 0), 6)
  t.is(buffer.toString(), 'abcdef')
  t.is(reads, 0)
})

test('getters of an array of buffers run at the call, never at the submit', async (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'abcdef')
  const buffer = Buffer.alloc(6)
  let called = 0
  const views: NodeJS.ArrayBufferView[] = []
  Object.defineProperty(views, 0, { get: () => (called++, buffer), enumerable: true })
  const reading = ring.readv(fd, views, 0)
  const atTheCall = called
  t.is(await reading, 6)
  t.is(called, atTheCall)
})

test('what merely looks like an AbortSignal is refused at the call', (t) => {
  const ring = ringFor(t)
  const duck = { aborted: false, addEventListener() {}, removeEventListener() {} }
  const heir = Object.create(AbortSignal.prototype) as AbortSignal
  const proxy = new Proxy(new AbortController().signal, {})
  const heirOfReal = Object.create(new AbortController().signal) as AbortSignal
  for (const signal of [duck, heir, heirOfReal, proxy, new EventTarget(), {}, 5, null]) {
    t.is(thrown(t, () => ring.nop({ signal: signal as never })).code, 'ERR_INVALID_ARG_TYPE')
  }
  t.is(ring.stats().inFlight, 0)
})

test('a signal whose properties throw neither loses results nor keeps the ring from ending', async (t) => {
  const ring = ringFor(t)
  const controllers = [new AbortController(), new AbortController()] as const
  const forbidden = (): never => {
    throw new Error('do not look')
  }
  for (const { signal } of controllers) {
    for (const name of ['aborted', 'reason', 'addEventListener', 'removeEventListener'])
      Object.defineProperty(signal, name, { get: forbidden, configurable: true })
  }
  const waiting = ring.timeout(60_000, { signal: controllers[0].signal })
  const passing = Promise.all([ring.nop(), ring.nop({ signal: controllers[1].signal }), ring.nop()])
  t.deepEqual(await passing, [0, 0, 0])
  controllers[0].abort('mine')
  t.like(await rejection(t, waiting), { code: 'ABORT_ERR', cause: 'mine' })
  t.is(ring.stats().inFlight, 0)
  await ring.dispose()
})

test('an abort event that somebody dispatches by hand stops nothing', async (t) => {
  const ring = ringFor(t)
  const { reader, writer } = pipe(t)
  const controller = new AbortController()
  const { signal } = controller
  const first = ring.read(reader, Buffer.alloc(1), null, { signal })
  ring.flush()
  signal.dispatchEvent(new Event('abort'))
  await turnOfLoop()
  writeSync(writer, 'x')
  t.is(await first, 1)
  const second = ring.read(reader, Buffer.alloc(1), null, { signal })
  ring.flush()
  signal.dispatchEvent(new Event('abort'))
  controller.abort('really')
  t.like(await rejection(t, second), { code: 'ABORT_ERR', cause: 'really' })
})

test('options are read once, and what their getters do meanwhile harms nobody', async (t) => {
  const ring = ringFor(t)
  const { signal } = new AbortController()
  const counts = { signal: 0, timeout: 0, flags: 0 }
  const options = {
    get signal() {
      counts.signal++
      ring.flush()
      void ring.nop()
      return signal
    },
    get timeout() {
      counts.timeout++
      return 10_000
    },
    get flags() {
      counts.flags++
      return 0
    },
  }
  t.is(await ring.nop(options), 0)
  t.deepEqual(counts, { signal: 1, timeout: 1, flags: 1 })
  const error = thrown(t, () =>
    ring.nop({
      get signal(): AbortSignal {
        throw new Error('mine')
      },
    }),
  )
  t.is(error.message, 'mine')
  await ring.nop()
  t.is(ring.stats().inFlight, 0)
})

test('a `then` planted on Object.prototype can flush, submit and throw while results are handed out', async (t) => {
  const ended = await inChild(async ({ uring, fs, say }) => {
    const ring = new uring.Ring()
    const fd = fs.openSync('/proc/self/exe', 'r')
    let calls = 0
    // oxlint-disable-next-line no-extend-native no-thenable
    Object.defineProperty(Object.prototype, 'then', {
      configurable: true,
      get() {
        if (!(this instanceof uring.Statx)) return undefined
        calls++
        ring.flush()
        void ring.nop().catch(() => {})
        throw new Error('planted')
      },
    })
    const outcomes = await Promise.allSettled([
      ring.nop(),
      ring.statx(fd, '', uring.constants.AT_EMPTY_PATH),
      ring.nop(),
    ])
    Reflect.deleteProperty(Object.prototype, 'then')
    await ring.nop()
    say([calls, outcomes.map(({ status }) => status), ring.stats().inFlight])
    await ring.dispose()
    say('done')
  })
  t.deepEqual(ended.said, [[1, ['fulfilled', 'rejected', 'fulfilled'], 0], 'done'], ended.stderr)
})

test('an Error.prepareStackTrace that throws, and a frozen Error, leave every promise settled', async (t) => {
  const ended = await inChild(async ({ uring, say }) => {
    const ring = new uring.Ring()
    Error.prepareStackTrace = () => {
      throw new TypeError('planted')
    }
    const first = await Promise.allSettled([ring.nop(), ring.close(999_999), ring.nop()])
    Error.prepareStackTrace = undefined as never
    Object.freeze(Error)
    const second = await Promise.allSettled([ring.nop(), ring.close(999_999), ring.nop()])
    say([...first, ...second].map(({ status }) => status[0]))
    say((second[1] as PromiseRejectedResult).reason.code)
    await ring.dispose()
    say(ring.stats().inFlight)
  })
  t.deepEqual(ended.said, [['f', 'r', 'f', 'f', 'r', 'f'], 'EBADF', 0], ended.stderr)
})

test('an asynchronous collector is refused, submits nothing and does not end the process', async (t) => {
  const ended = await inChild(async ({ uring, require, say }) => {
    const ring = new uring.Ring()
    const codes: string[] = []
    const attempt = (call: () => unknown): void => {
      try {
        call()
      } catch (error) {
        codes.push((error as { code: string }).code)
      }
    }
    attempt(() =>
      ring.batch((async (b: { nop(): void }) => {
        b.nop()
        await Promise.resolve()
        b.nop()
      }) as never),
    )
    // oxlint-disable-next-line no-thenable
    attempt(() => ring.batch((() => ({ then() {} })) as never))
    attempt(() => ring.chain((async (c: { nop(): unknown }) => [c.nop()]) as never))
    // of another realm, and failing
    const text = '(async (b) => { b.nop(); throw new Error("mine") })'
    attempt(() =>
      ring.batch((require('node:vm') as typeof import('node:vm')).runInNewContext(text)),
    )
    await ring.nop()
    say([codes, ring.stats().staged, ring.stats().inFlight])
    await ring.dispose()
  })
  const type = 'ERR_INVALID_ARG_TYPE'
  t.deepEqual(ended.said, [[[type, type, type, type], 1, 0]], ended.stderr)
  t.is(ended.code, 0)
})

test('constants of a name that does not exist are refused where they are looked up', (t) => {
  const { constants: names } = { constants: constants as Record<string, unknown> }
  t.throws(() => names['RWF_DSYNCH'], { instanceOf: TypeError, message: /RWF_DSYNCH/ })
  t.is(names['then'], undefined)
  t.false('RWF_DSYNCH' in names)
})

test('accessors planted on Array.prototype never run inside a flush, and lose nothing', async (t) => {
  const ended = await inChild(async ({ uring, fs, say }) => {
    const fd = fs.openSync('/proc/self/exe', 'r')
    let calls = 0
    const note = (): void => {
      calls++
    }
    for (let index = 0; index < 8; index++)
      // oxlint-disable-next-line no-extend-native
      Object.defineProperty(Array.prototype, index, {
        configurable: true,
        get: note,
        set: note,
      })
    const ring = new uring.Ring()
    const buffers = [new Uint8Array(1), new Uint8Array(2), new Uint8Array(3)] as const
    const results = [
      ring.read(fd, buffers[0], 0),
      ring.readv(fd, buffers, 0),
      ring.statx(fd, '', uring.constants.AT_EMPTY_PATH).then(({ mode }) => mode > 0),
      ring.batch((b) => {
        for (const buffer of buffers) b.read(fd, buffer, 0)
      }),
    ] as const
    ring.cancel(Promise.resolve())
    const before = calls
    ring.flush()
    const during = calls - before
    for (let index = 0; index < 8; index++) Reflect.deleteProperty(Array.prototype, index)
    const [read, readv, statx, batch] = await Promise.all(results)
    say([during, read, readv, statx, [...batch], ring.stats().inFlight])
    await ring.dispose()
  })
  t.deepEqual(ended.said, [[0, 1, 6, true, [1, 2, 3], 0]], ended.stderr)
})

test('a Promise.prototype.then that is patched neither keeps a flush from coming nor is called for it', async (t) => {
  const ended = await inChild(async ({ uring, say }) => {
    const ring = new uring.Ring()
    const { then } = Promise.prototype
    // oxlint-disable-next-line no-extend-native no-thenable
    Promise.prototype.then = () => {
      throw new Error('planted')
    }
    const results: (number | undefined)[] = []
    const calls = [ring.nop(), ring.nop()]
    // oxlint-disable-next-line no-extend-native no-thenable
    Promise.prototype.then = then
    for (const call of calls) results.push(await call)
    say([results, await ring.nop()])
    await ring.dispose()
  })
  t.deepEqual(ended.said, [[[0, 0], 0]], ended.stderr)
})

test('a list of files is read by index: its own `map`, its species and its holes change nothing', (t) => {
  const ring = ringFor(t)
  const fd = opened(t, 'x')
  ring.registerFiles(Object.assign([fd], { map: () => ['nonsense'] }))
  ring.unregisterFiles()
  class Odd extends Array<number> {
    static override get [Symbol.species](): ArrayConstructor {
      return function () {
        return {}
      } as never
    }
  }
  ring.registerFiles(Odd.of(fd, -1))
  ring.unregisterFiles()
  // oxlint-disable-next-line no-sparse-arrays
  for (const files of [[fd, , fd], Object.assign([], { length: 2 })])
    t.is(thrown(t, () => ring.registerFiles(files as never)).code, 'ERR_INVALID_ARG_TYPE')
})

test('async hooks may flush, submit and cancel whenever a promise is made or resolved', async (t) => {
  const ended = await inChild(async ({ uring, fs, require, say }) => {
    const hooks = require('node:async_hooks') as typeof import('node:async_hooks')
    const ring = new uring.Ring()
    const fd = fs.openSync('/proc/self/exe', 'r')
    const never = Promise.resolve()
    const doings = [
      () => ring.flush(),
      () => void ring.nop(),
      () => void ring.batch((b) => b.nop()),
      () => void ring.cancel(never),
    ]
    const outcomes = new Set<string>()
    for (const doing of doings)
      for (const point of ['init', 'promiseResolve'] as const) {
        let [inside, left] = [false, 300]
        const act = (): void => {
          if (inside || left-- <= 0) return
          inside = true
          doing()
          inside = false
        }
        const hook = hooks.createHook({ [point]: act }).enable()
        for (let round = 0; round < 5; round++) {
          const settled = await Promise.allSettled([
            ring.nop(),
            ring.batch((b) => {
              b.nop()
              b.close(0x7fff_fff0)
            }),
            ring.chain((c) => [c.nop(), c.read(fd, Buffer.alloc(1), 0)]),
            ring.close(0x7fff_fff0),
          ])
          outcomes.add(settled.map(({ status }) => status[0]).join(''))
        }
        hook.disable()
      }
    await ring.nop()
    say([[...outcomes], ring.stats().inFlight, ring.stats().suspect])
    await ring.dispose()
  })
  t.deepEqual(ended.said, [[['fffr'], 0, 0]], ended.stderr)
})
