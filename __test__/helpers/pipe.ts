// A pipe, as two descriptors: what a read waits on for as long as a test likes. Node has no pipe(2);
// a FIFO opened at both ends is one.

import { execFileSync } from 'node:child_process'
import { constants, openSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { closeQuietly, folder } from './temp'

export interface Pipe {
  readonly reader: number
  readonly writer: number
}

/** Opens a pipe; both ends are closed after the test. */
export function pipe(t: ExecutionContext): Pipe {
  const path = fifo(t)
  // opened for both, an end does not wait for the other
  const reader = openSync(path, constants.O_RDWR)
  const writer = openSync(path, constants.O_WRONLY)
  t.teardown(() => {
    closeQuietly(reader)
    closeQuietly(writer)
  })
  return { reader, writer }
}

/** The path of a FIFO. */
export function fifo(t: ExecutionContext): string {
  const path = join(folder(t), 'fifo')
  execFileSync('mkfifo', [path])
  return path
}
