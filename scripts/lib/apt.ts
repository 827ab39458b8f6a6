// A private apt root: finds and downloads Debian packages of any suite and architecture without touching the machine's
// own package lists. The mirror is the one this machine's apt is set to; DEBIAN_MIRROR and DEBIAN_SECURITY_MIRROR name
// others, which a machine that is not Debian needs.
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from './paths'
import { run } from './process'

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'
const LISTS_FRESH_FOR_MS = 6 * 60 * 60 * 1000

export type DebianArch = 'amd64' | 'arm64'

export class AptRoot {
  /** The roots of this process: two updates of the same lists would exclude each other. */
  private static readonly roots = new Map<string, Promise<AptRoot>>()

  private constructor(
    readonly suite: string,
    readonly arch: DebianArch,
    private readonly folder: string,
  ) {}

  static open(suite: string, arch: DebianArch): Promise<AptRoot> {
    const name = `${suite}-${arch}`
    const root = AptRoot.roots.get(name) ?? AptRoot.fresh(suite, arch, cacheFolder('apt', name))
    AptRoot.roots.set(name, root)
    return root
  }

  private static async fresh(suite: string, arch: DebianArch, folder: string): Promise<AptRoot> {
    const root = new AptRoot(suite, arch, folder)
    await root.refresh()
    return root
  }

  /** Resolves to the newest package whose name matches. The pattern's first group captures its version. */
  async newest(pattern: RegExp): Promise<{ name: string; version: string } | undefined> {
    const { stdout } = await this.apt('apt-cache', ['pkgnames'])
    const found = stdout
      .split('\n')
      .map((name) => ({ name, version: pattern.exec(name)?.[1] ?? '' }))
      .filter((one) => one.version !== '')
    return found.sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true })).at(-1)
  }

  /** Downloads one package and unpacks it into `into`. */
  async unpack(name: string, into: string): Promise<void> {
    const staging = join(this.folder, `get-${process.pid}`)
    rmSync(staging, { recursive: true, force: true })
    mkdirSync(staging, { recursive: true })
    try {
      await this.apt('apt-get', ['download', name], staging)
      const file = readdirSync(staging).find((one) => one.endsWith('.deb'))
      if (file === undefined) throw new Error(`apt-get download ${name} left no .deb`)
      mkdirSync(into, { recursive: true })
      await run('dpkg-deb', ['-x', join(staging, file), into])
    } finally {
      rmSync(staging, { recursive: true, force: true })
    }
  }

  private async refresh(): Promise<void> {
    const stamp = join(this.folder, 'updated')
    if (existsSync(stamp) && Date.now() - statSync(stamp).mtimeMs < LISTS_FRESH_FOR_MS) return
    if (!existsSync(KEYRING))
      throw new Error(`${KEYRING} is missing: apt-get install debian-archive-keyring`)
    for (const name of ['lists/partial', 'archives/partial'])
      mkdirSync(join(this.folder, name), { recursive: true })
    const source = `deb [signed-by=${KEYRING} arch=${this.arch}] ${mirrorFor(this.suite)} ${this.suite} main\n`
    writeFileSync(join(this.folder, 'sources'), source)
    writeFileSync(join(this.folder, 'status'), '')
    const { stderr } = await this.apt('apt-get', ['update'])
    // apt-get update exits with 0 even if a list could not be fetched
    if (/^[EW]:.*(Failed|404|not have a Release)/m.test(stderr))
      throw new Error(`apt-get update (${this.suite}): ${stderr}`)
    writeFileSync(stamp, '')
  }

  private apt(command: string, args: readonly string[], cwd = this.folder): ReturnType<typeof run> {
    const settings = [
      `APT::Architecture=${this.arch}`,
      `APT::Architectures=${this.arch}`,
      `Dir::Etc::sourcelist=${join(this.folder, 'sources')}`,
      'Dir::Etc::sourceparts=/dev/null',
      `Dir::State::lists=${join(this.folder, 'lists')}`,
      `Dir::State::status=${join(this.folder, 'status')}`,
      `Dir::Cache::archives=${join(this.folder, 'archives')}`,
      'Dir::Cache::pkgcache=',
      'Dir::Cache::srcpkgcache=',
      'APT::Sandbox::User=root',
      'Acquire::Retries=3',
      'APT::Get::AllowUnauthenticated=false',
    ]
    return run(command, ['-q', ...settings.flatMap((one) => ['-o', one]), ...args], { cwd })
  }
}

/** Returns the address of the archive or the security archive, from the environment or this machine's apt. */
function mirrorFor(suite: string): string {
  const security = suite.endsWith('-security')
  const given = process.env[security ? 'DEBIAN_SECURITY_MIRROR' : 'DEBIAN_MIRROR']
  if (given !== undefined && given !== '') return given
  const archive = security ? 'debian-security' : 'debian'
  const found = aptSources().find((uri) => uri.replace(/\/$/, '').endsWith(`/${archive}`))
  if (found === undefined) {
    const name = security ? 'DEBIAN_SECURITY_MIRROR' : 'DEBIAN_MIRROR'
    throw new Error(
      `this machine's apt knows no ${archive} mirror: set ${name} to the address of one`,
    )
  }
  return found
}

function aptSources(): string[] {
  const parts = '/etc/apt/sources.list.d'
  const files = existsSync(parts) ? readdirSync(parts).map((name) => join(parts, name)) : []
  return ['/etc/apt/sources.list', ...files]
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => line.match(/https?:\/\/\S+/g) ?? [])
}
