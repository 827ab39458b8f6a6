// Installs the system packages that a script needs and this machine lacks, after printing their names.
import { existsSync } from 'node:fs'
import { run } from './process'

/** `proof` is a file of the package: apt is not called when all of them exist. */
export interface SystemPackage {
  readonly name: string
  readonly proof: string
}

export async function ensurePackages(wanted: readonly SystemPackage[]): Promise<void> {
  const missing = wanted.filter((one) => !existsSync(one.proof)).map((one) => one.name)
  if (missing.length === 0) return
  console.log(`installing ${missing.join(' ')}`)
  const sudo = process.getuid?.() === 0 ? [] : ['sudo']
  const [command = 'apt-get', ...args] = [
    ...sudo,
    'apt-get',
    'install',
    '-y',
    '-q',
    '--no-install-recommends',
    ...missing,
  ]
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const first = await run(command, args, { env, allowFailure: true })
  if (first.code === 0) return
  // usually the package lists are missing or old: update them once, then try again
  await run(sudo[0] ?? 'apt-get', sudo.length === 0 ? ['update'] : ['apt-get', 'update'], { env })
  await run(command, args, { env })
}
