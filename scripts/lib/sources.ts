// Whether a built file is up to date with its sources.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { inRoot } from './paths'

/** What the addon is built from; the crates' tests are no part of it. */
export const ADDON: readonly string[] = [
  'Cargo.lock',
  'Cargo.toml',
  'crates/uring-node/build.rs',
  ...['uring', 'uring-engine', 'uring-node'].flatMap((crate) => [
    `crates/${crate}/Cargo.toml`,
    `crates/${crate}/src`,
  ]),
]

/** What dist/ is built from. */
export const FACADE: readonly string[] = ['index.ts', 'src', 'scripts/build', 'tsconfig.json']

/** Returns whether one of `sources`, files or folders of the checkout, changed after `file` was written. */
export function isOlderThan(file: string, sources: readonly string[]): boolean {
  const written = statSync(file).mtimeMs
  return sources.some((source) => newest(inRoot(source)) > written)
}

/** Returns the time of the last change to a file, or to any file of a folder. */
function newest(path: string): number {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))))
}
