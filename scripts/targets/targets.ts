// The platforms that the package is built for, with the name that each tool uses for them. The list is in package.json,
// where @napi-rs/cli reads it.
import { readFileSync } from 'node:fs'
import { parseTriple } from '@napi-rs/cli'
import { inRoot } from '../lib/paths'

export interface Target {
  /** Rust's name, "aarch64-unknown-linux-musl". */
  readonly triple: string
  /** The name of the npm package behind "uring-" and of its folder, "linux-arm64-musl". */
  readonly platform: string
  readonly libc: 'glibc' | 'musl'
  readonly cpu: 'x64' | 'arm64'
}

/** The oldest glibc that the gnu binaries must load on: what Node's own binaries need. */
export const GLIBC_FLOOR = '2.28'

interface Manifest {
  readonly version: string
  readonly napi: { readonly binaryName: string; readonly targets: readonly string[] }
}

export function manifest(): Manifest {
  return JSON.parse(readFileSync(inRoot('package.json'), 'utf8')) as Manifest
}

export function allTargets(): Target[] {
  return manifest().napi.targets.map((triple) => {
    const parsed = parseTriple(triple)
    return {
      triple,
      platform: parsed.platformArchABI,
      libc: parsed.abi === 'musl' ? 'musl' : 'glibc',
      cpu: parsed.arch === 'arm64' ? 'arm64' : 'x64',
    }
  })
}

/** Returns the target of this machine's own Node, if the package has one for it. */
export function hostTarget(): Target | undefined {
  return allTargets().find((one) => one.cpu === process.arch && one.libc === 'glibc')
}

/** Returns a target by its triple or its platform. */
export function targetOf(name: string): Target {
  const found = allTargets().find((one) => one.triple === name || one.platform === name)
  if (found !== undefined) return found
  throw new Error(
    `no target is called ${name}; there are ${allTargets()
      .map((one) => one.triple)
      .join(', ')}`,
  )
}

/** Returns the path of a target's addon, in the folder that its npm package is packed from. */
export function addonFile(target: Target): string {
  return inRoot('npm', target.platform, `${manifest().napi.binaryName}.${target.platform}.node`)
}
