// `npm run pack:all`: leaves the tarballs of the root and of every target that is built in packages/, after checking
// each addon. Says which targets are missing; --require-all makes a missing one an error, as a release must.
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { markdownTable } from 'markdown-table'
import { inRoot } from '../lib/paths'
import { checkAddon } from '../targets/check'
import { addonFile, allTargets } from '../targets/targets'
import { packRoot, packTarget, type Packed } from './stage'

const UNPACKED_LIMIT = 1.5 * 1000 * 1000

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { 'require-all': { type: 'boolean', default: false } } })
  const folder = inRoot('packages')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const packed: Packed[] = [await packRoot(folder)]
  const missing: string[] = []
  for (const target of allTargets()) {
    if (!existsSync(addonFile(target))) {
      missing.push(target.triple)
      continue
    }
    await checkAddon(target, addonFile(target))
    packed.push(await packTarget(target, folder))
  }
  const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`
  const rows = packed.map((one) => [
    one.name,
    basename(one.file),
    kilobytes(one.packedBytes),
    kilobytes(one.unpackedBytes),
    String(one.files.length),
  ])
  console.log(markdownTable([['package', 'tarball', 'packed', 'unpacked', 'files'], ...rows]))
  if (missing.length > 0)
    console.log(`not built here: ${missing.join(', ')} (npm run build:targets)`)
  const big = packed.filter((one) => one.unpackedBytes >= UNPACKED_LIMIT)
  for (const one of big)
    console.error(
      `${one.name} unpacks to ${kilobytes(one.unpackedBytes)}, the limit is ${kilobytes(UNPACKED_LIMIT)}`,
    )
  const incomplete = packed.length < 2 || (values['require-all'] && missing.length > 0)
  if (packed.length < 2)
    console.error('no target is built, so nothing that could be installed was packed')
  process.exitCode = big.length > 0 || incomplete ? 1 : 0
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
})
