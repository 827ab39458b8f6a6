// Which Rust compiler builds for a target: the machine's own if it has the target's standard library, otherwise
// Debian's, which comes with it (arm64 glibc) or with its source (musl).
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../lib/process'
import { debianRust } from './debian-rust'

export interface Toolchain {
  /** Shown in the build's report. */
  readonly name: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export async function toolchainFor(triple: string): Promise<Toolchain> {
  const version = (await run('rustc', ['--version'])).stdout.trim()
  const sysroot = (await run('rustc', ['--print', 'sysroot'])).stdout.trim()
  // musl addons are loaded by a program that has its own libc: it must not be linked in
  const shared = triple.endsWith('musl')
    ? ['--config', `target.${triple}.rustflags=["-Ctarget-feature=-crt-static"]`]
    : []
  if (existsSync(join(sysroot, 'lib', 'rustlib', triple, 'lib'))) {
    return {
      name: version.split(' (')[0] ?? version,
      args: ['--target', triple, ...shared],
      env: {},
    }
  }
  const debian = await debianRust()
  const buildStd = triple.endsWith('musl') ? ['-Z', 'build-std=std,panic_unwind'] : []
  return {
    name: `Debian ${debian.version.split(' (')[0]}${buildStd.length > 0 ? ', std from source' : ''}`,
    args: ['--target', triple, ...shared, ...buildStd],
    env: {
      RUSTC: debian.rustc,
      LD_LIBRARY_PATH: debian.libraryPath,
      ...(buildStd.length > 0 ? { RUSTC_BOOTSTRAP: '1' } : {}),
    },
  }
}
