// The promises that are not a ratio of two columns. Each program of this folder tests a few of them. This module runs
// the programs, and the backup of 20,000 files, and collects their verdicts.

import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import { environmentOf, nodeArguments, ownFolder } from '../against/package'
import type { Check } from './verdict'

export type { Check } from './verdict'

const TREE = 20_000

/** The programs, by the names that --only accepts. */
const programs = ['memory', 'fairness', 'bulk', 'inline', 'failure', 'import'] as const

export const checkNames = [...programs, 'backup'] as const

export type CheckName = (typeof checkNames)[number]

/** Runs the checks of these names with the package of a checkout. */
export function runChecks(names: readonly CheckName[], folder = ownFolder): Check[] {
  return names.flatMap((name) => (name === 'backup' ? backup(folder) : program(name, folder)))
}

function program(name: CheckName, folder: string): Check[] {
  const { stdout, status } = run(`bench/checks/${name}.ts`, ['--json'], folder)
  const verdicts = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Check)
  // a program that broke off has not judged its other promises
  const whole = verdicts.length > 0 && (status === 0 || verdicts.some(({ met }) => !met))
  if (whole) return verdicts
  return [...verdicts, { promise: name, measured: 'it ended early', met: false }]
}

function backup(folder: string): Check[] {
  const promise = 'npm start on 20,000 files is not slower than fs.cp, all checksums right'
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'uring-check-'))
  try {
    const report = path.join(directory, 'backup.json')
    const options = ['--synthesize', String(TREE), '--json', report]
    const { status } = run('examples/backup/main.ts', options, folder)
    if (status !== 0) return [{ promise, measured: 'it failed', met: false }]
    const { files, verified, seconds } = JSON.parse(fs.readFileSync(report, 'utf8')) as {
      files: number
      verified: number
      seconds: { uring: number; fsCp: number }
    }
    const measured =
      `${seconds.uring.toFixed(2)} s against ${seconds.fsCp.toFixed(2)} s,` +
      ` ${verified} of ${files} checksums right`
    return [{ promise, measured, met: verified === files && seconds.uring <= seconds.fsCp }]
  } finally {
    fs.rmSync(directory, { recursive: true })
  }
}

function run(
  file: string,
  args: readonly string[],
  folder: string,
): { stdout: string; status: number | null } {
  return spawnSync(process.execPath, [...nodeArguments(file), ...args], {
    cwd: ownFolder,
    env: environmentOf(folder),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
