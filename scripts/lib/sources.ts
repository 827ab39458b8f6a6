// Whether something built is still what its sources say.
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
export const FACADE: readonly string[] = ['index.ts', 'src', 'tsconfig.json']

/** True when one of `sources`, files or folders of the checkout, was changed after `file` was written. */
export function isOlderThan(file: string, sources: readonly string[]): boolean {
  const written = statSync(file).mtimeMs
  return sources.some((source) => newest(inRoot(source)) > written)
}

/** When the newest file in a folder, or a file itself, was written. */
function newest(path: string): number {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))))
}
