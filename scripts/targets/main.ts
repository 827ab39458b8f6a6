// `npm run build:targets [-- TARGET...] [--check]`: builds the addon for each target (all of package.json's when none is
// named) and says what was built, with which compiler, and what it needs to load. --check only checks what is there.
import { parseArgs } from 'node:util'
import { markdownTable } from 'markdown-table'
import { buildTarget, type Built } from './build'
import { checkAddon } from './check'
import { addonFile, allTargets, targetOf, type Target } from './targets'

async function checked(target: Target): Promise<Built> {
  const file = addonFile(target)
  return { target, file, toolchain: 'not built now', needs: await checkAddon(target, file) }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
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

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
})
