// Which operations keep the process alive: all of them, unless they or their ring are unref'ed.

import test from 'ava'
import { inChild } from './helpers/child'
import { fifo } from './helpers/pipe'
import { patient } from './helpers/scale'
import { file } from './helpers/temp'

test('an operation with `ref: false` does not keep the process alive; others of its ring do', async (t) => {
  const { code, said, stderr, ms } = await inChild(async ({ uring, fs, args, say }) => {
    const ring = new uring.Ring()
    const pipe = fs.openSync(args[0] as string, fs.constants.O_RDWR)
    void ring.read(pipe, Buffer.alloc(1), null, { ref: false }).then(() => say('read'))
    void ring.timeout(60_000, { ref: false })
    say(await ring.timeout(60))
    process.on('exit', (exit) => say(exit))
  }, { args: [fifo(t)] }) // prettier-ignore
  t.is(code, 0, stderr)
  t.deepEqual(said, ['expired', 0])
  t.true(ms < patient(20_000))
})

test('ref and unref of a promise change one operation, before and after it was submitted', async (t) => {
  const { code, said, stderr } = await inChild(({ uring, say }) => {
    const ring = new uring.Ring()
    const first = ring.timeout(60_000)
    ring.unref(first) // not submitted yet
    const second = ring.timeout(60_000)
    ring.flush()
    ring.unref(second)
    ring.unref(second)
    const third = ring.timeout(40, { ref: false })
    ring.flush()
    ring.ref(third)
    ring.ref(third)
    void third.then((how) => say(how))
  })
  t.is(code, 0, stderr)
  t.deepEqual(said, ['expired'])
})

test("an operation that is not ref'ed settles as any other while something else keeps the loop", async (t) => {
  const { code, said, stderr } = await inChild(({ uring, say }) => {
    const ring = new uring.Ring()
    void ring.timeout(10, { ref: false }).then((how) => say(how))
    const { signal } = new AbortController()
    void ring.batch((b) => b.timeout(5, { ref: false, signal })).then((raw) => say([...raw]))
    setTimeout(() => say(ring.stats().inFlight), 300)
  })
  t.is(code, 0, stderr)
  t.deepEqual(said, [[-62], 'expired', 0])
})

test('the count stays right over thousands of operations of both kinds', async (t) => {
  const { code, said, stderr } = await inChild(async ({ uring, say }) => {
    const ring = new uring.Ring({ entries: 16 })
    for (let round = 0; round < 50; round++) {
      const all = Array.from({ length: 100 }, (_, index) => {
        const promise = index % 3 === 0 ? ring.nop({ ref: false }) : ring.nop()
        if (index % 5 === 0) ring.unref(promise)
        if (index % 10 === 0) ring.ref(promise)
        return promise
      })
      await Promise.all(all)
    }
    void ring.timeout(60_000, { ref: false })
    say(await ring.timeout(20))
  })
  t.is(code, 0, stderr)
  t.deepEqual(said, ['expired'])
})

test("operations that are not ref'ed let the process go, even when they never stop", async (t) => {
  const { code, said, stderr } = await inChild(({ uring, say }) => {
    const ring = new uring.Ring()
    const ref = false
    const hammer = async (): Promise<void> => {
      for (;;) await ring.nop({ ref })
    }
    const batches = async (): Promise<void> => {
      for (;;) await ring.batch((b) => b.nop({ ref }))
    }
    for (let lane = 0; lane < 64; lane++) void (lane % 8 === 0 ? batches() : hammer())
    setTimeout(() => say('the last thing that keeps the process alive'), 20)
  }, { limit: patient(5000) }) // prettier-ignore
  t.is(code, 0, stderr || 'killed: it went on for ever')
  t.is(said.length, 1)
})

test("a ref'ed operation that is called while a busy ring waits for its next turn keeps the process alive", async (t) => {
  for (const how of ['called', "ref'ed later", 'in a batch', 'submitted by a cancel']) {
    const { code, said, stderr } = await inChild(
      async ({ uring, args, say }) => {
        const ring = new uring.Ring()
        const ref = false
        let running = true
        const hammer = async (): Promise<void> => {
          while (running) await ring.nop({ ref })
        }
        for (let lane = 0; lane < 64; lane++) void hammer()
        for (let round = 0; round < 200; round++) {
          const awake = setInterval(() => {}, 1000)
          for (let times = 0; times < round; times++) await ring.nop({ ref })
          clearInterval(awake)
          if (args[0] === 'called') await ring.timeout(1)
          else if (args[0] === 'in a batch') await ring.batch((b) => b.timeout(1))
          else {
            const promise = ring.timeout(1, { ref })
            if (args[0] === 'submitted by a cancel') {
              const other = ring.nop({ ref })
              other.catch(() => {})
              ring.cancel(other)
            }
            ring.ref(promise)
            await promise
          }
        }
        running = false
        say('all')
      },
      { args: [how] },
    )
    t.is(code, 0, stderr)
    t.deepEqual(said, ['all'], how)
  }
})

test('a ring that is being disposed keeps the process alive until it is, also without ref', async (t) => {
  const target = file(t)
  for (const unreferenced of ['operation', 'ring'] as const) {
    const { code, said, stderr } = await inChild(async ({ uring, fs, args, say }) => {
      const [path, how] = args as [string, string]
      const ring = new uring.Ring()
      const fd = fs.openSync(path, 'w')
      // a worker writes this, and once it has begun nothing can stop it
      const writing = ring.write(fd, Buffer.alloc(128 << 20), 0, { ref: how === 'ring' })
      const outcome = writing.catch((error: { code: string }) => error.code)
      ring.flush()
      await new Promise((resolve) => setTimeout(resolve, 5))
      if (how === 'ring') ring.unref()
      await ring.dispose()
      await outcome
      say('disposed')
    }, { args: [target, unreferenced] }) // prettier-ignore
    t.is(code, 0, stderr)
    t.deepEqual(said, ['disposed'], unreferenced)
  }
})
