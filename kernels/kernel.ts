// Finds the newest Debian cloud kernel of a series and has its image in the cache. Cloud kernels have NVMe and ext4
// built in, so a guest needs neither modules nor an initramfs.
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { AptRoot } from '../scripts/lib/apt'
import { cacheFolder } from '../scripts/lib/paths'
import type { Series } from './series'

export interface Kernel {
  readonly series: Series
  /** The package's version, "6.12.117+deb12-cloud-amd64". */
  readonly version: string
  readonly image: string
}

export async function fetchKernel(series: Series): Promise<Kernel> {
  const apt = await AptRoot.open(series.suite, series.arch)
  const prefix = series.prefix.replaceAll('.', '\\.')
  const found = await apt.newest(
    new RegExp(`^linux-(?:image|binary)-(${prefix}[^ ]*-cloud-${series.arch})$`),
  )
  if (found === undefined)
    throw new Error(`${series.suite} has no cloud kernel ${series.prefix}* for ${series.arch}`)
  const image = join(cacheFolder('vmlinuz'), found.version)
  if (!existsSync(image)) await fetchImage(apt, found.version, image)
  return { series, version: found.version, image }
}

async function fetchImage(apt: AptRoot, version: string, image: string): Promise<void> {
  const folder = cacheFolder('unpacked', version)
  try {
    // from 6.19 on linux-image-* is empty and linux-binary-* has the kernel
    for (const kind of ['linux-image', 'linux-binary']) {
      await apt.unpack(`${kind}-${version}`, folder)
      const file = findImage(folder)
      if (file === undefined) continue
      copyFileSync(file, image)
      return
    }
    throw new Error(`no kernel image in the packages of ${version}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function findImage(folder: string): string | undefined {
  const boot = join(folder, 'boot')
  const inBoot = existsSync(boot)
    ? readdirSync(boot).find((name) => name.startsWith('vmlinuz-'))
    : undefined
  if (inBoot !== undefined) return join(boot, inBoot)
  // from 7.2 on the image lies beside the modules
  const modules = join(folder, 'usr/lib/modules')
  const versions = existsSync(modules) ? readdirSync(modules) : []
  return versions.map((name) => join(modules, name, 'vmlinuz')).find((file) => existsSync(file))
}
