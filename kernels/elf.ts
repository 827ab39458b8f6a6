// Which shared libraries a program or addon needs, found by reading the files: it works for foreign processors, where
// ldd does not.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DebianArch } from '../scripts/lib/apt'
import { run } from '../scripts/lib/process'

const LIBRARY_FOLDERS: Readonly<Record<DebianArch, readonly string[]>> = {
  amd64: ['/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu'],
  arm64: ['/usr/aarch64-linux-gnu/lib'],
}

/** Where a guest looks for its libraries. */
export const GUEST_LIBRARIES: Readonly<Record<DebianArch, string>> = {
  amd64: '/lib/x86_64-linux-gnu',
  arm64: '/lib/aarch64-linux-gnu',
}

/** The path of the loader that programs of this processor name. */
export const LOADER: Readonly<Record<DebianArch, string>> = {
  amd64: '/lib64/ld-linux-x86-64.so.2',
  arm64: '/lib/ld-linux-aarch64.so.1',
}

/** Files of every library that these programs need, directly or through another. */
export async function librariesOf(files: readonly string[], arch: DebianArch): Promise<string[]> {
  const found = new Map<string, string>()
  const queue = [...files]
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    for (const name of await neededBy(file)) {
      if (found.has(name)) continue
      const library = find(name, arch)
      found.set(name, library)
      queue.push(library)
    }
  }
  return [...found.values()]
}

async function neededBy(file: string): Promise<string[]> {
  const { stdout } = await run('readelf', ['-d', file])
  return [...stdout.matchAll(/\(NEEDED\).*\[([^\]]+)\]/g)].map((match) => match[1] ?? '')
}

function find(name: string, arch: DebianArch): string {
  const file = LIBRARY_FOLDERS[arch]
    .map((folder) => join(folder, name))
    .find((one) => existsSync(one))
  if (file === undefined) throw new Error(`${name} for ${arch} is not on this machine`)
  return file
}
