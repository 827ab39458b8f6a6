// Builds the addon for one target into the folder of its npm package. Promises that a built addon has passed the checks
// of ./check: the processor, the libc, and the glibc floor.
import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cargoFolder, inRoot } from '../lib/paths'
import { runNicely } from '../lib/process'
import { checkAddon, type Needs } from './check'
import { addonFile, GLIBC_FLOOR, type Target } from './targets'
import { toolchainFor } from './toolchain'
import { zig } from './zig'

const CRATE = 'uring-node'
const LIBRARY = 'liburing_node.so'

export interface Built {
  readonly target: Target
  readonly file: string
  readonly toolchain: string
  readonly needs: Needs
}

export async function buildTarget(target: Target): Promise<Built> {
  const [tool, toolchain] = [await zig(), await toolchainFor(target.triple)]
  const floor = target.libc === 'glibc' ? `.${GLIBC_FLOOR}` : ''
  const args = toolchain.args.map((one) => (one === target.triple ? `${one}${floor}` : one))
  // in a separate folder: two compilers that share one discard each other's artefacts
  const folder = cargoFolder('prebuilt')
  await runNicely(tool.cargo, ['zigbuild', '--release', '-p', CRATE, ...args], {
    cwd: inRoot(),
    env: { ...toolchain.env, PATH: tool.path, CARGO_TARGET_DIR: folder },
  })
  const file = addonFile(target)
  mkdirSync(dirname(file), { recursive: true })
  copyFileSync(join(folder, target.triple, 'release', LIBRARY), file)
  return { target, file, toolchain: toolchain.name, needs: await checkAddon(target, file) }
}
