// The kernels of the matrix: the Debian suite of each series, and which of them run by default.
// A key is the series, with the processor behind it where that is not x86_64 and the libc where that is not glibc:
// "6.12", "6.12-arm64", "6.12-arm64-musl".
import type { DebianArch } from '../scripts/lib/apt'

export type Libc = 'glibc' | 'musl'

export interface Series {
  readonly key: string
  readonly suite: string
  readonly arch: DebianArch
  readonly libc: Libc
  /** How the version in a package's name begins. Old versions leave the archive, so the newest of the series is taken. */
  readonly prefix: string
}

function amd64(key: string, suite: string, prefix: string): Series {
  return { key, suite, arch: 'amd64', libc: 'glibc', prefix }
}

function arm64(key: string, suite: string, prefix: string): Series {
  return { key: `${key}-arm64`, suite, arch: 'arm64', libc: 'glibc', prefix }
}

function musl(series: Series): Series {
  return { ...series, key: `${series.key}-musl`, libc: 'musl' }
}

const WITH_GLIBC: readonly Series[] = [
  amd64('5.10', 'bullseye-security', '5.10.0-'),
  amd64('6.1', 'bookworm-security', '6.1.0-'),
  amd64('6.12', 'bookworm-security', '6.12.'),
  amd64('6.16', 'trixie-backports', '6.16.'),
  amd64('6.17', 'trixie-backports', '6.17.'),
  amd64('6.18', 'trixie-backports', '6.18.'),
  amd64('6.19', 'trixie-backports', '6.19.'),
  amd64('7.0', 'trixie-backports', '7.0.'),
  amd64('7.1', 'trixie-backports', '7.1.'),
  amd64('7.2', 'trixie-backports', '7.2.'),
  arm64('5.10', 'bullseye-security', '5.10.0-'),
  arm64('6.1', 'bookworm-security', '6.1.0-'),
  arm64('6.12', 'bookworm-security', '6.12.'),
  arm64('7.2', 'trixie-backports', '7.2.'),
]

export const SERIES: readonly Series[] = [...WITH_GLIBC, ...WITH_GLIBC.map(musl)]

/** What `npm run test:kernels` runs: the floor, both long-term kernels of Debian, and the two newest. */
export const DEFAULT_KEYS = ['5.10', '6.1', '6.12', '6.18', '7.2'] as const

/** What `--short` runs: the floor and the newest. */
export const SHORT_KEYS = ['5.10', '7.2'] as const

/** What `--musl` runs: the musl packages, each in a Node built for it. */
export const MUSL_KEYS = ['6.12-musl', '6.12-arm64-musl'] as const

/** What `--arm64` runs. */
export const ARM64_KEYS = ['6.1-arm64', '6.12-arm64'] as const

export function seriesOf(key: string): Series {
  const found = SERIES.find((one) => one.key === key)
  if (found !== undefined) return found
  throw new Error(
    `no kernel is called ${key}; there are ${SERIES.map((one) => one.key).join(', ')}`,
  )
}
