// `npm run build:ts`: makes dist/, which is what the package ships: one CommonJS file with everything in it, ES modules
// that re-export it (./module), a source map, and declarations for both formats. The compiler checks the types before
// anything is written. Proved by __test__/import.spec.ts and __test__/types-hover.spec.ts.
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { noOptions, start } from '../lib/command-line'
import { cacheFolder, inRoot } from '../lib/paths'
import { bundle } from './bundle'
import { rollUp } from './declarations'
import { moduleDeclarations, moduleEntry, staticEntry } from './module'

const USAGE = `npm run build:ts [-- --help]

Checks the types and writes dist/: index.js (CommonJS) with its source map, index.mjs and static.mjs (ES modules, for
Node and for bundlers), index.d.ts and index.d.mts.
The addon is built by npm run build:native.`

/** Has the compiler check the sources and emit their declarations. */
function emitDeclarations(into: string): void {
  const compiler = inRoot('node_modules', 'typescript', 'bin', 'tsc')
  const emit = ['--noEmit', 'false', '--emitDeclarationOnly', '--outDir', into]
  execFileSync(process.execPath, [compiler, '-p', inRoot(), ...emit], { stdio: 'inherit' })
}

async function main(): Promise<void> {
  noOptions(USAGE)
  const emitted = cacheFolder('declarations', String(process.pid))
  try {
    emitDeclarations(emitted)
    const declarations = await rollUp(join(emitted, 'index.d.ts'))
    rmSync(inRoot('dist'), { recursive: true, force: true })
    mkdirSync(inRoot('dist'))
    const names = await bundle(inRoot('index.ts'), inRoot('dist', 'index.js'))
    writeFileSync(inRoot('dist', 'index.mjs'), moduleEntry(names))
    writeFileSync(inRoot('dist', 'static.mjs'), staticEntry(names))
    writeFileSync(inRoot('dist', 'index.d.ts'), declarations)
    writeFileSync(inRoot('dist', 'index.d.mts'), moduleDeclarations())
  } finally {
    rmSync(emitted, { recursive: true, force: true })
  }
}

void start(main)
