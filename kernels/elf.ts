// Which shared libraries a program or addon needs, found by reading the files: it works for foreign processors, where
// ldd does not.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../scripts/lib/process'

/** Returns the files of all libraries in these folders that the programs need, directly or through another library. */
export async function librariesOf(
  files: readonly string[],
  folders: readonly string[],
): Promise<string[]> {
  const found = new Map<string, string>()
  const queue = [...files]
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    for (const name of await neededBy(file)) {
      if (found.has(name)) continue
      const library = folders.map((folder) => join(folder, name)).find((one) => existsSync(one))
      if (library === undefined) throw new Error(`${name}, which ${file} needs, is not here`)
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
