// The package as its users meet it: imported from every kind of module, with nothing happening until
// a ring is opened (R42, R98).

import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import * as uring from 'uring'
import { inChild, ROOT, runNode } from './helpers/child'
import { folder } from './helpers/temp'

/** A project that depends on the package. */
function project(t: ExecutionContext, files: Record<string, string>): string {
  const at = folder(t)
  mkdirSync(join(at, 'node_modules'))
  symlinkSync(ROOT, join(at, 'node_modules', 'uring'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(at, name), text)
  return at
}

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

test('constants are frozen, numbers, and those of the kernel', (t) => {
  t.true(Object.isFrozen(uring.constants))
  const values = Object.entries(uring.constants)
  t.true(values.length > 300)
  for (const [name, value] of values)
    t.true(typeof value === 'number' || typeof value === 'bigint', name)
  const {
    IORING_OP_NOP,
    IORING_OP_READ,
    IOSQE_ASYNC,
    IORING_FSYNC_DATASYNC,
    AT_FDCWD,
    O_DIRECT,
    STATX_SIZE,
  } = uring.constants
  t.deepEqual(
    [IORING_OP_NOP, IORING_OP_READ, IOSQE_ASYNC, IORING_FSYNC_DATASYNC, AT_FDCWD, STATX_SIZE],
    [0, 22, 16, 1, -100, 512],
  )
  t.is(O_DIRECT, process.arch === 'arm64' ? 0o200000 : 0o40000)
})

test('package.json points at files that are there', (t) => {
  const { main, types, exports, imports } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  )
  for (const path of [main, types, exports['.'].types, exports['.'].default, imports['#binding']])
    t.true(existsSync(join(ROOT, path)), path)
})
