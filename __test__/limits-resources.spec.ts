// Resource limits of the process: descriptors, locked memory (R25, R81). Each in a child of its own.

import test from 'ava'
import { inChild } from './helpers/child'
import { file } from './helpers/temp'

const NOBODY = 65_534

test('without a descriptor left, opening a ring says which limit, and what to do (R81)', async (t) => {
  const { code, said, stderr } = await inChild(({ uring, fs, say }) => {
    uring.availability()
    const hoard: number[] = []
    try {
      for (;;) hoard.push(fs.openSync('/dev/null', 'r'))
    } catch {
      const availability = uring.availability()
      let refused: unknown
      try {
        void new uring.Ring().dispose()
      } catch (error) {
        refused = { ...(error as object), message: (error as Error).message }
      }
      for (const fd of hoard) fs.closeSync(fd)
      say({ availability, refused, after: uring.availability().available })
    }
  }, { under: ['/bin/sh', '-c', 'ulimit -n 64; exec "$@"', 'sh'] }) // prettier-ignore
  t.is(code, 0, stderr)
  const { availability, refused, after } = said[0] as Record<
    'availability' | 'refused',
    Record<string, string>
  > & { after: boolean }
  t.like(availability, { available: false, reason: 'limit', code: 'EMFILE' })
  t.like(refused, { code: 'ERR_URING_UNAVAILABLE', reason: 'limit' })
  t.regex(String(availability['remedy']), /ulimit -n/)
  t.true(String(refused['message']).length > 20)
  t.true(after, 'and it works again when there are some')
})

test('without a descriptor left, openat rejects with EMFILE and the ring goes on (R25)', async (t) => {
  const path = file(t, 'contents')
  const { code, said, stderr } = await inChild(async ({ uring, say, args }) => {
    const ring = new uring.Ring()
    const opened: number[] = []
    let refused: string | undefined
    while (refused === undefined) {
      await ring.openat(-100, args[0] as string, 0).then((fd) => opened.push(fd), (error) => (refused = error.code))
    }
    const buffer = Buffer.alloc(8)
    const read = await ring.read(opened[0] as number, buffer, 0)
    for (const fd of opened) await ring.close(fd)
    const again = await ring.openat(-100, args[0] as string, 0)
    say({ refused, read, again: again > 2, opened: opened.length })
    await ring.dispose()
  }, { args: [path], under: ['/bin/sh', '-c', 'ulimit -n 64; exec "$@"', 'sh'] }) // prettier-ignore
  t.is(code, 0, stderr)
  const answer = said[0] as { refused: string; read: number; again: boolean; opened: number }
  t.like(answer, { refused: 'EMFILE', read: 8, again: true })
  t.true(answer.opened > 10)
})

test('beyond the locked-memory limit, registering buffers is refused and names the limit; reads go on (R81)', async (t) => {
  const path = file(t, 'contents')
  const { code, said, stderr } = await inChild(async ({ uring, fs, say, args }) => {
    const fd = fs.openSync(args[0] as string, 'r')
    // as somebody without CAP_IPC_LOCK; new kernels and Node's own rings take a part of the limit
    process.setgid?.(65_534)
    process.setuid?.(65_534)
    const ring = new uring.Ring({ entries: 4 })
    let refused: unknown
    try {
      ring.registerBuffers(64, 65_536)
    } catch (error) {
      refused = { ...(error as object), message: (error as Error).message }
    }
    const small = ring.registerBuffers(1, 4096).length
    say({ refused, small, read: await ring.read(fd, Buffer.alloc(8), 0) })
    await ring.dispose()
  }, { args: [path], under: ['/bin/sh', '-c', 'ulimit -l 2048; exec "$@"', 'sh'] }) // prettier-ignore
  t.is(code, 0, stderr)
  const { refused, small, read } = said[0] as {
    refused: Record<string, string>
    small: number
    read: number
  }
  t.deepEqual([small, read], [1, 8])
  t.is(refused['code'], 'ENOMEM')
  t.regex(
    String(refused['message']),
    /memlock|ulimit -l|locked-memory/i,
    'the message names the limit',
  )
})

test('somebody without privileges and 64 KiB of locked memory can use rings of any size on this kernel, or is told why not (R81)', async (t) => {
  const { code, said, stderr } = await inChild(async ({ uring, say }) => {
    for (const entries of [8, 256, 4096]) {
      try {
        const ring = new uring.Ring({ entries })
        say(await ring.nop())
        await ring.dispose()
      } catch (error) {
        say((error as { reason?: string }).reason)
      }
    }
  }, { uid: NOBODY, under: ['/bin/sh', '-c', 'ulimit -l 64; exec "$@"', 'sh'] }) // prettier-ignore
  t.is(code, 0, stderr)
  t.is(said.length, 3)
  t.true(
    said.every((answer) => answer === 0 || answer === 'limit'),
    JSON.stringify(said),
  )
})

// The ring hands a large transfer to a worker. Where the user may have no more threads the kernel
// cannot start one, and cancels the transfer. (Kernels before 5.12 have workers that the limit does not
// count; guests therefore leave this out.)
if (process.env['URING_TEST_SCALE'] === undefined)
  test.failing(
    'a large read needs no worker that the kernel cannot start (RLIMIT_NPROC)',
    async (t) => {
      if (process.getuid?.() !== 0) throw new Error('needs root, whom the limit does not bind')
      const { code, said, stderr } = await inChild(async ({ uring, fs, say, require }) => {
    const { execFileSync } = require('node:child_process') as typeof import('node:child_process')
    execFileSync('prlimit', ['--nproc=1:1', '--pid', String(process.pid)])
    const ring = new uring.Ring()
    const fd = fs.openSync('/proc/self/exe', 'r')
    const outcomes = [1 << 18, 1 << 20].map((size) =>
      ring.read(fd, Buffer.alloc(size), 0).catch((error: { code: string }) => error.code),
    )
    say(await Promise.all(outcomes))
    await ring.dispose()
  }, { uid: 54_321 }) // prettier-ignore
      t.is(code, 0, stderr)
      t.deepEqual(said, [[1 << 18, 1 << 20]])
    },
  )
