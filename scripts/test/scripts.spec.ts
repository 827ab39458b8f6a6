// The scripts of this repository: their command lines, the detection of failed programs, and the counting of test
// results.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import pMap from 'p-map'
import { only, run } from '../lib/process'
import { readTap } from '../lib/tap'

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>
}

/** The programs behind the scripts of package.json. */
const programs = [
  ...new Set(
    Object.values(scripts).flatMap((command) => /register (\S+\.ts)/.exec(command)?.[1] ?? []),
  ),
]

const runProgram = (program: string, option: string) =>
  run(process.execPath, ['--import', '@oxc-node/core/register', program, option], {
    allowFailure: true,
  })

test('every script prints its usage for --help and does nothing else', async (t) => {
  t.true(programs.length >= 10)
  const ends = await pMap(programs, (program) => runProgram(program, '--help'), { concurrency: 2 })
  ends.forEach(({ code, stdout, stderr }, i) => {
    t.is(code, 0, `${programs[i]}: ${stderr}`)
    t.regex(stdout, /^npm (run|start)\b/, programs[i])
    t.true(stdout.includes('--help'), programs[i])
  })
})

test('every script refuses an option that it does not have, by its name', async (t) => {
  const ends = await pMap(programs, (program) => runProgram(program, '--nonsense'), {
    concurrency: 2,
  })
  ends.forEach(({ code, stderr }, i) => {
    t.not(code, 0, programs[i])
    t.true(stderr.includes('--nonsense'), `${programs[i]}: ${stderr}`)
  })
})

test('a program that fails is an error with the end of what it printed', async (t) => {
  const error = await t.throwsAsync(run('sh', ['-c', 'echo out; echo words >&2; exit 3']))
  t.regex(error.message, /ended with 3\nwords\nout/)
  await t.throwsAsync(run('sh', ['-c', 'kill -9 $$']), { message: /was ended by SIGKILL/ })
  await t.throwsAsync(run('/nowhere/program', []), { code: 'ENOENT' })
  const { code, stdout } = await run('sh', ['-c', 'echo out; exit 3'], { allowFailure: true })
  t.deepEqual([code, stdout], [3, 'out\n'])
})

test('characters that a pipe cuts in two arrive whole', async (t) => {
  const program = "process.stdout.write('›'.repeat(100_000))"
  const { stdout } = await run(process.execPath, ['-e', program])
  t.is(stdout, '›'.repeat(100_000))
})

test('a program can be run with nothing of the environment', async (t) => {
  const { stdout } = await run('/usr/bin/env', [], { env: only({ ONE: '1' }) })
  t.is(stdout, 'ONE=1\n')
})

test('TAP: results, skips that a test explains, and details of a failure', (t) => {
  const output = [
    '> uring@0.1.0 test',
    'TAP version 13',
    'ok 1 - one › passes',
    'ok 2 - one › lacks something',
    "#   SKIP ftruncate: opcode 55 is not in this kernel's probe",
    'not ok 3 - one › fails # with a hash',
    '  ---',
    '  name: AssertionError',
    '  values:',
    "    'Difference:': |-",
    '      - 1',
    '  ...',
    '#   SKIP other: a failure stays one',
    'ok 4 - one › is switched off # SKIP',
    'not ok 5 - Uncaught exception in one.spec.ts',
    '1..5',
    '',
  ].join('\n')
  t.deepEqual(readTap(output), [
    { name: 'one › passes', outcome: 'passed' },
    {
      name: 'one › lacks something',
      outcome: 'skipped',
      skip: { item: 'ftruncate', reason: "opcode 55 is not in this kernel's probe" },
    },
    { name: 'one › fails # with a hash', outcome: 'failed', detail: 'AssertionError | - 1' },
    { name: 'one › is switched off', outcome: 'skipped' },
    { name: 'Uncaught exception in one.spec.ts', outcome: 'failed', detail: '' },
  ])
})

test('the benchmark uses the package of the checkout that it is compared with', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'uring-scripts-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'package.json'), '{ "name": "uring", "exports": "./index.js" }')
  writeFileSync(join(folder, 'index.js'), "exports.build = 'another'")
  const hooks = ['--import', '@oxc-node/core/register', '--import', './bench/against/hook.mjs']
  const question = "import * as uring from 'uring'; console.log(uring.build, typeof uring.Ring)"
  const ask = async (env: NodeJS.ProcessEnv): Promise<string> =>
    (await run(process.execPath, [...hooks, '--input-type=module', '-e', question], { env })).stdout
  t.is(await ask({ URING_BENCH_PACKAGE: folder }), 'another undefined\n')
  t.is(await ask({}), 'undefined function\n')
})
