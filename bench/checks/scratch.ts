// A ring and a file in the page cache, for the duration of a check.

import * as fs from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import { Ring, type RingOptions } from 'uring'

const PIECE = 1 << 20

export interface Scratch {
  ring: Ring
  directory: string
  /** A file of the size that was asked for. */
  file: string
  fd: number
}

/** Runs `work` with a ring and a cached file of `bytes` bytes, and disposes of both afterwards. */
export async function withScratch(
  bytes: number,
  options: RingOptions,
  work: (scratch: Scratch) => Promise<void>,
): Promise<void> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'uring-check-'))
  const file = path.join(directory, 'file')
  const fd = fs.openSync(file, 'w+')
  const piece = new Uint8Array(PIECE).fill(1)
  for (let at = 0; at < bytes; at += PIECE) {
    fs.writeSync(fd, piece, 0, Math.min(PIECE, bytes - at), at)
  }
  const ring = new Ring(options)
  try {
    await work({ ring, directory, file, fd })
  } finally {
    await ring.dispose()
    fs.closeSync(fd)
    fs.rmSync(directory, { recursive: true })
  }
}
