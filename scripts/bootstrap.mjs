// Installs the development dependencies of a checkout that has none yet, so that a script of package.json that begins
// with this one works in a fresh clone. Plain JavaScript, because nothing that reads TypeScript is there before.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) {
  console.error('installing the development dependencies')
  // without scripts: `prepare` would build the addon, which not every caller wants
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund']
  const { status } = spawnSync('npm', ['ci', ...flags], { cwd: root, stdio: 'inherit' })
  process.exitCode = status ?? 1
}
