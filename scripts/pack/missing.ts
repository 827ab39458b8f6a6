// Builds what a checkout lacks before it can be packed: the TypeScript, and the addon of this machine's own target. The
// other targets take a cross compiler each and are left to `npm run build:targets`.
import { existsSync } from 'node:fs'
import { inRoot } from '../lib/paths'
import { run } from '../lib/process'
import { ADDON, FACADE, isOlderThan } from '../lib/sources'
import { buildTarget } from '../targets/build'
import { addonFile, hostTarget } from '../targets/targets'

export async function buildMissing(): Promise<void> {
  if (isStale(inRoot('dist', 'index.js'), FACADE)) {
    console.log('building the TypeScript')
    await run('npm', ['run', 'build:ts'], { cwd: inRoot() })
  }
  const host = hostTarget()
  if (host === undefined || !isStale(addonFile(host), ADDON)) return
  console.log(`building ${host.triple}`)
  await buildTarget(host)
}

function isStale(file: string, sources: readonly string[]): boolean {
  return !existsSync(file) || isOlderThan(file, sources)
}
