// What a guest has besides the kernel: its processor, its libc, and a Node and an addon built for both.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DebianArch } from '../scripts/lib/apt'
import { MUSL, muslRoot } from '../scripts/lib/musl'
import { nodeBinary } from '../scripts/lib/runtimes'
import { inRoot } from '../scripts/lib/paths'
import { ADDON, isOlderThan } from '../scripts/lib/sources'
import type { Libc } from './series'

export interface Userland {
  readonly arch: DebianArch
  readonly libc: Libc
  readonly node: string
  readonly addon: string
  /** Where this machine keeps libraries for it. */
  readonly libraryFolders: readonly string[]
  /** Where the guest looks for them, and for the loader that its programs name. */
  readonly guestLibraries: string
  readonly guestLoader: string
}

const GLIBC = {
  amd64: {
    libraryFolders: ['/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu'],
    guestLibraries: '/lib/x86_64-linux-gnu',
    guestLoader: '/lib64/ld-linux-x86-64.so.2',
  },
  arm64: {
    libraryFolders: ['/usr/aarch64-linux-gnu/lib'],
    guestLibraries: '/lib/aarch64-linux-gnu',
    guestLoader: '/lib/ld-linux-aarch64.so.1',
  },
} as const

export async function userlandFor(arch: DebianArch, libc: Libc): Promise<Userland> {
  const addon = addonFor(arch, libc)
  const cpu = arch === 'amd64' ? 'x64' : 'arm64'
  if (libc === 'glibc') {
    // x86 guests run the Node that runs this script
    const node = arch === 'amd64' ? process.execPath : await nodeBinary('22', cpu)
    return { arch, libc, node, addon, ...GLIBC[arch] }
  }
  const root = await muslRoot(cpu)
  return {
    arch,
    libc,
    node: join(root, MUSL.node),
    addon,
    libraryFolders: MUSL.libraryFolders.map((folder) => join(root, folder)),
    guestLibraries: '/lib',
    guestLoader: MUSL.loader(cpu),
  }
}

function addonFor(arch: DebianArch, libc: Libc): string {
  const platform = `linux-${arch === 'amd64' ? 'x64' : 'arm64'}-${libc === 'glibc' ? 'gnu' : 'musl'}`
  const name = `uring.${platform}.node`
  // the addon of `npm run build` is preferred to the one that was built for publishing
  const found = [inRoot('binding', name), inRoot('npm', platform, name)].find((file) =>
    existsSync(file),
  )
  const built = found !== undefined && existsSync(inRoot('dist', 'index.js'))
  // an addon that is older than the facade fails in ways that look like the kernel's fault
  if (built && !isOlderThan(found, ADDON)) return found
  throw new Error(
    `the package is not built for ${platform}, or not since its sources were changed: ` +
      `npm run build, npm run build:targets -- ${platform}`,
  )
}
