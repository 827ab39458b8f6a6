// A Rust toolchain from Debian packages, for machines whose own has no standard library for a target and no way to
// fetch one. Debian has the compiler, the standard library for arm64 glibc, and the library's source with everything
// it needs, from which cargo builds it for musl. The packages are unpacked into the cache; nothing is installed.
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AptRoot } from '../lib/apt'
import { cacheFolder } from '../lib/paths'
import { run } from '../lib/process'

const SUITE = 'bookworm-security'

export interface DebianRust {
  readonly rustc: string
  readonly libraryPath: string
  /** "rustc 1.96.0 (...)". */
  readonly version: string
}

export async function debianRust(): Promise<DebianRust> {
  const home = join(cacheFolder('debian-rust'), 'root')
  if (!existsSync(join(home, 'complete'))) {
    rmSync(home, { recursive: true, force: true })
    const staging = `${home}.new`
    rmSync(staging, { recursive: true, force: true })
    await unpackAll(staging)
    renameSync(staging, home)
    prune(home)
    writeFileSync(join(home, 'complete'), '')
  }
  const rustc = join(home, 'usr/bin/rustc')
  const libraryPath = join(home, 'usr/lib/x86_64-linux-gnu')
  const { stdout } = await run(rustc, ['--version'], {
    env: { LD_LIBRARY_PATH: libraryPath },
  })
  return { rustc, libraryPath, version: stdout.trim() }
}

async function unpackAll(into: string): Promise<void> {
  const host = await AptRoot.open(SUITE, 'amd64')
  const library = await newestName(host, /^libstd-rust-web-(\d+\.\d+)$/)
  for (const name of ['rustc-web', library, 'libstd-rust-web-dev', 'rust-web-src']) {
    await host.unpack(name, into)
  }
  for (const pattern of [/^libllvm(\d+)$/, /^libz3-(\d+)$/]) {
    const name = await newestName(host, pattern).catch(() => undefined)
    // a package that the security archive lacks comes from the release itself
    const archive = name === undefined ? await AptRoot.open('bookworm', 'amd64') : host
    await archive.unpack(name ?? (await newestName(archive, pattern)), into)
  }
  const foreign = await AptRoot.open(SUITE, 'arm64')
  for (const name of [library, 'libstd-rust-web-dev']) await foreign.unpack(name, into)
}

async function newestName(apt: AptRoot, pattern: RegExp): Promise<string> {
  const found = await apt.newest(pattern)
  if (found === undefined)
    throw new Error(`${apt.suite} has no package ${pattern.source} for ${apt.arch}`)
  return found.name
}

/** Removes what no build reads, which is most of it. */
function prune(home: string): void {
  const source = join(home, 'usr/lib/rustlib/src/rust')
  if (!existsSync(join(source, 'library', 'std')))
    throw new Error('rust-web-src came without the library source')
  for (const name of ['compiler', 'src', 'debian'])
    rmSync(join(source, name), { recursive: true, force: true })
  rmSync(join(home, 'usr/share'), { recursive: true, force: true })
}
