// A process that has run out of descriptors for a moment: told as what it is, and not held against it afterwards.

import test from 'ava'
import { inChild } from './helpers/child'

const FEW = ['/bin/sh', '-c', 'ulimit -n 64; exec "$@"', 'sh']

test('the addon that could not be opened for want of descriptors is opened later', async (t) => {
  const { code, said, stderr } = await inChild(
    async ({ uring, fs, say }) => {
      const held: number[] = []
      try {
        for (;;) held.push(fs.openSync('/dev/null', 'r'))
      } catch (error) {
        say((error as NodeJS.ErrnoException).code)
      }
      const told = uring.availability()
      let thrown: { code?: string; reason?: string } = {}
      try {
        say(new uring.Ring().stats())
      } catch (error) {
        thrown = error as typeof thrown
      }
      const { reason, remedy } = told.available ? { reason: '', remedy: '' } : told
      for (const fd of held) fs.closeSync(fd)
      say([reason, remedy, thrown.code, thrown.reason])
      const ring = new uring.Ring()
      say(await ring.nop())
      await ring.dispose()
    },
    { under: FEW },
  )
  t.is(code, 0, stderr)
  const remedy = 'Close some, or raise the limit (ulimit -n, LimitNOFILE=).'
  t.deepEqual(said, ['EMFILE', ['limit', remedy, 'ERR_URING_UNAVAILABLE', 'limit'], 0])
})

test('the list of operations that could not be asked for then is asked for later', async (t) => {
  const { code, said, stderr } = await inChild(
    async ({ uring, fs, say }) => {
      const ring = new uring.Ring()
      const fd = fs.openSync('/dev/null', 'r')
      const held: number[] = []
      try {
        for (;;) held.push(fs.openSync('/dev/null', 'r'))
      } catch (error) {
        say((error as NodeJS.ErrnoException).code)
      }
      await ring.fsync(fd, 0xffff).catch((error: { code: string }) => {
        say(error.code)
      })
      for (const other of held) fs.closeSync(other)
      const told = uring.availability()
      say(told.available && told.opcodes.includes(uring.constants.IORING_OP_READ))
      await ring.dispose()
    },
    { under: FEW },
  )
  t.is(code, 0, stderr)
  t.deepEqual(said, ['EMFILE', 'EINVAL', true])
})
