// The paths of the checkout, and of the cache that every script may fill and that may be deleted at any time.
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '..', '..')

/**
 * Returns a folder of the cache, which it makes if it is missing. The cache holds only what can be fetched or built
 * again. It is not in node_modules, because `npm start` backs that up.
 */
export function cacheFolder(...names: string[]): string {
  const folder = join(ROOT, '.cache', ...names)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Returns a path inside the checkout. */
export function inRoot(...names: string[]): string {
  return join(ROOT, ...names)
}

/** Returns a target folder for cargo that is separate from the usual one. */
export function cargoFolder(name: string): string {
  return join(process.env['CARGO_TARGET_DIR'] ?? inRoot('target'), name)
}
