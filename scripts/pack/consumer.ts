// A user's empty folder: installs tarballs there as a machine without compiler and network would, and runs programs in
// it. The path holds nothing but Node and npm, npm's cache is empty, and as root the network is really gone.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inRoot } from '../lib/paths';
import { run, type RunResult } from '../lib/process';

const FIXTURES = ['smoke.cjs', 'smoke.mjs', 'strict.ts'] as const;
const NPM_FLAGS = ['--offline', '--no-audit', '--no-fund', '--no-update-notifier'] as const;

export class Consumer {
  private constructor(
    readonly folder: string,
    private readonly bin: string,
  ) {}

  static make(): Consumer {
    const home = mkdtempSync(join(tmpdir(), 'uring-consumer-'));
    const [folder, bin] = [join(home, 'project'), join(home, 'bin')];
    for (const one of [folder, bin]) mkdirSync(one);
    writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true }\n');
    symlinkSync(process.execPath, join(bin, 'node'));
    for (const name of FIXTURES) cpSync(inRoot('scripts', 'pack', 'consumer', name), join(folder, name));
    return new Consumer(folder, bin);
  }

  /** npm install of local tarballs. Scripts are allowed: there must be none, and nothing that could compile is there. */
  async install(tarballs: readonly string[], flags: readonly string[] = []): Promise<void> {
    const result = await this.isolated(['node', npmCli(), 'install', ...NPM_FLAGS, ...flags, ...tarballs]);
    if (result.code !== 0) throw new Error(`npm install failed: ${result.stderr.slice(-2000)}`);
  }

  /** Runs a program with another Node, by its command, or with this one. */
  async runProgram(name: string, node: readonly string[] = ['node']): Promise<RunResult> {
    return this.isolated([...node, name]);
  }

  /** Runs a line of JavaScript that prints one thing. */
  async ask(question: string): Promise<string> {
    const { code, stdout, stderr } = await this.isolated(['node', '-p', question]);
    if (code !== 0) throw new Error(`${question}: ${stderr.slice(-2000)}`);
    return stdout.trim();
  }

  remove(): void {
    rmSync(dirname(this.folder), { recursive: true, force: true });
  }

  private isolated(command: readonly string[]): Promise<RunResult> {
    const env = {
      PATH: this.bin,
      HOME: dirname(this.folder),
      npm_config_cache: join(dirname(this.folder), 'cache'),
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_script_shell: join(this.bin, 'no-shell'),
    };
    const [program = 'node', ...args] = command;
    const path = program === 'node' ? join(this.bin, 'node') : program;
    const cut = process.getuid?.() === 0 && existsSync('/usr/bin/unshare');
    return cut
      ? run('/usr/bin/unshare', ['--net', path, ...args], { cwd: this.folder, env, allowFailure: true })
      : run(path, args, { cwd: this.folder, env, allowFailure: true });
  }
}

/** npm's own program beside this Node. */
function npmCli(): string {
  const given = process.env['npm_execpath'];
  if (given !== undefined && given.endsWith('npm-cli.js')) return given;
  const beside = join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  if (existsSync(beside)) return beside;
  throw new Error('run this through npm: npm run test:package');
}
