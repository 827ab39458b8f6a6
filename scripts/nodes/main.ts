// `npm run test:nodes`: the ava suite on other versions of Node, with the addon that is built: one binary must serve
// all of them. A version is red if its run reports no tests, or skips any.
import { join } from 'node:path'
import { markdownTable } from 'markdown-table'
import { commandLine, start } from '../lib/command-line'
import { nodeBinary } from '../lib/runtimes'
import { inRoot } from '../lib/paths'
import { run } from '../lib/process'
import { driverOf } from './driver'
import { readTap } from '../lib/tap'

const MAJORS = ['20', '22', '24', '26'] as const
const AVA = join('node_modules', 'ava', 'entrypoints', 'cli.mjs')

interface Row {
  readonly version: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly driver: string
  readonly code: number
  readonly seconds: number
}

const USAGE = `npm run test:nodes [-- VERSION... SPEC...]

Runs the ava suite, or the SPECs alone, under each VERSION of Node (${MAJORS.join(' ')} when none is named).
A Node that is not in the cache comes from the npm package node-linux-<cpu>.

  --help   print this text
`

async function runOn(major: string, specs: readonly string[]): Promise<Row> {
  const node = await nodeBinary(major)
  const version = (await run(node, ['--version'])).stdout.trim()
  const driver = await driverOf(node)
  const begun = Date.now()
  const { code, stdout } = await run(node, [AVA, '--tap', ...specs], {
    cwd: inRoot(),
    allowFailure: true,
    show: true,
  })
  const seconds = Math.round((Date.now() - begun) / 1000)
  const tests = readTap(stdout)
  const count = (outcome: string): number => tests.filter((one) => one.outcome === outcome).length
  return {
    version,
    driver,
    code,
    seconds,
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
  }
}

function isGreen(row: Row): boolean {
  return (
    row.code === 0 &&
    row.driver === 'io_uring' &&
    row.passed > 0 &&
    row.failed === 0 &&
    row.skipped === 0
  )
}

async function main(): Promise<void> {
  const { positionals } = commandLine({ usage: USAGE, options: {}, positionals: true })
  const isVersion = (text: string): boolean => /^\d+(\.\d+)*$/.test(text)
  const versions = positionals.filter(isVersion)
  const specs = positionals.filter((one) => !isVersion(one))
  const rows: Row[] = []
  for (const major of versions.length === 0 ? MAJORS : versions) {
    console.log(`# Node ${major}`)
    rows.push(await runOn(major, specs))
  }
  const cells = rows.map((row) => [
    isGreen(row) ? 'green' : 'RED',
    row.version,
    row.driver,
    String(row.passed),
    String(row.failed),
    String(row.skipped),
    `${row.seconds} s`,
  ])
  console.log(
    `\n${markdownTable([['', 'Node', 'driver', 'passed', 'failed', 'skipped', 'time'], ...cells])}\n`,
  )
  const sum = (pick: (row: Row) => number): number => rows.reduce((all, row) => all + pick(row), 0)
  console.log(
    `nodes: ${sum((row) => row.passed)} passed, ${sum((row) => row.failed)} failed, ${sum((row) => row.skipped)} skipped`,
  )
  process.exitCode = rows.every(isGreen) ? 0 : 1
}

await start(main)
