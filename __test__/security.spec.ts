// What SECURITY.md promises. CVE-2024-22017: a ring whose kernel thread polls the queue goes on with the
// rights of the user who created it. Rings of this package have no such thread: after setuid(2) every
// operation has the rights of the new user, in the submit and on a worker of the kernel.

import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { constants } from 'uring'
import { inChild } from './helpers/child'
import { skip } from './helpers/skip'
import { folder } from './helpers/temp'

const NOBODY = 65_534

test('a file only root may open is refused after setuid, by a ring that root created (CVE-2024-22017)', async (t) => {
  if (process.getuid?.() !== 0) {
    skip(t, 'setuid', 'only root can give its rights up')
    return
  }
  const at = folder(t)
  chmodSync(at, 0o755)
  const path = join(at, 'root-only')
  writeFileSync(path, 'secret', { mode: 0o600 })
  const { code, said, stderr } = await inChild(
    async ({ uring, say, args: [secret = '', nobody] }) => {
      const { AT_FDCWD, O_RDONLY, IOSQE_ASYNC } = uring.constants
      const ring = new uring.Ring()
      const open = (flags: number): Promise<number> =>
        ring.openat(AT_FDCWD, secret, O_RDONLY, 0, { flags })
      const codes = (opened: PromiseSettledResult<number>[]): unknown[] =>
        opened.map((one) => (one.status === 'fulfilled' ? 'opened' : one.reason.code))
      // the second of each pair goes to a worker, which exists already when it is needed again
      const before = await Promise.allSettled([open(0), open(IOSQE_ASYNC)])
      process.setgroups?.([])
      process.setgid?.(Number(nobody))
      process.setuid?.(Number(nobody))
      const after = await Promise.allSettled([open(0), open(IOSQE_ASYNC)])
      await ring.dispose()
      say({ before: codes(before), after: codes(after) })
    },
    { args: [path, String(NOBODY)] },
  )
  t.is(code, 0, stderr)
  t.deepEqual(said, [{ before: ['opened', 'opened'], after: ['EACCES', 'EACCES'] }])
})

test('no ring polls its queue in a kernel thread: IORING_SETUP_SQPOLL is never set', async (t) => {
  const { said, stderr } = await inChild(async ({ uring, say }) => {
    const ring = new uring.Ring()
    const { setupFlags } = ring.stats()
    await ring.dispose()
    say(setupFlags)
  })
  t.is((said[0] as number) & constants.IORING_SETUP_SQPOLL, 0, stderr)
})
