// What JavaScript sees of a kernel that misbehaves: interrupted, short of memory, taking half of what
// it is given, broken for good (R53-R56, R58, R81). The engine's own tests play every script against a
// fake; here the real one is spoiled, call by call, by a library that stands in front of libc.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { constants as os, tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { constants } from 'uring'
import { inChild, ROOT, type ChildOptions, type Ended, type Inside } from './helpers/child'
import { file, pattern } from './helpers/temp'

const { EAGAIN, EBUSY, EINTR, ENOMEM, EFAULT, ENXIO, EINVAL, EEXIST } = os.errno
const [EBADR, EBADFD, EOWNERDEAD] = [53, 77, 130]

const built = mkdtempSync(join(tmpdir(), 'uring-faults-'))
const library = join(built, 'faults.so')

test.before(() => {
  execFileSync('cc', [
    '-shared',
    '-fPIC',
    '-O1',
    '-o',
    library,
    join(ROOT, '__test__', 'helpers', 'faults.c'),
    '-ldl',
  ])
})
test.after.always(() => rmSync(built, { recursive: true }))

/** Runs `body` with a fault, see faults.c. */
function spoiled(
  fault: string,
  body: (inside: Inside) => unknown,
  options: ChildOptions = {},
): Promise<Ended> {
  return inChild(body, {
    ...options,
    env: {
      LD_PRELOAD: [process.env.LD_PRELOAD, library].filter(Boolean).join(' '),
      URING_FAULT: fault,
    },
  })
}

/** Work of all kinds that must be complete, with a timer beside it that must not stand still. */
async function work({ uring, fs, args, say }: Inside): Promise<void> {
  const ring = new uring.Ring({ entries: 16 })
  const fd = fs.openSync(args[0] as string, 'r')
  let [ticks, wrong, most, last] = [0, 0, 0, performance.now()]
  const timer = setInterval(() => {
    ticks++
    most = Math.max(most, performance.now() - last)
    last = performance.now()
  }, 1)
  const waiting = ring.timeout(300)
  const cpu = process.cpuUsage()
  let done = 0
  for (let round = 0; round < 100; round++) {
    const buffers = Array.from({ length: 20 }, () => Buffer.alloc(64))
    const results = await Promise.all([
      ...buffers.map((buffer, index) => ring.read(fd, buffer, round + index)),
      ring.batch((b) => [b.nop(), b.nop()]).then((all) => all.length),
      ring.chain((c) => [c.nop(), c.nop(), c.nop()]).then((all) => all.length),
    ])
    done += results.reduce((sum, result) => sum + result, 0)
    for (const [index, buffer] of buffers.entries())
      if (buffer[0] !== (((round + index) * 31) & 0xff)) wrong++
  }
  const how = await waiting
  const used = process.cpuUsage(cpu)
  clearInterval(timer)
  const { inFlight, staged, settled, suspect, stalls } = ring.stats()
  say({
    done,
    wrong,
    how,
    inFlight,
    lost: staged - settled,
    suspect,
    stalled: stalls > 0,
    ticks,
    most,
    cpu: (used.user + used.system) / 1000,
  })
  await ring.dispose()
}

async function unharmed(t: ExecutionContext, fault: string, stalled: boolean): Promise<void> {
  // 200 bytes: the pattern of a byte's first 256 places
  const { code, said, stderr } = await spoiled(fault, work, { args: [file(t, pattern(250))] })
  t.is(code, 0, stderr)
  const answer = said[0] as Record<string, unknown> & { ticks: number; cpu: number; most: number }
  t.like(
    answer,
    {
      done: 100 * (20 * 64 + 2 + 3),
      wrong: 0,
      how: 'expired',
      inFlight: 0,
      lost: 0,
      suspect: 0,
      stalled,
    },
    fault,
  )
  t.true(answer.ticks > 2, `${answer.ticks} ticks: the loop stood still`)
}

test('interrupted by signals at every other call: nothing is lost (R53)', (t) =>
  unharmed(t, `enter every ${EINTR} 2`, false))
test('interrupted twenty times in a row: nothing is lost (R53)', (t) =>
  unharmed(t, `enter ${EINTR} 3 20`, false))

for (const [name, errno] of [
  ['EAGAIN', EAGAIN],
  ['EBUSY', EBUSY],
  ['ENOMEM', ENOMEM],
] as const) {
  test(`${name} now and then: nothing is lost, the loop goes round (R54)`, (t) =>
    unharmed(t, `enter every ${errno} 3`, true))
  test(`${name} fifty times in a row: waited out, without turning in circles (R54)`, (t) =>
    unharmed(t, `enter ${errno} 5 50`, true))
}

test('a kernel without room for long is asked seldom, and timers go on (R54)', async (t) => {
  const { code, said, stderr } = await spoiled(
    `enter ${EAGAIN} 3 1000000`,
    async ({ uring, say }) => {
      const ring = new uring.Ring()
      await ring.nop()
      void ring.timeout(60_000).catch(() => {})
      ring.flush()
      const before = process.cpuUsage()
      let ticks = 0
      const timer = setInterval(() => ticks++, 5)
      void ring.nop()
      await new Promise((resolve) => setTimeout(resolve, 1000))
      clearInterval(timer)
      const { user, system } = process.cpuUsage(before)
      say({ ticks, cpu: (user + system) / 1000, enters: ring.stats().enters })
      process.exit(0)
    },
  )
  t.is(code, 0, stderr)
  const { ticks, cpu, enters } = said[0] as Record<'ticks' | 'cpu' | 'enters', number>
  t.true(ticks > 30, `${ticks} ticks`)
  t.true(cpu < 600, `${cpu} ms of CPU in a second`)
  t.true(enters < 5000, `${enters} calls in a second`)
})

for (const most of [1, 3]) {
  test(`a kernel that takes ${most} at a time gets the rest later (R55)`, (t) =>
    unharmed(t, `enter partial ${most}`, false))
}

for (const [name, errno] of Object.entries({
  EBADR,
  EBADFD,
  EOWNERDEAD,
  EFAULT,
  ENXIO,
  EINVAL,
  EEXIST,
})) {
  test(`${name} fails the ring: everything pending rejects, later calls throw, the process lives (R56)`, async (t) => {
    const { code, said, stderr } = await spoiled(
      `enter ${errno} 3 1000000`,
      async ({ uring, fs, say }) => {
        const ring = new uring.Ring()
        const fd = fs.openSync('/dev/zero', 'r')
        const early = ring.timeout(60_000)
        ring.flush()
        await ring.nop()
        const signal = new AbortController().signal
        const pending = [
          early,
          ring.nop(),
          ring.read(fd, Buffer.alloc(8), 0, { signal }),
          ring.batch((b) => [b.nop(), b.nop()]),
          ring.chain((c) => [c.nop(), c.nop()]),
        ]
        const outcomes = await Promise.allSettled(pending)
        const codes = outcomes.map((outcome) =>
          outcome.status === 'rejected' ? [outcome.reason.code, outcome.reason.errno] : 'fulfilled',
        )
        const later = [
          () => ring.nop(),
          () => ring.batch((b) => b.nop()),
          () => ring.chain((c) => [c.nop()]),
          () => ring.flush(),
        ].map((call) => {
          try {
            call()
            return 'nothing'
          } catch (error) {
            return (error as { code: string }).code
          }
        })
        await ring.dispose()
        say({ codes, later, inFlight: ring.stats().inFlight })
      },
    )
    t.is(code, 0, stderr)
    t.deepEqual(said, [
      {
        codes: Array.from({ length: 5 }, () => ['ERR_RING_FAILED', -errno]),
        later: Array.from({ length: 4 }, () => 'ERR_RING_FAILED'),
        inFlight: 0,
      },
    ])
  })
}

test('a ring that fails beside results fails with the same error, whatever is called before it is told (R56)', async (t) => {
  const { code, said, stderr } = await spoiled(
    `enter ${EBADR} 2 1000000`,
    async ({ uring, fs, say }) => {
      const ring = new uring.Ring()
      const early = ring.timeout(1)
      const waiting = ring.timeout(60_000).catch(({ errno }) => errno)
      ring.flush()
      const end = performance.now() + 20
      while (performance.now() < end) fs.statSync('.') // the completion arrives
      const first = ring.nop().catch(({ errno }) => errno)
      ring.flush() // fails, and brings the result
      const second = ring.nop().catch(({ errno }) => errno)
      ring.flush()
      say([await early, await waiting, await first, await second])
      await ring.dispose()
    },
  )
  t.is(code, 0, stderr)
  t.deepEqual(said, [['expired', -EBADR, -EBADR, -EBADR]])
})

for (const [name, errno, reason] of [
  ['ENOMEM', ENOMEM, 'limit'],
  ['EINVAL', EINVAL, 'kernel'],
  ['ENOSYS', os.errno.ENOSYS, 'kernel'],
  ['EPERM', os.errno.EPERM, 'seccomp'],
  ['EIO', os.errno.EIO, 'unknown'],
] as const) {
  test(`io_uring_setup answering ${name} is told as '${reason}', with a remedy (R80, R81)`, async (t) => {
    const { code, said, stderr } = await spoiled(`setup ${errno} 1 1000000`, ({ uring, say }) => {
      const told = uring.availability()
      try {
        void new uring.Ring().dispose()
      } catch (error) {
        say({
          told,
          thrown: {
            ...(error as object),
            cause: ((error as Error).cause as { code: string }).code,
          },
        })
      }
    })
    t.is(code, 0, stderr)
    const { told, thrown } = said[0] as Record<'told' | 'thrown', Record<string, string>>
    t.like(told, { available: false, reason, code: name } as never)
    t.like(thrown, { code: 'ERR_URING_UNAVAILABLE', reason, cause: name } as never)
    t.true(String(told['remedy']).length > 15)
  })
}

for (const feature of ['IORING_FEAT_NODROP', 'IORING_FEAT_SUBMIT_STABLE'] as const) {
  test(`a ring without ${feature} is not used, and the refusal names it (R58)`, async (t) => {
    const { code, said, stderr } = await spoiled(
      `setup without ${constants[feature]}`,
      ({ uring, say }) => {
        try {
          void new uring.Ring().dispose()
        } catch (error) {
          say({ ...(error as object), message: (error as Error).message })
        }
      },
    )
    t.is(code, 0, stderr)
    t.like(said[0], { code: 'ERR_URING_UNAVAILABLE', reason: 'kernel' } as never)
    t.true(String((said[0] as { message: string }).message).includes(feature))
  })
}
