// `npm run check:package`: publint, are-the-types-wrong and the list of files, on the tarballs of packages/.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { inRoot } from '../lib/paths'
import { run } from '../lib/process'

const PACKAGES = inRoot('packages')
/** What the root tarball may contain, and what it must. */
const EXPECTED = [
  /^package\.json$/,
  /^README\.md$/,
  /^LICENSE$/,
  /^CHANGELOG\.md$/,
  /^dist\/.+\.(js|d\.ts|js\.map)$/,
  /^binding\/index\.(js|d\.ts)$/,
]
const NEEDED = [
  'package.json',
  'README.md',
  'LICENSE',
  'dist/index.js',
  'dist/index.d.ts',
  'binding/index.js',
  'binding/index.d.ts',
]

function tarballs(): string[] {
  return readdirSync(PACKAGES)
    .filter((name) => name.endsWith('.tgz'))
    .map((name) => join(PACKAGES, name))
}

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

function bin(name: string): string {
  return inRoot('node_modules', '.bin', name)
}

const root = tarballs().find((file) => /\/uring-\d[^/]*\.tgz$/.test(file))
if (root === undefined) throw new Error('packages/ has no root tarball: npm run pack:all')
// attw's profile: resolution as Node 20 and every current bundler do it; the one of Node 10 knows no package imports
const checks: Readonly<Record<string, () => Promise<unknown>>> = {
  'npm pack --dry-run': () =>
    run('npm', ['pack', '--dry-run', '--ignore-scripts'], { cwd: inRoot() }),
  'files of the root': () => checkRoot(root),
  'files of the platforms': () =>
    Promise.all(
      tarballs()
        .filter((file) => file !== root)
        .map(checkPlatform),
    ),
  publint: () => run(bin('publint'), ['run', root, '--strict']),
  'are the types wrong': () => run(bin('attw'), [root, '--profile', 'node16']),
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
process.exitCode = failed === 0 ? 0 : 1
