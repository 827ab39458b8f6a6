// The types: a file of right and wrong uses is compiled, as an ES and as a CommonJS module.

import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { ROOT } from './helpers/child'
import { project } from './helpers/project'

const OPTIONS = {
  noEmit: true,
  strict: true,
  skipLibCheck: false,
  target: 'ES2022',
  lib: ['ES2023', 'ESNext.Disposable'],
  types: ['node'],
  exactOptionalPropertyTypes: true,
}

for (const [kind, module, extension] of [
  ['an ES', 'NodeNext', 'mts'],
  ['a CommonJS', 'Node16', 'cts'],
  ['a bundled', 'bundler', 'ts'],
] as const) {
  test(`${kind} module is checked as the documents say`, async (t) => {
    const at = project(t, {
      [`fixture.${extension}`]: readFileSync(join(ROOT, '__test__', 'types', 'fixture.ts'), 'utf8'),
    })
    const how =
      module === 'bundler' ? { module: 'ESNext', moduleResolution: 'bundler' } : { module }
    writeFileSync(
      join(at, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...OPTIONS, ...how }, files: [`fixture.${extension}`] }),
    )
    const output = await compile(at)
    t.is(output, '')
  })
}

/** What the compiler has to say. */
function compile(at: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', at],
      (_error, stdout, stderr) => resolve(stdout + stderr),
    )
  })
}
