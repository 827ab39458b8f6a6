// Checks that a built addon loads on its target: the processor, the libc, and for gnu no symbol newer than the glibc
// floor. A successful build proves none of this: a musl addon can be linked against glibc without an error.
import { statSync } from 'node:fs'
import { run } from '../lib/process'
import { GLIBC_FLOOR, type Target } from './targets'

const MACHINE = { x64: 'Advanced Micro Devices X86-64', arm64: 'AArch64' } as const
/** The libraries that an addon may need. Node itself needs all of them. */
const ALLOWED = {
  glibc: [
    /^libc\.so\.6$/,
    /^libm\.so\.6$/,
    /^libdl\.so\.2$/,
    /^libpthread\.so\.0$/,
    /^libgcc_s\.so\.1$/,
    /^ld-linux-[\w-]+\.so\.\d$/,
  ],
  musl: [/^libc\.so$/, /^libc\.musl-\w+\.so\.1$/],
} as const
const SIZE_LIMIT = 1.5 * 1024 * 1024

export interface Needs {
  readonly libraries: readonly string[]
  /** The newest glibc version that a symbol asks for; undefined for musl. */
  readonly glibc: string | undefined
  readonly bytes: number
}

export async function checkAddon(target: Target, file: string): Promise<Needs> {
  const header = (await run('readelf', ['-h', file])).stdout
  if (!header.includes(MACHINE[target.cpu])) throw new Error(`${file} is not for ${target.cpu}`)
  const dynamic = (await run('readelf', ['-d', file])).stdout
  const libraries = [...dynamic.matchAll(/\(NEEDED\).*\[([^\]]+)\]/g)].map(
    (match) => match[1] ?? '',
  )
  const strange = libraries.filter(
    (name) => !ALLOWED[target.libc].some((pattern) => pattern.test(name)),
  )
  if (libraries.length === 0 || strange.length > 0)
    throw new Error(`${file} needs ${strange.join(', ') || 'no library at all'}`)
  const glibc = newestGlibc((await run('readelf', ['-V', file])).stdout)
  if (target.libc === 'musl' && glibc !== undefined)
    throw new Error(`${file} is for musl and needs glibc ${glibc}`)
  if (target.libc === 'glibc' && (glibc === undefined || compare(glibc, GLIBC_FLOOR) > 0)) {
    throw new Error(
      `${file} needs glibc ${glibc ?? '(no version found)'}, the floor is ${GLIBC_FLOOR}`,
    )
  }
  const bytes = statSync(file).size
  if (bytes >= SIZE_LIMIT) throw new Error(`${file} has ${bytes} bytes, the limit is ${SIZE_LIMIT}`)
  return { libraries, glibc, bytes }
}

export function newestGlibc(versions: string): string | undefined {
  const all = [...versions.matchAll(/\bGLIBC_(\d+(?:\.\d+)+)/g)].map((match) => match[1] ?? '')
  return all.sort(compare).at(-1)
}

function compare(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
