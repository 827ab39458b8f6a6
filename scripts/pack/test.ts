// `npm run test:package`: installs the tarballs of packages/ into empty folders and uses them as users do.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { muslRoot } from '../lib/musl'
import { noOptions } from '../lib/command-line'
import { inRoot } from '../lib/paths'
import { run } from '../lib/process'
import { hostTarget } from '../targets/targets'
import { Consumer } from './consumer'
import { packageName } from './stage'

noOptions(`npm run test:package

Installs the tarballs of packages/ (npm run pack:all makes them) into empty folders and uses them.

  --help   print this text
`)

interface Check {
  readonly name: string
  run(): Promise<void>
}

const PACKAGES = inRoot('packages')
const HOST = hostTarget()

function tarball(name: string): string {
  const file = readdirSync(PACKAGES).find(
    (one) => one.startsWith(`${name}-`) && /^\d/.test(one.slice(name.length + 1)),
  )
  if (file === undefined) throw new Error(`packages/ has no ${name}: npm run pack:all`)
  return join(PACKAGES, file)
}

function hostPackage(): string {
  if (HOST === undefined) throw new Error(`no target is for ${process.arch}`)
  return packageName(HOST)
}

async function smoke(consumer: Consumer, program: string): Promise<void> {
  const { code, stdout, stderr } = await consumer.runProgram(program)
  if (code !== 0 || !stdout.includes('smoke ok'))
    throw new Error(`${program} ended with ${code}: ${stdout}${stderr.slice(-2000)}`)
}

async function withConsumer(
  work: (consumer: Consumer) => Promise<void>,
  root?: string,
): Promise<void> {
  const consumer = Consumer.make(root)
  try {
    await work(consumer)
  } finally {
    consumer.remove()
  }
}

/** Compiles the user's program against the installed declarations, with this repository's compiler and Node types. */
async function strict(consumer: Consumer, settings: readonly string[]): Promise<void> {
  const roots = ['--typeRoots', inRoot('node_modules', '@types'), '--types', 'node']
  const flags = [
    '--strict',
    '--noEmit',
    '--skipLibCheck',
    'false',
    '--target',
    'es2022',
    ...settings,
    ...roots,
  ]
  await run(inRoot('node_modules', '.bin', 'tsc'), [...flags, 'strict.ts'], {
    cwd: consumer.folder,
  })
}

const CHECKS: readonly Check[] = [
  {
    name: 'installs without compiler and network; CommonJS, ES module and TypeScript strict',
    run: () =>
      withConsumer(async (consumer) => {
        await consumer.install([tarball('uring'), tarball(hostPackage())])
        await smoke(consumer, 'smoke.cjs')
        await smoke(consumer, 'smoke.mjs')
        await strict(consumer, ['--module', 'node16'])
        await strict(consumer, ['--module', 'esnext', '--moduleResolution', 'bundler'])
      }),
  },
  {
    name: 'without its platform package it imports, and names the package that is missing',
    run: () =>
      withConsumer(async (consumer) => {
        await consumer.install([tarball('uring')])
        const said = await consumer.ask("JSON.stringify(require('uring').availability())")
        if (!said.includes('"reason":"binding"'))
          throw new Error(`the reason must be binding: ${said}`)
        if (!said.includes(hostPackage()))
          throw new Error(`${hostPackage()} must be named: ${said}`)
      }),
  },
  {
    name: 'installs on any operating system',
    run: () =>
      withConsumer(async (consumer) => {
        await consumer.install([tarball('uring')], ['--os=darwin', '--cpu=arm64'])
        const said = await consumer.ask(
          "Object.defineProperty(process, 'platform', { value: 'darwin' }), JSON.stringify(require('uring').availability())",
        )
        if (!said.includes('"reason":"platform"'))
          throw new Error(`the reason must be platform: ${said}`)
      }),
  },
  {
    name: 'musl: npm takes uring-linux-x64-musl, and it works in a Node built for musl where there is no glibc',
    run: async () =>
      withConsumer(
        async (consumer) => {
          await consumer.install([tarball('uring'), tarball('uring-linux-x64-musl')])
          await smoke(consumer, 'smoke.cjs')
          await smoke(consumer, 'smoke.mjs')
        },
        await muslRoot(),
      ),
  },
]

let failed = 0
for (const check of CHECKS) {
  try {
    await check.run()
    console.log(`ok: ${check.name}`)
  } catch (error) {
    failed += 1
    console.log(
      `not ok: ${check.name}\n  ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
console.log(`package: ${CHECKS.length - failed} passed, ${failed} failed, 0 skipped`)
process.exitCode = failed === 0 ? 0 : 1
