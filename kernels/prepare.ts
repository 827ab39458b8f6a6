// Everything that the guests of one processor share: Node, the addon, the Rust tests, and the image with all of it.
import type { DebianArch } from '../scripts/lib/apt'
import { ensurePackages, type SystemPackage } from '../scripts/lib/packages'
import { inRoot } from '../scripts/lib/paths'
import { groupsFor, specsByGroup } from './groups'
import { makeImage } from './image'
import { PLANTED_SPEC, type GuestPlan, type Plant } from './plan'
import { buildRootfs } from './rootfs'
import { buildRustTests, type RustTest } from './rust-tests'
import type { Libc } from './series'
import { userlandFor, type Userland } from './userland'

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

export interface Prepared {
  readonly image: string
  readonly groups: readonly string[]
}

/** The Rust tests and the userland, for as many images as a run makes of them. */
export interface Parts {
  readonly userland: Userland
  readonly rust: readonly RustTest[]
}

export async function prepareParts(arch: DebianArch, libc: Libc): Promise<Parts> {
  await ensurePackages(PACKAGES[arch])
  const userland = await userlandFor(arch, libc)
  return { userland, rust: libc === 'glibc' ? await buildRustTests(arch) : [] }
}

export async function prepareImage(parts: Parts, plant?: Plant): Promise<Prepared> {
  const specs = Object.fromEntries(
    [...specsByGroup(inRoot('__test__'))].map(([spec, group]) => [compiled(spec), group]),
  )
  if (plant === 'failing-spec') specs[PLANTED_SPEC] = 'operations'
  const groups = groupsFor(parts.userland.libc)
  const rust = parts.rust.map((one) => one.name)
  const plan: GuestPlan = { groups, specs, rust, ...(plant === undefined ? {} : { plant }) }
  return { image: await makeImage(await buildRootfs({ ...parts, plan })), groups }
}

function compiled(spec: string): string {
  return spec.replace(/\.ts$/, '.js')
}
