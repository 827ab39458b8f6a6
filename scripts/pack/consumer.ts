// Simulates a user's empty folder: installs tarballs there, as on a machine without a compiler and a network, and runs
// programs in it. PATH contains only Node, and npm's cache is empty. If this runs as root, there is no network.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { inRoot } from '../lib/paths'
import { only, run, type RunResult } from '../lib/process'

const FIXTURES = ['smoke.cjs', 'smoke.mjs', 'strict.ts'] as const
const NPM_FLAGS = ['--offline', '--no-audit', '--no-fund', '--no-update-notifier'] as const
const UNSHARE = '/usr/bin/unshare'

export class Consumer {
  private constructor(
    /** The folder that everything of this user is in. */
    private readonly home: string,
    /** A root folder to live in instead of this machine's own. */
    private readonly root: string | undefined,
  ) {}

  static make(root?: string): Consumer {
    const home = mkdtempSync(
      join(root === undefined ? tmpdir() : join(root, 'tmp'), 'uring-consumer-'),
    )
    const consumer = new Consumer(home, root)
    for (const name of ['project', 'bin']) mkdirSync(join(home, name))
    symlinkSync(root === undefined ? process.execPath : '/usr/bin/node', join(home, 'bin', 'node'))
    writeFileSync(
      join(consumer.folder, 'package.json'),
      '{ "name": "consumer", "private": true }\n',
    )
    for (const name of FIXTURES)
      cpSync(inRoot('scripts', 'pack', 'consumer', name), join(consumer.folder, name))
    return consumer
  }

  /** The user's project, as this machine sees it. */
  get folder(): string {
    return join(this.home, 'project')
  }

  /**
   * npm install of local tarballs. Install scripts are allowed: the package must have none, and there is no compiler.
   */
  async install(tarballs: readonly string[], flags: readonly string[] = []): Promise<void> {
    const local = tarballs.map((file) => {
      cpSync(file, join(this.home, basename(file)))
      return this.inside(basename(file))
    })
    const result = await this.node(this.npm(), 'install', ...NPM_FLAGS, ...flags, ...local)
    if (result.code !== 0) throw new Error(`npm install failed: ${result.stderr.slice(-2000)}`)
  }

  async runProgram(name: string): Promise<RunResult> {
    return this.node(name)
  }

  /** Runs a line of JavaScript that prints one thing. */
  async ask(question: string): Promise<string> {
    const { code, stdout, stderr } = await this.node('-p', question)
    if (code !== 0) throw new Error(`${question}: ${stderr.slice(-2000)}`)
    return stdout.trim()
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true })
  }

  /** A path of the user's, as the user's own programs see it. */
  private inside(...names: string[]): string {
    const path = join(this.home, ...names)
    return this.root === undefined ? path : path.slice(this.root.length)
  }

  private node(...args: string[]): Promise<RunResult> {
    const env = only({
      PATH: this.inside('bin'),
      HOME: this.inside(),
      npm_config_cache: this.inside('cache'),
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_script_shell: this.inside('bin', 'no-shell'),
    })
    const node = join(this.inside('bin'), 'node')
    const isRoot = process.getuid?.() === 0 && existsSync(UNSHARE)
    if (!isRoot && this.root !== undefined)
      throw new Error('a root folder of its own needs root and unshare(1)')
    if (!isRoot) return run(node, args, { cwd: this.folder, env, allowFailure: true })
    const place =
      this.root === undefined ? [] : ['--root', this.root, '--wd', this.inside('project')]
    return run(UNSHARE, ['--net', ...place, node, ...args], {
      cwd: this.folder,
      env,
      allowFailure: true,
    })
  }

  /** npm's own program: beside the Node of the root folder, or the one that runs this script. */
  private npm(): string {
    if (this.root !== undefined) return '/usr/lib/node_modules/npm/bin/npm-cli.js'
    const beside = join(
      dirname(process.execPath),
      '..',
      'lib',
      'node_modules',
      'npm',
      'bin',
      'npm-cli.js',
    )
    const found = [process.env['npm_execpath'] ?? '', beside].find(
      (file) => file.endsWith('npm-cli.js') && existsSync(file),
    )
    if (found === undefined) throw new Error('run this through npm: npm run test:package')
    return found
  }
}
