// The types: a file of right and wrong uses is compiled, as an ES and as a CommonJS module.

import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { ROOT } from './helpers/child'
import { folder } from './helpers/temp'

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
    const at = folder(t)
    symlinkSync(join(ROOT, 'node_modules'), join(at, 'node_modules_of_uring'))
    mkdirSync(join(at, 'node_modules', '@types'), { recursive: true })
    symlinkSync(ROOT, join(at, 'node_modules', 'uring'))
    for (const name of ['@types/node', 'undici-types'])
      symlinkSync(join(ROOT, 'node_modules', name), join(at, 'node_modules', name))
    writeFileSync(
      join(at, `fixture.${extension}`),
      readFileSync(join(ROOT, '__test__', 'types', 'fixture.ts')),
    )
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
