// Builds the test programs of the Rust crate and returns their paths. Uses the toolchain of the cross builds for arm64.
import { basename } from 'node:path'
import type { DebianArch } from '../scripts/lib/apt'
import { cargoFolder, inRoot } from '../scripts/lib/paths'
import { runNicely } from '../scripts/lib/process'
import { toolchainFor } from '../scripts/targets/toolchain'

const CRATE = 'uring-linux'
const TRIPLE: Readonly<Record<DebianArch, string | undefined>> = {
  amd64: undefined,
  arm64: 'aarch64-unknown-linux-gnu',
}

export interface RustTest {
  readonly name: string
  readonly file: string
}

interface CargoMessage {
  readonly reason?: string
  readonly executable?: string | null
  readonly target?: { readonly name: string; readonly kind: readonly string[] }
  readonly profile?: { readonly test: boolean }
}

export async function buildRustTests(arch: DebianArch): Promise<RustTest[]> {
  const triple = TRIPLE[arch]
  const toolchain = triple === undefined ? undefined : await toolchainFor(triple)
  const args = [
    'test',
    '-p',
    CRATE,
    '--no-run',
    '--message-format=json',
    ...(toolchain?.args ?? []),
  ]
  const { stdout } = await runNicely('cargo', args, {
    cwd: inRoot(),
    env: {
      CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER: 'aarch64-linux-gnu-gcc',
      // two compilers that share a folder discard each other's artefacts
      ...(triple === undefined ? {} : { CARGO_TARGET_DIR: cargoFolder('cross') }),
      ...toolchain?.env,
    },
  })
  const tests = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as CargoMessage)
    .filter(
      (one) =>
        one.reason === 'compiler-artifact' &&
        one.profile?.test === true &&
        typeof one.executable === 'string',
    )
    .map((one) => ({
      name: one.target?.name ?? basename(one.executable ?? ''),
      file: one.executable ?? '',
    }))
  if (tests.length === 0) throw new Error(`cargo built no test program of ${CRATE}`)
  return tests
}
