// The checks that must pass before a change is ready; the quickest come first. CI runs the same list.

import { countAva, countCargo, countKernels, countNothing, type Counts } from './counts'

export interface Step {
  readonly name: string
  readonly command: string
  /** Reads the number of tests from the output of the command. */
  readonly count: (output: string) => Counts
}

const TYPESCRIPT_PROJECTS = ['.', '__test__', 'bench', 'examples', 'kernels']
const RUST_TESTS = ['uring-linux', 'uring-engine', 'uring-node', 'compat', 'codegen', 'bench']

const check = (name: string, command: string): Step => ({ name, command, count: countNothing })

export const steps: readonly Step[] = [
  // npm records only this platform's optional packages when it writes the file beside an installed node_modules
  check('lockfile', 'npm ci --dry-run --ignore-scripts --no-audit --no-fund --loglevel=error'),
  check('rust format', 'cargo fmt --all --check'),
  check('javascript lint', 'npx oxlint --deny-warnings'),
  check('javascript format', 'npx prettier --check --log-level warn .'),
  ...TYPESCRIPT_PROJECTS.map((project) =>
    check(`types of ${project}`, `npx tsc -p ${project} --noEmit`),
  ),
  check(
    'rust lint',
    'cargo clippy --workspace --exclude uring-node --all-targets --quiet -- --deny warnings',
  ),
  // the addon has no test target: only node can load it
  check('rust lint of the addon', 'cargo clippy -p uring-node --quiet -- --deny warnings'),
  check(
    'rust docs',
    'RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --quiet --exclude bench',
  ),
  check('rust package', 'cargo package -p uring-linux --offline --quiet --allow-dirty'),
  check('generated files', 'cargo run --quiet -p codegen -- --check'),
  { name: 'tests', command: 'npm test -- --tap', count: countAva },
  ...RUST_TESTS.map((crate) => ({
    name: `rust tests of ${crate}`,
    command: `cargo test -p ${crate} --no-fail-fast`,
    count: countCargo,
  })),
  check('workflows', 'npm run check:workflows'),
  check('package', 'npm run check:package'),
  { name: 'kernels', command: 'npm run test:kernels -- --short', count: countKernels },
]
