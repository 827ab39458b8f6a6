// Tools that come as Python packages. Each set has its own environment in the cache.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from './paths'
import { run } from './process'

/** Resolves to a folder whose bin/ has the programs of these packages. */
export async function pythonTools(name: string, packages: readonly string[]): Promise<string> {
  const folder = join(cacheFolder('python'), name)
  const stamp = join(folder, 'installed')
  if (existsSync(stamp)) return folder
  await run('python3', ['-m', 'venv', '--clear', folder])
  await run(join(folder, 'bin', 'pip'), [
    'install',
    '--quiet',
    '--disable-pip-version-check',
    ...packages,
  ])
  writeFileSync(stamp, packages.join('\n'))
  return folder
}
