// `npm run check:package`: runs publint, are-the-types-wrong and a check of the list of files on new tarballs of the
// root and of every built target.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noOptions } from '../lib/command-line'
import { inRoot } from '../lib/paths'
import { run } from '../lib/process'
import { addonFile, allTargets } from '../targets/targets'
import { packRoot, packTarget } from './stage'
import { checkTypes } from './types'

noOptions(`npm run check:package

Packs the root and every target that is built, and checks the tarballs: their files, publint, and
whether the types are wrong.

  --help   print this text
`)

/** What the root tarball may contain. */
const EXPECTED = [
  /^package\.json$/,
  /^(README|CHANGELOG|SECURITY)\.md$/,
  /^LICENSE$/,
  /^docs\/(api|bundling|containers)\.md$/,
  /^seccomp\/default\.json$/,
  /^dist\/(index\.(js|mjs|d\.ts|d\.mts|js\.map)|static\.mjs)$/,
  /^binding\/index\.(js|d\.ts)$/,
]
const NEEDED = [
  'package.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'SECURITY.md',
  'seccomp/default.json',
  'dist/index.js',
  'dist/index.mjs',
  'dist/static.mjs',
  'dist/index.d.ts',
  'dist/index.d.mts',
  'binding/index.js',
  'binding/index.d.ts',
]

async function contents(tarball: string): Promise<string[]> {
  const { stdout } = await run('tar', ['-tzf', tarball])
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/^package\//, ''))
}

async function checkRoot(root: string): Promise<void> {
  const files = await contents(root)
  const strange = files.filter((file) => !EXPECTED.some((pattern) => pattern.test(file)))
  if (strange.length > 0) throw new Error(`the root tarball contains ${strange.join(', ')}`)
  const missing = NEEDED.filter((file) => !files.includes(file))
  if (missing.length > 0) throw new Error(`the root tarball lacks ${missing.join(', ')}`)
}

async function checkPlatform(tarball: string): Promise<void> {
  const files = await contents(tarball)
  const addons = files.filter((file) => file.endsWith('.node'))
  if (addons.length !== 1 || files.length !== 4)
    throw new Error(`${tarball} contains ${files.join(', ')}`)
}

const folder = mkdtempSync(join(tmpdir(), 'uring-check-'))
const root = (await packRoot(folder)).file
const built = allTargets().filter((target) => existsSync(addonFile(target)))
const platforms = await Promise.all(
  built.map(async (target) => (await packTarget(target, folder)).file),
)

const checks: Readonly<Record<string, () => Promise<unknown>>> = {
  'npm pack --dry-run': () =>
    run('npm', ['pack', '--dry-run', '--ignore-scripts'], { cwd: inRoot() }),
  'files of the root': () => checkRoot(root),
  'files of the platforms': () => Promise.all(platforms.map(checkPlatform)),
  publint: () => run(inRoot('node_modules', '.bin', 'publint'), ['run', root, '--strict']),
  'are the types wrong': () => checkTypes(root),
}
let failed = 0
for (const [name, check] of Object.entries(checks)) {
  try {
    await check()
    console.log(`ok: ${name}`)
  } catch (error) {
    failed += 1
    console.log(`not ok: ${name}\n  ${error instanceof Error ? error.message : String(error)}`)
  }
}
console.log(`check: ${Object.keys(checks).length - failed} passed, ${failed} failed, 0 skipped`)
rmSync(folder, { recursive: true, force: true })
process.exitCode = failed === 0 ? 0 : 1
