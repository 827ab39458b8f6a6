// Whether something built is still what its sources say.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { inRoot } from './paths'

/** What the addon is built from; the crates' tests are no part of it. */
const ADDON = [
  'Cargo.lock',
  'Cargo.toml',
  'crates/uring-node/build.rs',
  ...['uring', 'uring-engine', 'uring-node'].flatMap((crate) => [
    `crates/${crate}/Cargo.toml`,
    `crates/${crate}/src`,
  ]),
]

/** True when a source of the addon was changed after `file` was written. */
export function isOlderThanSources(file: string): boolean {
  const written = statSync(file).mtimeMs
  return ADDON.some((source) => newest(inRoot(source)) > written)
}

/** When the newest file in a folder, or a file itself, was written. */
function newest(path: string): number {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))))
}
