// The linker of every target: zig, through cargo-zigbuild. It brings each libc with it, so one tool links against an
// old glibc and against musl on any machine.
import { join } from 'node:path'
import { pythonTools } from '../lib/python'

const PACKAGES = ['ziglang==0.17.0', 'cargo-zigbuild==0.24.0'] as const

export interface Zig {
  readonly cargo: string
  readonly path: string
}

export async function zig(): Promise<Zig> {
  const folder = await pythonTools(PACKAGES.join('-').replaceAll('==', '-'), PACKAGES)
  const bin = join(folder, 'bin')
  return { cargo: join(bin, 'cargo-zigbuild'), path: `${bin}:${process.env['PATH'] ?? ''}` }
}
