// What a guest runs: the groups of the table, and which specs belong to each. A group that finds no spec is an error
// here, so that renaming a file cannot quietly take its tests out of the matrix.
import { readdirSync } from 'node:fs'
import type { Libc } from './series'

/** Groups made of ava specs: a spec belongs to the group that one of these prefixes begins its name with. */
const SPEC_GROUPS: Readonly<Record<string, readonly string[]>> = {
  operations: ['operations', 'buffers', 'errors'],
  cancel: ['cancel'],
  limits: ['limits'],
  teardown: ['teardown'],
}

/** The columns of the table. */
export const GROUPS: readonly string[] = [...Object.keys(SPEC_GROUPS), 'denial', 'rust']

/** What a guest of this libc runs. The tests of the Rust crate say nothing about a libc, so musl guests leave them out. */
export function groupsFor(libc: Libc): readonly string[] {
  return libc === 'glibc' ? GROUPS : GROUPS.filter((group) => group !== 'rust')
}

/** Spec file -> group, for the specs of one folder. */
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
