// The packages that an installed package needs at run time, read from package-lock.json. The kernel matrix copies them
// into its guests.
import { readFileSync } from 'node:fs'
import { inRoot } from './paths'

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>
}

type Lock = Readonly<Record<string, Locked>>

/** Returns folders of the checkout, "node_modules/ava" first. */
export function closureOf(name: string): string[] {
  const { packages } = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')) as {
    packages: Lock
  }
  const seen = new Set<string>()
  const queue = [`node_modules/${name}`]
  for (let folder = queue.shift(); folder !== undefined; folder = queue.shift()) {
    const locked = packages[folder]
    if (locked === undefined || seen.has(folder)) continue
    seen.add(folder)
    for (const wanted of Object.keys(locked.dependencies ?? {})) {
      const resolved = resolveFrom(packages, folder, wanted)
      if (resolved !== undefined) queue.push(resolved)
    }
  }
  if (seen.size === 0) throw new Error(`package-lock.json has no ${name}`)
  // a package inside another one's folder comes with it
  return [...seen].filter(
    (one) => ![...seen].some((other) => one !== other && one.startsWith(`${other}/`)),
  )
}

/** Node's own search: the nearest node_modules upwards that has it. */
function resolveFrom(packages: Lock, from: string, wanted: string): string | undefined {
  for (let folder = from; ;) {
    const candidate = `${folder === '' ? '' : `${folder}/`}node_modules/${wanted}`
    if (candidate in packages) return candidate
    if (folder === '') return undefined
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/'))).replace(/\/$/, '')
  }
}
