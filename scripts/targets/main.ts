// `npm run build:targets`: builds the addon for each target and reports what was built, with which compiler, and what it
// needs to load.
import { markdownTable } from 'markdown-table'
import { commandLine, start } from '../lib/command-line'
import { buildTarget, type Built } from './build'
import { checkAddon } from './check'
import { addonFile, allTargets, targetOf, type Target } from './targets'

const USAGE = `npm run build:targets [-- TARGET...] [--check]

Builds the addon for each TARGET, by its triple or its platform (all of package.json's when none is named):
${allTargets()
  .map((one) => `  ${one.triple}, ${one.platform}`)
  .join('\n')}

  --check   build nothing, check the addons that are there
  --help    print this text
`

async function checked(target: Target): Promise<Built> {
  const file = addonFile(target)
  return { target, file, toolchain: 'not built now', needs: await checkAddon(target, file) }
}

async function main(): Promise<void> {
  const { values, positionals } = commandLine({
    usage: USAGE,
    positionals: true,
    options: { check: { type: 'boolean', default: false } },
  })
  const targets = positionals.length === 0 ? allTargets() : positionals.map(targetOf)
  const rows: string[][] = []
  let failed = 0
  for (const target of targets) {
    console.log(`${values.check ? 'checking' : 'building'} ${target.triple}`)
    try {
      const { needs, toolchain } = values.check ? await checked(target) : await buildTarget(target)
      const floor = needs.glibc === undefined ? 'musl' : `glibc ${needs.glibc}`
      rows.push([
        target.triple,
        `${Math.round(needs.bytes / 1024)} KiB`,
        floor,
        needs.libraries.join(' '),
        toolchain,
      ])
    } catch (error) {
      failed += 1
      rows.push([target.triple, 'FAILED', '', '', ''])
      console.error(error instanceof Error ? error.message : error)
    }
  }
  console.log(`\n${markdownTable([['target', 'size', 'floor', 'needs', 'compiler'], ...rows])}\n`)
  console.log(`targets: ${targets.length - failed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

await start(main)
