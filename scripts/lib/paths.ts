// Where things are: the checkout, and the cache that every script may fill and anyone may delete.
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '..', '..')

/**
 * A folder of the cache, made if it is not there. The cache holds only what can be fetched or built again. It is not in
 * node_modules: `npm start` backs that up.
 */
export function cacheFolder(...names: string[]): string {
  const folder = join(ROOT, '.cache', ...names)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** A path inside the checkout. */
export function inRoot(...names: string[]): string {
  return join(ROOT, ...names)
}

/** A folder of cargo's own beside the usual one. */
export function cargoFolder(name: string): string {
  return join(process.env['CARGO_TARGET_DIR'] ?? inRoot('target'), name)
}
