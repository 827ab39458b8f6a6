// The package.json of a guest: the package's own, with ava set to run compiled specs.
import { readFileSync } from 'node:fs'
import { inRoot } from '../scripts/lib/paths'

interface Manifest {
  readonly ava?: { readonly nodeArguments?: readonly string[]; readonly [setting: string]: unknown }
  readonly [field: string]: unknown
}

export function guestManifest(): Manifest {
  const {
    devDependencies: _,
    scripts: __,
    ava,
    ...rest
  } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')) as Manifest
  return {
    ...rest,
    ava: {
      files: ['groups/*.spec.js'],
      workerThreads: false,
      concurrency: 2,
      timeout: '4m',
      // no compiler in the guest: the specs are JavaScript there
      nodeArguments: (ava?.nodeArguments ?? []).filter((one) => !one.startsWith('--import')),
    },
  }
}
