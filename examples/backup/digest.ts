// The SHA-256 of every file of a tree, read through the ring.

import { createHash } from 'node:crypto'
import { constants, type Ring } from 'uring'
import { inLanes } from './lanes'
import { readAll } from './transfer'
import type { File } from './tree'

const { AT_FDCWD, O_NOFOLLOW, O_RDONLY } = constants
const PIECE = 256 * 1024

/** The digests, in the order of the files. */
export async function digests(
  ring: Ring,
  root: string,
  files: readonly File[],
  lanes: number,
  onProgress: (files: number, bytes: number) => void,
): Promise<string[]> {
  const found = Array.from({ length: files.length }, () => '')
  const places = files.map((_, place) => place)
  const buffers: Uint8Array[] = []
  await inLanes(places, lanes, async (place, lane) => {
    const buffer = (buffers[lane] ??= new Uint8Array(PIECE))
    const fd = await ring.openat(
      AT_FDCWD,
      `${root}/${files[place]!.path}`,
      O_RDONLY | O_NOFOLLOW,
      0,
    )
    try {
      found[place] = await digest(ring, fd, buffer, (bytes) => onProgress(0, bytes))
    } finally {
      await ring.close(fd)
    }
    onProgress(1, 0)
  })
  return found
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

/** The files whose copies are not what their sources are. */
export function differences(files: readonly File[], ours: string[], theirs: string[]): string[] {
  return files.filter((_, place) => ours[place] !== theirs[place]).map(({ path }) => path)
}
