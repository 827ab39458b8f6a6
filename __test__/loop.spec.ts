// The ring as a guest on Node's event loop: fairness, contexts, errors of continuations, signals (R53, R60-R66).

import { AsyncLocalStorage, executionAsyncId } from 'node:async_hooks'
import { createServer, connect, type AddressInfo } from 'node:net'
import test from 'ava'
import { inChild } from './helpers/child'
import { collect } from './helpers/gc'
import { ringFor, sleep } from './helpers/ring'
import { patient, scaled } from './helpers/scale'
import { file, opened, pattern } from './helpers/temp'

interface Gaps {
  readonly p50: number
  readonly p99: number
  readonly most: number
  readonly ticks: number
  readonly work: number
}

test.serial(
  'a 1 ms timer has its turn while 256 coroutines hammer cached reads: p99 under 5 ms, none above 50 (R61)',
  async (t) => {
    const measure = async (): Promise<Gaps> => {
      const { code, said, stderr } = await inChild(async ({ uring, fs, args, say }) => {
      const ring = new uring.Ring()
      const fd = fs.openSync(args[0] as string, 'r')
      const gaps: number[] = []
      // time that other processes took from this one is not the ring's fault: CPU time is counted
      const cpu = (): number => {
        const { user, system } = process.cpuUsage()
        return (user + system) / 1000
      }
      let [last, spent, work, running] = [performance.now(), cpu(), 0, true]
      const until = last + 2000
      const timer = setInterval(() => {
        const [now, used] = [performance.now(), cpu()]
        gaps.push(Math.min(now - last, used - spent))
        last = now
        spent = used
        if (now > until) running = false
      }, 1)
      await Promise.all(Array.from({ length: 256 }, async (_, lane) => {
        const buffer = Buffer.alloc(4096)
        for (; running && performance.now() < until + 1000; work++) await ring.read(fd, buffer, ((work * 7 + lane) % 256) * 4096)
      }))
      clearInterval(timer)
      await ring.dispose()
      gaps.sort((one, other) => one - other)
      const at = (part: number): number => gaps[Math.floor((gaps.length - 1) * part)] ?? Number.POSITIVE_INFINITY
      say({ p50: at(0.5), p99: at(0.99), most: at(1), ticks: gaps.length, work })
    }, { args: [file(t, pattern(1 << 20))] }) // prettier-ignore
      t.is(code, 0, stderr)
      return said[0] as Gaps
    }
    // the kernel's and V8's own threads count as well, so not every run is clean; an unfair ring has none that is
    let run = await measure()
    for (let again = 0; again < 3 && !(run.p99 < patient(5) && run.most < patient(50)); again++)
      run = await measure()
    t.log(JSON.stringify(run))
    t.true(run.p99 < patient(5) && run.most < patient(50), JSON.stringify(run))
    t.true(run.ticks > 100 / patient(1) && run.work > scaled(10_000, 100), JSON.stringify(run))
  },
)

test.serial(
  'sockets, setImmediate and microtasks have their turn in a completion flood, too (R61)',
  async (t) => {
    const ring = ringFor(t)
    const server = createServer((socket) => socket.pipe(socket)).listen(0)
    await new Promise((resolve) => server.once('listening', resolve))
    const socket = connect((server.address() as AddressInfo).port)
    let [running, immediates, echoes, work] = [true, 0, 0, 0]
    const until = performance.now() + patient(10_000)
    const flood = Promise.all(Array.from({ length: 256 }, async () => {
    for (; running && performance.now() < until; work++) await ring.nop()
  })) // prettier-ignore
    const immediate = (): void => {
      immediates++
      if (running) setImmediate(immediate)
    }
    setImmediate(immediate)
    socket.on('data', () => {
      echoes++
      if (echoes < 50) socket.write('x')
      else running = false
    })
    socket.write('x')
    await flood
    running = false
    socket.destroy()
    server.close()
    t.is(echoes, 50, `after ${work} operations`)
    t.true(immediates > 50)
  },
)

test('completions are not kept waiting: one by one, each comes in its turn (R62)', async (t) => {
  const ring = ringFor(t)
  const late: number[] = []
  for (let time = 0; time < scaled(300, 20); time++) {
    const begun = performance.now()
    await ring.timeout({ seconds: 0, nanoseconds: 100_000 })
    late.push(performance.now() - begun)
  }
  late.sort((one, other) => one - other)
  const [half, most] = [late[late.length >> 1] as number, late.at(-1) as number]
  // one that is not seen in its turn is seen never, or with whatever comes next
  t.true(half < patient(5) && most < patient(5000), `${half} ms, ${most} ms at most`)
})

test('a continuation has the context of its caller: AsyncLocalStorage (R64)', async (t) => {
  const ring = ringFor(t, { entries: 4 })
  const storage = new AsyncLocalStorage<number>()
  const fd = opened(t, pattern(100))
  const controller = new AbortController()
  await Promise.all(Array.from({ length: 100 }, (_, index) => storage.run(index, async () => {
    const seen = async (promise: Promise<unknown>): Promise<void> => {
      await promise.catch(() => {})
      t.is(storage.getStore(), index)
    }
    await seen(ring.nop())
    await seen(ring.read(fd, Buffer.alloc(8), 0))
    await seen(ring.timeout(1))
    await seen(ring.close(0x7fff_fff0))
    await seen(ring.batch((b) => b.nop()))
    await seen(ring.chain((c) => [c.nop(), c.nop()]))
    const stopped = ring.timeout(60_000, 0, 0, { signal: controller.signal })
    if (index === 99) setTimeout(() => controller.abort(), 20)
    await seen(stopped)
    ring.nop().then(() => t.is(storage.getStore(), index)).catch(() => t.fail())
  }))) // prettier-ignore
  await ring.nop()
  t.is(typeof executionAsyncId(), 'number')
})

test('a continuation that throws is an unhandled rejection; the others of its turn still run (R63)', async (t) => {
  const { code, said, stderr } = await inChild(async ({ uring, say }) => {
    const caught: string[] = []
    process.on('unhandledRejection', (reason) => caught.push((reason as Error).message))
    const ring = new uring.Ring()
    let settled = 0
    for (let index = 0; index < 100; index++) {
      void ring.nop().then(() => {
        settled++
        if (index % 10 === 0) throw new Error(`mine ${index}`)
      })
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
    say({
      settled,
      caught: caught.length,
      again: await ring.nop(),
      inFlight: ring.stats().inFlight,
    })
    await ring.dispose()
  })
  t.is(code, 0, stderr)
  t.deepEqual(said, [{ settled: 100, caught: 10, again: 0, inFlight: 0 }])
})

test('a refusal that nobody handles is one unhandled rejection, one that is handled is none (R39, R96)', async (t) => {
  const { code, said, stderr } = await inChild(async ({ uring, say }) => {
    const told: string[] = []
    process.on('unhandledRejection', (reason) =>
      told.push(`unhandled ${(reason as { code: string }).code}`),
    )
    process.on('rejectionHandled', () => told.push('handled late'))
    process.on('multipleResolves', () => told.push('twice'))
    const ring = new uring.Ring()
    const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))
    for (const call of [
      () => ring.close(0x7fff_fff0),
      () => ring.openat(-100, '/not/there', 0),
      () => ring.timeout(1, 0, 0, { timeout: 0 }),
      () => ring.chain((c) => [c.close(0x7fff_fff0), c.nop()]),
      () => ring.nop({ signal: AbortSignal.abort() }),
    ]) {
      call().catch(() => {})
      await call().catch(() => {})
      await Promise.allSettled([call(), call()])
      await turn()
    }
    say(told.splice(0))
    void ring.close(0x7fff_fff0)
    await turn()
    void ring.chain((c) => [c.openat(-100, '/not/there', 0)])
    await turn()
    void ring.timeout(60_000)
    await ring.dispose()
    await turn()
    say(told)
  })
  t.is(code, 0, stderr)
  t.deepEqual(said, [[], ['unhandled EBADF', 'unhandled ENOENT', 'unhandled ECANCELED']])
})

test('an exception of a nextTick or a microtask in between does not stop the ring (R63)', async (t) => {
  const { code, said, stderr } = await inChild(async ({ uring, say }) => {
    let caught = 0
    process.on('uncaughtException', () => caught++)
    const ring = new uring.Ring()
    const work = Array.from({ length: 200 }, (_, index) => ring.timeout(index % 20).then(() => {
      if (index % 4 === 0) process.nextTick(() => { throw new Error('tick') })
      if (index % 4 === 1) queueMicrotask(() => { throw new Error('microtask') })
      return 1
    }))
    const done = (await Promise.all(work)).length
    await new Promise((resolve) => setImmediate(resolve))
    say({ done, caught })
    await ring.dispose()
  }) // prettier-ignore
  t.is(code, 0, stderr)
  t.deepEqual(said, [{ done: 200, caught: 100 }])
})

test('continuations that submit, flush, cancel and block do not disturb the settling of the others (R60)', async (t) => {
  const ring = ringFor(t, { entries: 8 })
  const fd = opened(t, pattern(4096))
  const bytes = pattern(4096)
  let inner = 0
  const deeds = [
    () => ring.nop().then(() => inner++),
    () => ring.flush(),
    () => undefined,
    () => { const until = performance.now() + 1; while (performance.now() < until); },
    () => ring.batch((b) => { b.nop(); b.nop() }).then(() => inner++),
  ] // prettier-ignore
  await Promise.all(Array.from({ length: 500 }, async (_, index) => {
    const buffer = Buffer.alloc(8)
    if ((await ring.read(fd, buffer, index)) !== 8 || !buffer.equals(bytes.subarray(index, index + 8))) t.fail(`read ${index}`)
    if (index % 5 === 2) {
      const waiting = ring.timeout(60_000)
      ring.cancel(waiting)
      await waiting.catch(() => inner++)
    } else await deeds[index % 5]?.()
  })) // prettier-ignore
  t.is(inner, 300)
})

test('a storm of SIGUSR2 during thousands of operations loses none (R53)', async (t) => {
  const { code, said, stderr } = await inChild(async ({ uring, fs, args, say, require }) => {
    const { spawn } = require('node:child_process') as typeof import('node:child_process')
    let signals = 0
    process.on('SIGUSR2', () => signals++)
    // a pause between the bursts: without it V8's first contended lock (Node 24), which sleeps to
    // learn the clock's speed and does not count what a handler takes, sleeps for a minute
    const storm = spawn(process.execPath, ['-e', `const until = Date.now() + 30000
      const burst = () => { try { for (let i = 0; i < 50; i++) process.kill(${process.pid}, 'SIGUSR2') } catch { process.exit() } if (Date.now() < until) setTimeout(burst, 1) }
      burst()`], { stdio: 'ignore' })
    const ring = new uring.Ring()
    const fd = fs.openSync(args[0] as string, 'r')
    while (signals === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    let [sum, count] = [0, 0]
    for (; count < Number(args[1]) || (signals < 100 && count < 200_000); count += 100) {
      const work = Array.from({ length: 98 }, (_, index) => ring.read(fd, Buffer.alloc(16), index))
      const [waited] = await Promise.all([ring.timeout({ seconds: 0, nanoseconds: 50_000 }), ...work])
      for (const read of await Promise.all(work)) sum += read / 16
      sum += (waited === 'expired' ? 1 : 0) + (await ring.batch((b) => b.nop())).length
    }
    storm.kill('SIGKILL')
    say({ sum, count, stormed: signals >= 100 })
    await ring.dispose()
  }, { args: [file(t, pattern(1000)), String(scaled(10_000, 500))], limit: patient(40_000) }) // prettier-ignore
  t.is(code, 0, stderr)
  const { sum, count, stormed } = said[0] as { sum: number; count: number; stormed: boolean }
  t.is(sum, count)
  t.true(stormed)
})

test('an idle ring costs nothing: no wake-up, no CPU (design rule 8)', async (t) => {
  const { code, said, stderr } = await inChild(async ({ uring, say }) => {
    const ring = new uring.Ring()
    await ring.nop()
    const before = process.resourceUsage()
    const enters = ring.stats().enters
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const after = process.resourceUsage()
    say({
      cpu:
        (after.userCPUTime + after.systemCPUTime - before.userCPUTime - before.systemCPUTime) /
        1000,
      switches: after.voluntaryContextSwitches - before.voluntaryContextSwitches,
      enters: ring.stats().enters - enters,
    })
    await ring.dispose()
  })
  t.is(code, 0, stderr)
  const { cpu, switches, enters } = said[0] as Record<'cpu' | 'switches' | 'enters', number>
  t.is(enters, 0)
  t.true(cpu < patient(50), `${cpu} ms of CPU in a second`)
  t.true(switches < 20, `${switches} wake-ups in a second`)
})

test('waiting costs nothing either: a pending operation does not wake the loop', async (t) => {
  const { code, said, stderr } = await inChild(async ({ uring, say }) => {
    const ring = new uring.Ring()
    const waiting = ring.timeout(1000)
    ring.flush()
    const before = process.resourceUsage()
    await waiting
    const after = process.resourceUsage()
    say([
      (after.userCPUTime + after.systemCPUTime - before.userCPUTime - before.systemCPUTime) / 1000,
      after.voluntaryContextSwitches - before.voluntaryContextSwitches,
    ])
    await ring.dispose()
  })
  t.is(code, 0, stderr)
  const [cpu, switches] = said[0] as [number, number]
  t.true(cpu < patient(50) && switches < 20, `${cpu} ms, ${switches} wake-ups`)
})

test('operations called outside of any turn settle: in finalizers, timers, ticks and microtasks (R52)', async (t) => {
  const ring = ringFor(t)
  const settled: number[] = []
  const registry = new FinalizationRegistry<number>(
    (value) => void ring.nop().then(() => settled.push(value)),
  )
  ;(() => registry.register({}, 1))()
  setTimeout(() => void ring.nop().then(() => settled.push(2)), 1)
  process.nextTick(() => void ring.nop().then(() => settled.push(3)))
  queueMicrotask(() => void ring.nop().then(() => settled.push(4)))
  await collect(3)
  await sleep(patient(50))
  t.deepEqual(settled.sort(), [1, 2, 3, 4]) // prettier-ignore
})
