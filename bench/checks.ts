// The promises that are not a ratio of two columns: memory, fairness, and the backup of a tree of
// 20,000 files. Each is a program of its own; here they are run and their verdicts collected.

import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import * as path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const TREE = 20_000

export interface Check {
  promise: string
  measured: string
  met: boolean
}

export function runChecks(directory: string): Check[] {
  return [
    {
      promise: '1,000,000 operations leave RSS within 4 MiB, and no descriptor more',
      ...verdict('bench/memory.ts'),
    },
    {
      promise: 'a 1 ms timer keeps its p99 under 5 ms beside 256 busy coroutines',
      ...verdict('bench/fairness.ts'),
    },
    backup(path.join(directory, 'backup.json')),
  ]
}

/** A program whose last line says `figures: met`, and whose exit code is 0 if it is. */
function verdict(program: string): Omit<Check, 'promise'> {
  const { stdout, status } = run(program)
  const last = stdout.trim().split('\n').at(-1) ?? ''
  const measured = last.replace(/: (NOT )?(MET|met)$/, '') || 'it ended early'
  return { measured, met: status === 0 }
}

function backup(report: string): Check {
  const { status } = run('examples/backup/main.ts', '--synthesize', String(TREE), '--json', report)
  const promise = 'npm start on 20,000 files is not slower than fs.cp, all checksums right'
  if (status !== 0) return { promise, measured: 'it failed', met: false }
  const { files, verified, seconds } = JSON.parse(fs.readFileSync(report, 'utf8')) as {
    files: number
    verified: number
    seconds: { uring: number; fsCp: number }
  }
  const measured =
    `${seconds.uring.toFixed(2)} s against ${seconds.fsCp.toFixed(2)} s,` +
    ` ${verified} of ${files} checksums right`
  return { promise, measured, met: verified === files && seconds.uring <= seconds.fsCp }
}

function run(program: string, ...args: string[]): { stdout: string; status: number | null } {
  return spawnSync(process.execPath, ['--import', '@oxc-node/core/register', program, ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
