// Everything that the guests of one processor share: Node, the addon, the Rust tests, and the image with all of it.
import { existsSync } from 'node:fs'
import type { DebianArch } from '../scripts/lib/apt'
import { nodeBinary } from '../scripts/lib/nodes'
import { ensurePackages, type SystemPackage } from '../scripts/lib/packages'
import { inRoot } from '../scripts/lib/paths'
import { GROUPS, specsByGroup } from './groups'
import { makeImage } from './image'
import { PLANTED_SPEC, type GuestPlan, type Plant } from './plan'
import { buildRootfs } from './rootfs'
import { buildRustTests, type RustTest } from './rust-tests'

const PACKAGES: Readonly<Record<DebianArch, readonly SystemPackage[]>> = {
  amd64: [
    { name: 'qemu-system-x86', proof: '/usr/bin/qemu-system-x86_64' },
    { name: 'e2fsprogs', proof: '/usr/sbin/mkfs.ext4' },
    { name: 'gcc', proof: '/usr/bin/gcc' },
    { name: 'libc6-dev', proof: '/usr/include/linux/seccomp.h' },
    { name: 'binutils', proof: '/usr/bin/readelf' },
    { name: 'debian-archive-keyring', proof: '/usr/share/keyrings/debian-archive-keyring.gpg' },
  ],
  arm64: [
    { name: 'qemu-system-arm', proof: '/usr/bin/qemu-system-aarch64' },
    { name: 'e2fsprogs', proof: '/usr/sbin/mkfs.ext4' },
    { name: 'gcc-aarch64-linux-gnu', proof: '/usr/bin/aarch64-linux-gnu-gcc' },
    { name: 'libc6-dev-arm64-cross', proof: '/usr/aarch64-linux-gnu/include/linux/seccomp.h' },
    { name: 'libstdc++6-arm64-cross', proof: '/usr/aarch64-linux-gnu/lib/libstdc++.so.6' },
    { name: 'libatomic1-arm64-cross', proof: '/usr/aarch64-linux-gnu/lib/libatomic.so.1' },
    { name: 'binutils', proof: '/usr/bin/readelf' },
    { name: 'debian-archive-keyring', proof: '/usr/share/keyrings/debian-archive-keyring.gpg' },
  ],
}

const ADDON: Readonly<Record<DebianArch, readonly string[]>> = {
  amd64: ['binding/uring.linux-x64-gnu.node', 'npm/linux-x64-gnu/uring.linux-x64-gnu.node'],
  arm64: ['npm/linux-arm64-gnu/uring.linux-arm64-gnu.node'],
}

export interface Prepared {
  readonly image: string
  readonly groups: readonly string[]
}

/** The Rust tests and Node of a processor, for as many images as a run makes of them. */
export interface Parts {
  readonly arch: DebianArch
  readonly node: string
  readonly rust: readonly RustTest[]
}

export async function prepareParts(arch: DebianArch): Promise<Parts> {
  await ensurePackages(PACKAGES[arch])
  const node = arch === 'amd64' ? process.execPath : await nodeBinary('22', 'arm64')
  return { arch, node, rust: await buildRustTests(arch) }
}

export async function prepareImage(parts: Parts, plant?: Plant): Promise<Prepared> {
  const specs = Object.fromEntries(
    [...specsByGroup(inRoot('__test__'))].map(([spec, group]) => [js(spec), group]),
  )
  if (plant === 'failing-spec') specs[PLANTED_SPEC] = 'operations'
  const rust = parts.rust.map((one) => one.name)
  const plan: GuestPlan = { groups: GROUPS, specs, rust, ...(plant === undefined ? {} : { plant }) }
  const root = await buildRootfs({ ...parts, addon: addonFor(parts.arch), plan })
  return { image: await makeImage(root), groups: GROUPS }
}

function js(spec: string): string {
  return spec.replace(/\.ts$/, '.js')
}

function addonFor(arch: DebianArch): string {
  const found = ADDON[arch].map((file) => inRoot(file)).find((file) => existsSync(file))
  if (found === undefined || !existsSync(inRoot('dist', 'index.js'))) {
    const how =
      arch === 'amd64' ? 'npm run build' : 'npm run build:targets -- aarch64-unknown-linux-gnu'
    throw new Error(`the package is not built for ${arch}: ${how}`)
  }
  return found
}
