// What cannot be cancelled is waited for: a write to a frozen file system ends when the file system thaws, and
// neither the thread nor the buffer's memory may be gone before.

import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import test, { type ExecutionContext } from 'ava'
import { program, type Inside } from './helpers/child'
import { sleep } from './helpers/ring'
import { patient } from './helpers/scale'
import { skip } from './helpers/skip'
import { closeQuietly, folder, pattern } from './helpers/temp'

const SIZE = 1 << 20

function succeeds(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

/** A file system of its own that can be frozen, or nothing where that is not possible. */
function freezable(t: ExecutionContext): string | undefined {
  const [image, place] = [join(folder(t), 'image'), join(folder(t), 'mounted')]
  writeFileSync(image, '')
  truncateSync(image, 32 << 20)
  mkdirSync(place)
  const mounted =
    process.getuid?.() === 0 &&
    succeeds('mkfs.ext4', '-q', image) &&
    succeeds('mount', '-o', 'loop', image, place)
  if (!mounted) {
    skip(t, 'frozen file system', 'an image of ext4 cannot be made and mounted here')
    return undefined
  }
  // where the thread does not wait, joining it may block this one for as long as the file system is frozen
  const rescue = spawn('sh', ['-c', 'sleep 20 && fsfreeze -u "$0"', place], { detached: true })
  t.teardown(() => {
    if (rescue.pid !== undefined && rescue.exitCode === null) process.kill(-rescue.pid)
    succeeds('fsfreeze', '-u', place)
    succeeds('umount', '-l', place)
  })
  return place
}

/** Writes to a file of a frozen file system, and says so. */
function stuck({ uring, args, require }: Inside): void {
  const { parentPort } = require('node:worker_threads') as typeof import('node:worker_threads')
  const [fd, size] = args.map(Number) as [number, number]
  const ring = new uring.Ring()
  const buffer = new Uint8Array(size)
  for (let index = 0; index < size; index++) buffer[index] = (index * 7) & 0xff
  ring.write(fd, buffer, 0, { flags: uring.constants.IOSQE_ASYNC }).catch(() => {})
  ring.flush()
  parentPort?.postMessage('under way')
}

test('a worker with a write that cannot be cancelled ends when the write does', async (t) => {
  t.timeout(patient(60_000))
  const place = freezable(t)
  if (place === undefined) return
  const path = join(place, 'file')
  writeFileSync(path, pattern(SIZE))
  const fd = openSync(path, 'r+')
  t.teardown(() => {
    closeQuietly(fd)
  })
  t.true(succeeds('fsfreeze', '-f', place))
  const options = { args: [String(fd), String(SIZE)] }
  const worker = new Worker(program(stuck, options), { eval: true })
  await new Promise((resolve) => worker.once('message', resolve))
  await sleep(100)
  let over = false
  const ended = worker.terminate().then(() => (over = true))
  // longer than any patience that teardown once had
  await sleep(6500)
  t.false(over, 'the thread waits')
  t.true(succeeds('fsfreeze', '-u', place))
  await ended
  const expected = Uint8Array.from({ length: SIZE }, (_, index) => (index * 7) & 0xff)
  t.true(readFileSync(path).equals(expected), 'the kernel wrote what the buffer held')
})
