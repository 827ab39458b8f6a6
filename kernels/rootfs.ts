// Creates a guest's file system: Node with its libraries, the built package, compiled specs with ava, the Rust test
// programs, and the runner. The tree is created for every run, and contains no other files of the machine.
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { DebianArch } from '../scripts/lib/apt'
import { closureOf } from '../scripts/lib/closure'
import { cacheFolder, inRoot } from '../scripts/lib/paths'
import { run } from '../scripts/lib/process'
import { compileForGuest } from './compile'
import { librariesOf } from './elf'
import { guestManifest } from './manifest'
import { installTools } from './tools'
import { GUEST, PLANTED_SPEC, type GuestPlan } from './plan'
import type { RustTest } from './rust-tests'
import type { Userland } from './userland'

export interface RootfsParts {
  readonly userland: Userland
  readonly rust: readonly RustTest[]
  readonly plan: GuestPlan
}

const COMPILER: Readonly<Record<DebianArch, string>> = {
  amd64: 'gcc',
  arm64: 'aarch64-linux-gnu-gcc',
}

export async function buildRootfs(parts: RootfsParts): Promise<string> {
  const { userland } = parts
  const root = join(
    cacheFolder('rootfs'),
    `${parts.userland.arch}-${parts.userland.libc}-${process.pid}`,
  )
  rmSync(root, { recursive: true, force: true })
  for (const name of ['dev', 'proc', 'sys', 'run', 'root', 'tmp', 'app/bin', 'usr/bin']) {
    mkdirSync(join(root, name), { recursive: true })
  }
  chmodSync(join(root, 'tmp'), 0o1777)
  await compileC(userland.arch, 'init.c', join(root, 'init'))
  await compileC(userland.arch, 'deny.c', join(root, GUEST.deny))
  copyFileSync(userland.node, join(root, 'usr/bin/node'))
  chmodSync(join(root, 'usr/bin/node'), 0o755)
  await installTools(root, userland.arch)
  await copyLibraries(root, parts)
  await copyPackage(root, parts)
  const specs = Object.keys(parts.plan.specs).filter((spec) => spec !== PLANTED_SPEC)
  await compileForGuest(
    specs.map((spec) => spec.replace(/\.js$/, '.ts')),
    join(root, GUEST.app),
  )
  plantSpec(root, parts.plan)
  writeGroups(root, parts.plan)
  copyRust(root, parts.rust)
  writeFileSync(join(root, GUEST.plan), JSON.stringify(parts.plan))
  return root
}

function compileC(arch: DebianArch, source: string, out: string): Promise<unknown> {
  const flags = ['-static', '-O2', '-Wall', '-Wextra', '-Werror']
  return run(COMPILER[arch], [...flags, '-o', out, inRoot('kernels', 'guest', source)])
}

async function copyLibraries(root: string, { userland, rust }: RootfsParts): Promise<void> {
  const programs = [userland.node, userland.addon, ...rust.map((one) => one.file)]
  const folder = join(root, userland.guestLibraries)
  mkdirSync(folder, { recursive: true })
  for (const file of await librariesOf(programs, userland.libraryFolders))
    copyFileSync(file, join(folder, basename(file)))
  const loader = join(root, userland.guestLoader)
  if (existsSync(loader)) return
  mkdirSync(dirname(loader), { recursive: true })
  const own = join(folder, basename(loader))
  if (!existsSync(own)) copyFileSync(loaderFile(userland), loader)
  else symlinkSync(join(userland.guestLibraries, basename(loader)), loader)
}

function loaderFile({ libraryFolders, guestLoader }: Userland): string {
  const files = libraryFolders.map((folder) => join(folder, basename(guestLoader)))
  const found = files.find((file) => existsSync(file))
  if (found === undefined) throw new Error(`${guestLoader} is not on this machine`)
  return found
}

async function copyPackage(root: string, { userland }: RootfsParts): Promise<void> {
  const app = join(root, GUEST.app)
  cpSync(inRoot('dist'), join(app, 'dist'), { recursive: true })
  mkdirSync(join(app, 'binding'), { recursive: true })
  copyFileSync(inRoot('binding', 'index.js'), join(app, 'binding', 'index.js'))
  copyFileSync(userland.addon, join(app, 'binding', basename(userland.addon)))
  // the guest's runner reads ava's results with tap-parser
  for (const folder of new Set(['ava', 'tap-parser'].flatMap(closureOf)))
    cpSync(inRoot(folder), join(app, folder), { recursive: true })
  writeFileSync(join(app, 'package.json'), JSON.stringify(guestManifest()))
}

/** A test file for each group that has specs; see guest/group.ts. */
function writeGroups(root: string, plan: GuestPlan): void {
  const folder = join(root, GUEST.groups)
  mkdirSync(folder, { recursive: true })
  for (const group of new Set(Object.values(plan.specs))) {
    const specs = Object.entries(plan.specs).filter(([, of]) => of === group)
    const files = JSON.stringify(specs.map(([spec]) => join(GUEST.specs, spec)))
    const loader = join(GUEST.app, 'kernels/guest/group.js')
    writeFileSync(join(folder, `${group}.spec.js`), `require('${loader}').loadSpecs(${files})\n`)
  }
}

/** The self-test's failing spec; its group is in the plan. */
function plantSpec(root: string, plan: GuestPlan): void {
  if (plan.plant !== 'failing-spec') return
  const text = "require('ava').default('planted by the self-test', (t) => { t.is(1, 2); });\n"
  writeFileSync(join(root, GUEST.specs, PLANTED_SPEC), text)
}

function copyRust(root: string, tests: readonly RustTest[]): void {
  const folder = join(root, GUEST.rust)
  mkdirSync(folder, { recursive: true })
  for (const test of tests) {
    copyFileSync(test.file, join(folder, test.name))
    chmodSync(join(folder, test.name), 0o755)
  }
}
