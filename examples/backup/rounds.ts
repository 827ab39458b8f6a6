// The rounds: each copies the same tree once with the ring and once with fs.cp, in alternating order,
// into new directories of one file system. Only the copying is timed, the walk included; by then
// the sources have been read for their checksums, so both find them in the page cache.
//
// No copy is removed before the last round: ext4 looks through recently freed inodes when it makes
// new ones, so one copy would pay for the removal of another.

import { promises as fs } from 'node:fs'
import * as path from 'node:path'
import { performance } from 'node:perf_hooks'
import type { Ring } from 'uring'
import { copyTree } from './copy'
import { differences, digests } from './digest'
import type { Options } from './options'
import { phase, type Phase } from './progress'
import { median, type Result } from './result'
import { walk, type Tree } from './tree'

/** Each call of `fresh` makes a new directory for one copy. */
export async function perform(
  ring: Ring,
  source: string,
  fresh: () => string,
  options: Options,
): Promise<Result> {
  const tree = walk(source)
  const { files, directories, symlinks, bytes } = tree
  const sources = await showing('reading the source', tree, (onProgress) =>
    digests(ring, source, files, options.lanes, onProgress),
  )
  const ours: number[] = []
  const theirs: number[] = []
  const different = new Set<string>()

  const withRing = async (target: string): Promise<void> => {
    ours.push(
      await timed('copying with uring', tree, (shown) =>
        copy(ring, source, target, options, shown),
      ),
    )
    const copies = await showing('verifying the copy', tree, (onProgress) =>
      digests(ring, target, files, options.lanes, onProgress),
    )
    for (const file of differences(files, sources, copies)) different.add(file)
  }
  const withCp = async (target: string): Promise<void> => {
    theirs.push(await timed('copying with fs.cp', tree, () => cp(source, target, tree.skipped)))
  }

  for (let round = 0; round < options.rounds; round++) {
    const mine = (): Promise<void> => withRing(options.to ?? fresh())
    const other = (): Promise<void> => (options.compare ? withCp(fresh()) : Promise.resolve())
    for (const turn of round % 2 === 0 ? [mine, other] : [other, mine]) await turn()
  }
  return {
    files: files.length,
    directories: directories.length,
    symlinks: symlinks.length,
    bytes,
    verified: files.length - different.size,
    different: [...different],
    skipped: tree.skipped,
    seconds: options.compare
      ? { uring: median(ours), fsCp: median(theirs) }
      : { uring: median(ours) },
  }
}

async function copy(
  ring: Ring,
  source: string,
  target: string,
  options: Options,
  shown: Phase,
): Promise<void> {
  await copyTree(ring, walk(source), target, options.lanes, shown.advance)
}

async function cp(source: string, target: string, skipped: string[]): Promise<void> {
  const unfit = new Set(skipped.map((file) => path.join(source, file)))
  const filter = unfit.size === 0 ? {} : { filter: (file: string) => !unfit.has(file) }
  await fs.cp(source, target, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
    ...filter,
  })
}

async function showing<T>(
  name: string,
  tree: Tree,
  work: (onProgress: Phase['advance']) => Promise<T>,
): Promise<T> {
  const shown = phase(name, tree.files.length, tree.bytes)
  const result = await work(shown.advance)
  shown.end()
  return result
}

async function timed(
  name: string,
  tree: Tree,
  work: (shown: Phase) => Promise<void>,
): Promise<number> {
  const shown = phase(name, tree.files.length, tree.bytes)
  const begin = performance.now()
  await work(shown)
  const seconds = (performance.now() - begin) / 1000
  shown.end()
  return seconds
}
