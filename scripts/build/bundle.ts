// The JavaScript of the package as one CommonJS file: opening, compiling and linking 28 files costs an importing program
// three times what one costs. It is not minified, so that stack traces can be read, and its source map contains the
// sources. The addon's loader stays outside: it is required when the first ring is opened.
import { createRequire } from 'node:module'
import { build } from 'esbuild'

/** Node's oldest supported version: package.json's `engines`. */
const TARGET = 'node20.17'

/** Writes the bundle of `entry` and its source map. Resolves to the names of its exports, sorted. */
export async function bundle(entry: string, outfile: string): Promise<string[]> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: TARGET,
    external: ['#binding'],
    sourcemap: 'linked',
    sourcesContent: true,
    logLevel: 'warning',
  })
  const exported = createRequire(import.meta.url)(outfile) as object
  return Object.keys(exported).sort()
}
