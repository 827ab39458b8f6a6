// The package in a user's bundle, made by esbuild as docs/bundling.md says: left outside, or inside with
// the addon copied beside the bundle.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { build, type BuildOptions } from 'esbuild'
import { runNode } from './helpers/child'
import { project } from './helpers/project'

const USE = `const ring = new Ring()
  const results = [await ring.nop(), await ring.batch((b) => void b.nop()).then(([one]) => one)]
  await ring.dispose()
  console.log(JSON.stringify({ results, flag: constants.RWF_DSYNC, available: availability().available }))`
const USED = { results: [0, 0], flag: 2, available: true }

const FILES = {
  'main.mjs': `import { Ring, availability, constants } from 'uring'\n${USE}`,
  'main.cjs': `const { Ring, availability, constants } = require('uring');(async () => { ${USE} })()`,
  'both.mjs': `import { Ring } from 'uring'\nimport one from './one.cjs'\nconsole.log(Ring === one.Ring)`,
  'one.cjs': "exports.Ring = require('uring').Ring",
}

/** What an ES module needs so that the CommonJS inside can require Node's modules. */
const BANNER =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

const COPIED: BuildOptions = { loader: { '.node': 'copy' } }
const ESM: BuildOptions = { format: 'esm', outExtension: { '.js': '.mjs' }, banner: { js: BANNER } }
const CJS: BuildOptions = { format: 'cjs', outExtension: { '.js': '.cjs' } }

const BUNDLES: readonly [how: string, entry: string, options: BuildOptions, addons: number][] = [
  ['outside of an ES module', 'main.mjs', { ...ESM, banner: {}, external: ['uring'] }, 0],
  ['outside of a CommonJS file', 'main.cjs', { ...CJS, external: ['uring'] }, 0],
  ['inside an ES module', 'main.mjs', { ...ESM, ...COPIED }, 1],
  ['inside a CommonJS file', 'main.cjs', { ...CJS, ...COPIED }, 1],
  ['inside a minified file', 'main.cjs', { ...CJS, ...COPIED, minify: true }, 1],
]

for (const [how, entry, options, addons] of BUNDLES) {
  test(`the package ${how} works (D)`, async (t) => {
    const at = project(t, FILES)
    const outdir = join(at, 'out')
    const { warnings } = await build({
      entryPoints: [join(at, entry)],
      outdir,
      bundle: true,
      platform: 'node',
      logLevel: 'silent',
      ...options,
    })
    t.deepEqual(
      warnings.map((warning) => warning.text),
      [],
    )
    const files = readdirSync(outdir)
    t.is(files.filter((name) => name.endsWith('.node')).length, addons, files.join(' '))
    const { code, said, stderr } = await runNode([join(outdir, entry)])
    t.is(code, 0, stderr)
    t.deepEqual(said, [USED])
  })
}

test('a bundle that imports and requires the package has it once', async (t) => {
  const at = project(t, FILES)
  await build({
    entryPoints: [join(at, 'both.mjs')],
    outdir: join(at, 'out'),
    bundle: true,
    platform: 'node',
    logLevel: 'silent',
    ...ESM,
    ...COPIED,
  })
  const { said, stderr } = await runNode([join(at, 'out', 'both.mjs')])
  t.deepEqual(said, [true], stderr)
})
