// Files of a test's own, gone when it ends.

import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'

/** A folder that is removed after the test. */
export function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'uring-test-'))
  t.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** The path of a file with these contents. */
export function file(
  t: ExecutionContext,
  contents: string | Uint8Array = '',
  name = 'file',
): string {
  const path = join(folder(t), name)
  writeFileSync(path, contents)
  return path
}

/** An open descriptor of a new file; closed after the test, if the test has not done it. */
export function opened(
  t: ExecutionContext,
  contents: string | Uint8Array = '',
  flags = 'r+',
): number {
  const fd = openSync(file(t, contents), flags)
  t.teardown(() => closeQuietly(fd))
  return fd
}

/** Closes what may be closed already. */
export function closeQuietly(fd: number): void {
  try {
    closeSync(fd)
  } catch {
    // the test closed it
  }
}

/** `length` bytes whose every position is recognised: byte i is a function of i. */
export function pattern(length: number, seed = 0): Buffer {
  const bytes = Buffer.alloc(length)
  for (let index = 0; index < length; index++)
    bytes[index] = (index * 31 + (index >>> 8) * 17 + seed) & 0xff
  return bytes
}
