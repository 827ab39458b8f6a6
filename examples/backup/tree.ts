// Lists what there is to copy, with synchronous calls. The ring has no operation that lists a directory,
// and its statx is slower than lstat on a warm cache.

import { lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs'
import * as path from 'node:path'

/** What a copy keeps besides the contents; times in seconds. */
export interface Attributes {
  mode: number
  atime: number
  mtime: number
}

/** A regular file, by its path below the tree's root. */
export interface File extends Attributes {
  path: string
  size: number
}

export interface Directory extends Attributes {
  path: string
}

export interface Symlink extends Attributes {
  path: string
  target: string
}

export interface Tree {
  root: string
  /** Parents before their children; the first is the root itself, ''. */
  directories: Directory[]
  files: File[]
  symlinks: Symlink[]
  /** Sockets, pipes and devices, which have no contents to copy. */
  skipped: string[]
  bytes: number
}

export function walk(root: string): Tree {
  const tree: Tree = { root, directories: [], files: [], symlinks: [], skipped: [], bytes: 0 }
  tree.directories.push({ path: '', ...attributes(lstatSync(root)) })
  for (let next = 0; next < tree.directories.length; next++) {
    list(tree, tree.directories[next]!.path)
  }
  return tree
}

function list(tree: Tree, directory: string): void {
  for (const name of readdirSync(path.join(tree.root, directory))) {
    const inside = directory === '' ? name : `${directory}/${name}`
    const absolute = `${tree.root}/${inside}`
    const stats = lstatSync(absolute)
    if (stats.isFile()) {
      tree.files.push({ path: inside, size: stats.size, ...attributes(stats) })
      tree.bytes += stats.size
    } else if (stats.isDirectory()) {
      tree.directories.push({ path: inside, ...attributes(stats) })
    } else if (stats.isSymbolicLink()) {
      tree.symlinks.push({ path: inside, target: readlinkSync(absolute), ...attributes(stats) })
    } else {
      tree.skipped.push(inside)
    }
  }
}

function attributes(stats: Stats): Attributes {
  return { mode: stats.mode & 0o7777, atime: stats.atimeMs / 1000, mtime: stats.mtimeMs / 1000 }
}
