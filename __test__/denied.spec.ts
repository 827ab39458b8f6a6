// io_uring taken away from the process, in each of the ways there are: the package says which, and
// what would help, and never crashes (R80, R86). The sysctl is the machine's own, not a process's:
// only machines made for it (URING_TEST_SYSCTL=1) try that.

import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { constants } from 'uring'
import { inChild, ROOT, runNode, type ChildOptions, type Inside } from './helpers/child'
import { file, folder } from './helpers/temp'

interface Answer {
  readonly availability: Record<string, string | boolean>
  readonly thrown?: Record<string, string>
  readonly again: boolean
}

/** What the package says about this place, and what opening a ring does. */
async function ask({ uring, say }: Inside): Promise<void> {
  const first = uring.availability()
  let thrown: object | undefined
  try {
    const ring = new uring.Ring()
    await ring.nop()
    await ring.dispose()
  } catch (error) {
    const { name, message, cause } = error as Error
    thrown = {
      ...(error as object),
      name,
      message,
      cause: (cause as { code?: string } | undefined)?.code,
    }
  }
  say({ availability: first, thrown, again: uring.availability().available })
}

async function answer(t: ExecutionContext, options: ChildOptions = {}): Promise<Answer> {
  const { code, signal, said, stderr } = await inChild(ask, options)
  t.deepEqual([code, signal], [0, null], stderr)
  t.is(stderr, '')
  return said[0] as Answer
}

function denied(
  t: ExecutionContext,
  { availability: told, thrown, again }: Answer,
  reason: string,
  cause?: string,
): void {
  t.is(told['available'], false)
  t.is(told['reason'], reason)
  t.true(
    String(told['message']).length > 15 && String(told['remedy']).length > 15,
    'message and remedy',
  )
  t.is(thrown?.['code'], 'ERR_URING_UNAVAILABLE')
  t.is(thrown?.['name'], 'Error')
  for (const key of ['reason', 'remedy', 'kernel']) t.is(thrown?.[key], told[key] as string, key)
  t.true(String(thrown?.['message']).includes(String(told['message'])))
  t.is(thrown?.['cause'], cause)
  t.false(again)
}

/** The helper that starts a program where io_uring is refused. */
function deny(t: ExecutionContext): string {
  const path = join(folder(t), 'deny')
  execFileSync('cc', ['-o', path, join(ROOT, 'kernels', 'guest', 'deny.c')])
  return path
}

test('where io_uring works, availability says so and opens nothing for good', async (t) => {
  const { availability: told, thrown, again } = await answer(t)
  const { kernel, opcodes, ...rest } = told
  t.deepEqual(rest, { available: true })
  t.is(kernel, release())
  t.true((opcodes as unknown as number[]).includes(constants.IORING_OP_READ))
  t.is(thrown, undefined)
  t.true(again)
})

test("a seccomp profile that answers EPERM is named, as a container's (R80)", async (t) => {
  const told = await answer(t, { under: [deny(t), 'eperm'] })
  denied(t, told, 'seccomp', 'EPERM')
  t.is(told.availability['code'], 'EPERM')
  t.regex(String(told.availability['remedy']), /seccomp/)
})

test('a seccomp profile that answers ENOSYS is told from a kernel without io_uring (R80)', async (t) => {
  const told = await answer(t, { under: [deny(t), 'enosys'] })
  denied(t, told, 'seccomp', 'ENOSYS')
  t.regex(String(told.availability['message']), /ENOSYS/)
})

for (const platform of ['darwin', 'win32', 'freebsd', 'android']) {
  test(`on ${platform} the package is imported, and availability says why not (R42, R86)`, async (t) => {
    const told = await answer(t, {
      before: `Object.defineProperty(process, 'platform', { value: '${platform}' })`,
    })
    denied(t, told, 'platform')
    t.true(String(told.availability['message']).includes(platform))
  })
}

for (const architecture of ['ia32', 'arm', 'ppc64', 's390x', 'riscv64']) {
  test(`on ${architecture} the package is imported, and availability says why not (R86)`, async (t) => {
    const told = await answer(t, {
      before: `Object.defineProperty(process, 'arch', { value: '${architecture}' })`,
    })
    denied(t, told, 'architecture')
  })
}

for (const runtime of ['bun', 'deno']) {
  test(`under ${runtime} availability says what is missing`, async (t) => {
    const told = await answer(t, {
      before: `Object.defineProperty(process.versions, '${runtime}', { value: '1.0.0', enumerable: true })`,
    })
    denied(t, told, 'runtime')
  })
}

test('without the native addon the package is imported, and availability says how to get it', async (t) => {
  const before = `const { Module } = require('node:module')
    const resolve = Module._resolveFilename
    Module._resolveFilename = function (name, ...rest) {
      if (name === '#binding') throw new Error("Cannot find module '#binding'")
      return resolve.call(this, name, ...rest)
    }`
  const told = await answer(t, { before })
  denied(t, told, 'binding')
  t.regex(String(told.availability['message']), /uring-linux-(x64|arm64)-(gnu|musl)/)
})

/** Node's permission model with everything that the tests need, apart from addons. */
const PERMISSION = [
  Number(process.versions.node.split('.')[0]) >= 23 ? '--permission' : '--experimental-permission',
  '--allow-fs-read=*',
  '--no-warnings',
]

for (const [how, flags] of [
  ['--no-addons', ['--no-addons']],
  ['the permission model', PERMISSION],
] as const) {
  test(`with ${how} the answer is ERR_DLOPEN_DISABLED and what allows it, and not "reinstall" (A.13)`, async (t) => {
    const told = await answer(t, { flags })
    denied(t, told, 'binding')
    const { code, message, remedy } = told.availability
    t.is(code, 'ERR_DLOPEN_DISABLED')
    t.regex(String(message), /ERR_DLOPEN_DISABLED/)
    t.regex(String(remedy), /--no-addons.*--allow-addons/)
    t.notRegex(String(remedy), /[Rr]einstall/)
  })
}

test('under the permission model with --allow-addons a ring works', async (t) => {
  const { availability: told } = await answer(t, { flags: [...PERMISSION, '--allow-addons'] })
  t.is(told['available'], true)
})

test('where the permission model hides the addon, that is said', async (t) => {
  const hidden = PERMISSION.map((flag) =>
    flag.startsWith('--allow-fs-read') ? `--allow-fs-read=${join(ROOT, 'dist')}` : flag,
  )
  const { said, stderr } = await runNode([
    ...hidden,
    '--allow-addons',
    '-e',
    `console.log(JSON.stringify(require('${join(ROOT, 'dist', 'index.js')}').availability()))`,
  ])
  t.is(stderr, '')
  const told = said[0] as Record<string, string>
  t.like(told, { available: false, reason: 'binding' })
  t.regex(String(told['code']), /^(ERR_ACCESS_DENIED|MODULE_NOT_FOUND)$/) // the second in Node 20
  t.regex(String(told['message']), /permission model/)
  t.regex(String(told['remedy']), /--allow-fs-read/)
})

test('an addon that is there and does not load is said to be that, with the reason', async (t) => {
  const path = file(t, 'not a library', 'uring.node')
  const told = await answer(t, { env: { NAPI_RS_NATIVE_LIBRARY_PATH: path } })
  denied(t, told, 'binding')
  t.is(told.availability['code'], 'ERR_DLOPEN_FAILED')
  t.true(String(told.availability['message']).includes(path))
})

const SYSCTL = '/proc/sys/kernel/io_uring_disabled'

if (process.env['URING_TEST_SYSCTL'] === '1' && existsSync(SYSCTL)) {
  for (const [value, uid, works] of [
    ['1', 0, true],
    ['1', 65_534, false],
    ['2', 0, false],
    ['2', 65_534, false],
  ] as const) {
    test.serial(
      `kernel.io_uring_disabled=${value} for user ${uid}: ${works ? 'available' : 'named, with its remedy'} (R80)`,
      async (t) => {
        writeFileSync(SYSCTL, value)
        t.teardown(() => writeFileSync(SYSCTL, '0'))
        const told = await answer(t, { uid })
        if (works) {
          t.is(told.availability['available'], true)
          return
        }
        denied(t, told, 'sysctl', 'EPERM')
        t.regex(String(told.availability['remedy']), /sysctl/)
      },
    )
  }
}
