// Copies a tree: the directories first, then every file through the ring, a bounded number at a time,
// then the symbolic links, and last the modes and times of the directories.
//
// There is one buffer for each file being copied, so the memory in use does not depend on the tree.
// A small file is read whole and written whole; a larger one goes through its buffer piece by piece.

import {
  fchmodSync,
  futimesSync,
  lutimesSync,
  mkdirSync,
  symlinkSync,
  utimesSync,
  chmodSync,
} from 'node:fs'
import { constants, type Ring } from 'uring'
import { withBuffers } from './lanes'
import { readAll, writeAll } from './transfer'
import type { File, Tree } from './tree'

const { AT_FDCWD, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants

/** Called with the files and bytes copied since the last call. */
export type OnProgress = (files: number, bytes: number) => void

export async function copyTree(
  ring: Ring,
  tree: Tree,
  target: string,
  lanes: number,
  onProgress: OnProgress,
): Promise<void> {
  for (const directory of tree.directories) {
    // writable until its contents are copied
    mkdirSync(`${target}/${directory.path}`, { recursive: true, mode: directory.mode | 0o700 })
  }
  const mask = process.umask()
  await withBuffers(tree.files, lanes, (file, buffer) =>
    copyFile(ring, tree.root, target, file, buffer, mask, onProgress),
  )
  for (const link of tree.symlinks) {
    symlinkSync(link.target, `${target}/${link.path}`)
    lutimesSync(`${target}/${link.path}`, link.atime, link.mtime)
  }
  for (const { path, mode, atime, mtime } of tree.directories.toReversed()) {
    chmodSync(`${target}/${path}`, mode)
    utimesSync(`${target}/${path}`, atime, mtime)
  }
}

async function copyFile(
  ring: Ring,
  source: string,
  target: string,
  file: File,
  buffer: Uint8Array,
  mask: number,
  onProgress: OnProgress,
): Promise<void> {
  const from = await ring.openat(AT_FDCWD, `${source}/${file.path}`, O_RDONLY | O_NOFOLLOW, 0)
  try {
    const flags = O_WRONLY | O_CREAT | O_EXCL
    const to = await ring.openat(AT_FDCWD, `${target}/${file.path}`, flags, file.mode)
    try {
      await copyContents(ring, from, to, file, buffer, onProgress)
      if ((file.mode & mask) !== 0 || file.mode > 0o777) fchmodSync(to, file.mode)
      futimesSync(to, file.atime, file.mtime)
    } finally {
      await ring.close(to)
    }
  } finally {
    await ring.close(from)
  }
  onProgress(1, 0)
}

async function copyContents(
  ring: Ring,
  from: number,
  to: number,
  file: File,
  buffer: Uint8Array,
  onProgress: OnProgress,
): Promise<void> {
  for (let at = 0; at < file.size;) {
    const piece = buffer.subarray(0, Math.min(buffer.length, file.size - at))
    const length = await readAll(ring, from, piece, at)
    if (length < piece.length) throw new Error(`${file.path} became shorter while it was copied`)
    await writeAll(ring, to, piece, at)
    at += length
    onProgress(0, length)
  }
}
