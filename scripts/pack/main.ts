// `npm run pack:all`: leaves the tarballs of the root and of every target that is built in packages/, after checking
// each addon. Works in a fresh clone: what this machine needs of the package is built first.
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { markdownTable } from 'markdown-table'
import { commandLine, start } from '../lib/command-line'
import { inRoot } from '../lib/paths'
import { checkAddon } from '../targets/check'
import { addonFile, allTargets } from '../targets/targets'
import { buildMissing } from './missing'
import { packRoot, packTarget, type Packed } from './stage'

const UNPACKED_LIMIT = 1.5 * 1000 * 1000

const USAGE = `npm run pack:all [-- options]

Packs the package and every platform package that is built into packages/. Builds the TypeScript and
this machine's own addon first where they are missing or older than their sources.

  --no-build      build nothing: what is there was built elsewhere
  --require-all   fail unless every target is built, as a release must
  --help          print this text
`

async function main(): Promise<void> {
  const { values } = commandLine({
    usage: USAGE,
    options: {
      'no-build': { type: 'boolean', default: false },
      'require-all': { type: 'boolean', default: false },
    },
  })
  if (!values['no-build']) await buildMissing()
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

await start(main)
