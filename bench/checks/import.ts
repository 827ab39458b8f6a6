// What importing the package adds to an empty program: processor time and resident memory, by require() and by import.
// Each program runs in a new process. The programs take turns, and the median of the rounds counts.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { quantile } from '../quantile'
import { packageFolder } from '../against/package'
import { check, tries } from './verdict'

const ROUNDS = 40
const LIMIT = 12

/** Prints what the process has used: microseconds of processor time, bytes of resident memory. */
const USED = `
const { user, system } = process.cpuUsage()
console.log(JSON.stringify([user + system, process.memoryUsage.rss()]))
`

const WAYS = {
  'require()': { extension: 'cjs', statement: "require('uring')" },
  import: { extension: 'mjs', statement: "import 'uring'" },
} as const

const USAGE = `npm run check:import

What importing the package adds to an empty program.`

interface Used {
  milliseconds: number
  mebibytes: number
}

await check(USAGE, async (report) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'uring-import-'))
  try {
    // the package is found as an installed one is: by its name, through node_modules
    mkdirSync(path.join(folder, 'node_modules'))
    symlinkSync(packageFolder(), path.join(folder, 'node_modules', 'uring'))
    for (const [way, { extension, statement }] of Object.entries(WAYS)) {
      const empty = path.join(folder, `empty.${extension}`)
      const importing = path.join(folder, `importing.${extension}`)
      writeFileSync(empty, USED)
      writeFileSync(importing, `${statement}\n${USED}`)
      const { measured, met } = await tries(async () => difference(empty, importing))
      const promise = `${way} of the package adds at most ${LIMIT} ms of processor time`
      report({ promise, measured, met })
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

function difference(empty: string, importing: string): { measured: string; met: boolean } {
  const added: Used[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const before = run(empty)
    const after = run(importing)
    added.push({
      milliseconds: after.milliseconds - before.milliseconds,
      mebibytes: after.mebibytes - before.mebibytes,
    })
  }
  const time = quantile(
    added.map((one) => one.milliseconds),
    0.5,
  )
  const memory = quantile(
    added.map((one) => one.mebibytes),
    0.5,
  )
  return {
    measured: `${time.toFixed(1)} ms, ${memory.toFixed(1)} MiB`,
    met: time <= LIMIT,
  }
}

function run(program: string): Used {
  const [time, memory] = JSON.parse(
    execFileSync(process.execPath, [program], { encoding: 'utf8' }),
  ) as [number, number]
  return { milliseconds: time / 1000, mebibytes: memory / 2 ** 20 }
}
