// The SHA-256 of every file of a tree, read through the ring.

import { createHash } from 'node:crypto'
import { constants, type Ring } from 'uring'
import { withBuffers } from './lanes'
import { readAll } from './transfer'
import type { File } from './tree'

const { AT_FDCWD, O_NOFOLLOW, O_RDONLY } = constants

/** Resolves to the digests, in the order of the files. */
export async function digests(
  ring: Ring,
  root: string,
  files: readonly File[],
  lanes: number,
  onProgress: (files: number, bytes: number) => void,
): Promise<string[]> {
  return await withBuffers(files, lanes, async (file, buffer) => {
    const fd = await ring.openat(AT_FDCWD, `${root}/${file.path}`, O_RDONLY | O_NOFOLLOW, 0)
    try {
      return await digest(ring, fd, buffer, (bytes) => onProgress(0, bytes))
    } finally {
      await ring.close(fd)
      onProgress(1, 0)
    }
  })
}

async function digest(
  ring: Ring,
  fd: number,
  buffer: Uint8Array,
  onBytes: (bytes: number) => void,
): Promise<string> {
  const hash = createHash('sha256')
  for (let at = 0; ;) {
    const length = await readAll(ring, fd, buffer, at)
    hash.update(buffer.subarray(0, length))
    onBytes(length)
    at += length
    if (length < buffer.length) return hash.digest('hex')
  }
}

/** Returns the files whose copies differ from their sources. */
export function differences(files: readonly File[], ours: string[], theirs: string[]): string[] {
  return files.filter((_, place) => ours[place] !== theirs[place]).map(({ path }) => path)
}
