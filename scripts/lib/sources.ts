// Whether something built is still what its sources say.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { inRoot } from './paths'

/** What the addon is built from. */
const ADDON = ['Cargo.lock', 'crates/uring', 'crates/uring-engine', 'crates/uring-node']

/** True when a source of the addon was changed after `file` was written. */
export function isOlderThanSources(file: string): boolean {
  const written = statSync(file).mtimeMs
  return ADDON.some((source) => newest(inRoot(source)) > written)
}

/** When the newest file in a folder, or a file itself, was written. */
function newest(path: string): number {
  if (!statSync(path).isDirectory()) return statSync(path).mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))))
}
