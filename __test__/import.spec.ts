// The package as its users meet it: imported from every kind of module, with nothing happening until
// a ring is opened (R42, R98).

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import * as uring from 'uring'
import { inChild, ROOT, runNode } from './helpers/child'
import { project } from './helpers/project'

const USE = `const ring = new Ring()
  const [nop, batch, chain] = await Promise.all([ring.nop(), ring.batch((b) => b.nop()), ring.chain((c) => [c.nop()])])
  await ring.dispose()
  console.log(JSON.stringify({ nop, batch: [...batch], chain, flag: constants.IOSQE_ASYNC, available: availability().available }))`
const USED = { nop: 0, batch: [0], chain: [0], flag: 16, available: true }

test('an ES module imports it by name', async (t) => {
  const at = project(t, {
    'main.mjs': `import { Ring, availability, constants } from 'uring'\n${USE}`,
  })
  const { code, said, stderr } = await runNode([join(at, 'main.mjs')])
  t.is(code, 0, stderr)
  t.deepEqual(said, [USED])
})

test('a CommonJS module requires it', async (t) => {
  const at = project(t, {
    'main.cjs': `const { Ring, availability, constants } = require('uring');(async () => { ${USE} })()`,
  })
  const { code, said, stderr } = await runNode([join(at, 'main.cjs')])
  t.is(code, 0, stderr)
  t.deepEqual(said, [USED])
})

test('an ES module finds every export by its name, and as namespace and default', async (t) => {
  const at = project(t, {
    'main.mjs': `import * as all from 'uring'\nimport whole from 'uring'\nconsole.log(JSON.stringify([Object.keys(all).sort(), all.Ring === whole.Ring]))`,
  })
  const { code, said, stderr } = await runNode([join(at, 'main.mjs')])
  t.is(code, 0, stderr)
  const [names, same] = said[0] as [string[], boolean]
  t.true(same)
  for (const name of Object.keys(uring)) t.true(names.includes(name), name)
})

test('CommonJS and ES modules of one program get the same package', async (t) => {
  const at = project(t, {
    'one.cjs': "exports.Ring = require('uring').Ring",
    'main.mjs':
      "import { Ring } from 'uring'\nimport one from './one.cjs'\nconsole.log(Ring === one.Ring)",
  })
  const { said, stderr } = await runNode([join(at, 'main.mjs')])
  t.deepEqual(said, [true], stderr)
})

test('only the entry and package.json can be imported: the inside is private', async (t) => {
  const at = project(t, {})
  for (const inside of ['uring/dist/src/ring.js', 'uring/binding/index.js', 'uring/src/ring']) {
    const { code, stderr } = await runNode(
      ['--input-type=module', '-e', `await import('${inside}')`],
      {},
    )
    t.is(code, 1)
    t.regex(stderr, /ERR_PACKAGE_PATH_NOT_EXPORTED|ERR_MODULE_NOT_FOUND/)
  }
  const { code, said } = await runNode([
    '-e',
    `process.chdir('${at}'); console.log(JSON.stringify(require('uring/package.json').name))`,
  ])
  t.is(code, 0)
  t.deepEqual(said, ['uring'])
})

test('importing creates no ring, no descriptor and no thread, and loads no addon (R42)', async (t) => {
  const { code, said, stderr } = await inChild(({ fs, say, require }) => {
    // the helper has required the package already: all that differs is what that did
    const threads = fs.readdirSync('/proc/self/task').length
    const descriptors = fs.readdirSync('/proc/self/fd').map((fd) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${fd}`)
      } catch {
        return ''
      }
    })
    const maps = fs.readFileSync('/proc/self/maps', 'utf8')
    const loaded = Object.keys(require.cache).filter((path) => path.endsWith('.node'))
    say({ threads, rings: descriptors.filter((path) => path.includes('io_uring')).length, addon: maps.includes('uring.linux'), loaded })
  }, { env: { UV_USE_IO_URING: '0' } }) // prettier-ignore
  t.is(code, 0, stderr)
  // newer versions of Node have rings of their own
  const idle = await runNode(
    [
      '-e',
      `const fs = require('node:fs'), links = fs.readdirSync('/proc/self/fd').map((fd) => { try { return fs.readlinkSync('/proc/self/fd/' + fd) } catch { return '' } })
       console.log(JSON.stringify([fs.readdirSync('/proc/self/task').length, links.filter((path) => path.includes('io_uring')).length]))`,
    ],
    { env: { UV_USE_IO_URING: '0' } },
  )
  const [threads, rings] = idle.said[0] as [number, number]
  t.deepEqual(said, [{ threads, rings, addon: false, loaded: [] }])
})

test('availability opens a ring and leaves none (R42)', async (t) => {
  const { code, said, stderr } = await inChild(({ uring: own, fs, say }) => {
    const count = (): number => fs.readdirSync('/proc/self/fd').length
    own.availability()
    const before = count()
    for (let time = 0; time < 100; time++) own.availability()
    say(count() - before)
  })
  t.is(code, 0, stderr)
  t.deepEqual(said, [0])
})

test('the entry exports what the documents name, and nothing private', (t) => {
  const names = Object.keys(uring).filter(
    (name) => name !== 'default' && name !== '__esModule' && name !== 'module.exports',
  )
  for (const name of [
    'AbortError',
    'Batch',
    'Chain',
    'Ring',
    'Statx',
    'SystemError',
    'availability',
    'constants',
  ])
    t.true(names.includes(name), name)
  t.deepEqual(
    names.filter((name) => name.startsWith('_') || name === 'Core' || name === 'load'),
    [],
  )
})

test('the package is one file of code, without the 841 lines of the loader, by either format (D)', async (t) => {
  const at = project(t, {
    'main.cjs':
      "require('uring'); console.log(JSON.stringify(Object.keys(require.cache).map((path) => require('node:path').basename(path))))",
    'main.mjs':
      "import 'uring'\nimport { createRequire } from 'node:module'\nconsole.log(JSON.stringify(Object.keys(createRequire(import.meta.url).cache).map((path) => path.slice(path.lastIndexOf('/') + 1))))",
  })
  const required = await runNode([join(at, 'main.cjs')])
  t.deepEqual(required.said, [['main.cjs', 'index.js']], required.stderr)
  const imported = await runNode([join(at, 'main.mjs')])
  t.deepEqual(imported.said, [['index.js']], imported.stderr)
})

test('importing by an import statement does not run the lexer of CommonJS exports (D)', (t) => {
  // an import statement that names a CommonJS file runs it
  const text = readFileSync(join(ROOT, 'dist', 'index.mjs'), 'utf8')
  t.deepEqual(text.match(/from '.+'/g), ["from 'node:module'"])
})

test('the ES modules, of Node and of bundlers, export what the CommonJS file does', (t) => {
  const names = Object.keys(uring).filter((name) => name !== 'default')
  for (const path of ['index.mjs', 'static.mjs']) {
    const text = readFileSync(join(ROOT, 'dist', path), 'utf8')
    const [, list = ''] = /export (?:const )?\{ (.+?) \}/.exec(text) ?? []
    t.deepEqual(list.split(', ').sort(), names.sort(), path)
  }
})

test('the source map contains its sources (D)', (t) => {
  const map = JSON.parse(readFileSync(join(ROOT, 'dist', 'index.js.map'), 'utf8')) as {
    sources: string[]
    sourcesContent: (string | null)[]
  }
  t.true(map.sources.length > 10)
  t.is(map.sourcesContent.length, map.sources.length)
  for (const [index, source] of map.sources.entries())
    t.is(map.sourcesContent[index], readFileSync(join(ROOT, 'dist', source), 'utf8'), source)
})

test('with --enable-source-maps a stack shows the line of the source', async (t) => {
  const { said } = await inChild(
    ({ uring: { Ring }, say }) => {
      try {
        say(new Ring({ entries: -1 }).disposed)
      } catch (error) {
        say(String((error as Error).stack))
      }
    },
    { flags: ['--enable-source-maps'] },
  )
  t.regex(String(said[0]), /src\/\w+\.ts:\d+/)
})

test('package.json points at files that are there', (t) => {
  const { main, types, exports, imports, files } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  )
  const { import: esm, require: cjs } = exports['.']
  for (const path of [main, types, ...Object.values(esm), ...Object.values(cjs), ...files])
    t.true(existsSync(join(ROOT, path as string)), path as string)
  t.true(existsSync(join(ROOT, imports['#binding'])))
})

test('package.json says where bugs go, and where the documents are (D)', (t) => {
  const { homepage, bugs, files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  t.regex(homepage, /^https:/)
  t.regex(bugs, /^https:/)
  for (const file of ['CHANGELOG.md', 'SECURITY.md']) t.true(files.includes(file), file)
})
