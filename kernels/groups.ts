// The groups of the table, and the specs of each group. A group without a spec is an error, so that renaming a file
// cannot silently remove its tests from the matrix.
import { readdirSync } from 'node:fs'
import type { Libc } from './series'

/** Groups of ava specs. A spec belongs to the group that has a prefix of its name. */
const SPEC_GROUPS: Readonly<Record<string, readonly string[]>> = {
  operations: ['operations', 'buffers', 'errors'],
  cancel: ['cancel'],
  limits: ['limits'],
  teardown: ['teardown'],
}

/** The columns of the table. */
export const GROUPS: readonly string[] = [...Object.keys(SPEC_GROUPS), 'denial', 'rust']

/**
 * Returns the groups for guests with this libc. Musl guests omit the tests of the Rust crate, which do not depend on
 * the libc.
 */
export function groupsFor(libc: Libc): readonly string[] {
  return libc === 'glibc' ? GROUPS : GROUPS.filter((group) => group !== 'rust')
}

/** Returns a map from spec file to group, for the specs of one folder. */
export function specsByGroup(folder: string): Map<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.spec.ts'))
  const specs = new Map<string, string>()
  for (const [group, prefixes] of Object.entries(SPEC_GROUPS)) {
    const files = names.filter((name) => prefixes.some((prefix) => name.startsWith(prefix))).sort()
    if (files.length === 0)
      throw new Error(`group ${group}: no spec in ${folder} begins with ${prefixes.join(' or ')}`)
    for (const file of files) specs.set(file, group)
  }
  return specs
}
