// Compiles the chosen specs and the guest's runner to plain JavaScript on the host, because a guest under emulation
// would take seconds for it. Types are checked elsewhere.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, inRoot, ROOT } from '../scripts/lib/paths'
import { run } from '../scripts/lib/process'

export async function compileForGuest(specs: readonly string[], outDir: string): Promise<void> {
  const work = mkdtempSync(join(cacheFolder('compile'), 'run-'))
  try {
    const config = join(work, 'tsconfig.json')
    const compilerOptions = {
      outDir,
      rootDir: ROOT,
      noCheck: true,
      noEmit: false,
      declaration: false,
      sourceMap: false,
      typeRoots: [inRoot('node_modules', '@types')],
    }
    const files = [
      ...specs.map((spec) => inRoot('__test__', spec)),
      inRoot('kernels', 'guest', 'run.ts'),
      inRoot('kernels', 'guest', 'group.ts'),
    ]
    writeFileSync(
      config,
      JSON.stringify({ extends: inRoot('tsconfig.json'), compilerOptions, files }),
    )
    await run(inRoot('node_modules', '.bin', 'tsc'), ['-p', config])
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
