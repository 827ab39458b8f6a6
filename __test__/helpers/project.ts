// A project of a user's, which depends on the package.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { ROOT } from './child'
import { folder } from './temp'

/** A folder with these files and the package in its node_modules; removed after the test. */
export function project(t: ExecutionContext, files: Readonly<Record<string, string>>): string {
  const at = folder(t)
  mkdirSync(join(at, 'node_modules', '@types'), { recursive: true })
  symlinkSync(ROOT, join(at, 'node_modules', 'uring'))
  for (const name of ['@types/node', 'undici-types'])
    symlinkSync(join(ROOT, 'node_modules', name), join(at, 'node_modules', name))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(at, name)), { recursive: true })
    writeFileSync(join(at, name), text)
  }
  return at
}
