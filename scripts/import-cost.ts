// `npm run check:import`: what importing the package costs a program on top of an empty one, in CPU time and resident
// memory, by require() and by import. Fails above the limit. The programs take turns, and the least of the rounds counts:
// whatever else the machine does only ever adds.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { inRoot } from './lib/paths'

const HELP = `npm run check:import [-- --rounds N] [--limit MS]

Prints the CPU time and the memory that importing the package adds to an empty program.
  --rounds N   how often each program runs (60)
  --limit MS   CPU time that an import may add (12)`

/** Prints what the process has used: CPU time in microseconds, resident memory in bytes. */
const REPORT = `
const { user, system } = process.cpuUsage()
console.log(JSON.stringify([user + system, process.memoryUsage.rss()]))`

const PROGRAMS = {
  'empty.cjs': REPORT,
  'require.cjs': `require('uring')${REPORT}`,
  'empty.mjs': REPORT,
  'import.mjs': `import 'uring'${REPORT}`,
} as const

type Program = keyof typeof PROGRAMS

interface Cost {
  readonly cpu: number
  readonly rss: number
}

function measure(folder: string, program: Program): Cost {
  const said = execFileSync(process.execPath, [join(folder, program)], { encoding: 'utf8' })
  const [cpu, rss] = JSON.parse(said) as [number, number]
  return { cpu: cpu / 1000, rss: rss / 2 ** 20 }
}

function least(costs: readonly Cost[]): Cost {
  return {
    cpu: Math.min(...costs.map((one) => one.cpu)),
    rss: Math.min(...costs.map((one) => one.rss)),
  }
}

function compare(folder: string, rounds: number): Record<Program, Cost> {
  const names = Object.keys(PROGRAMS) as Program[]
  const costs = new Map<Program, Cost[]>(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of names) costs.get(name)?.push(measure(folder, name))
  }
  return Object.fromEntries(names.map((name) => [name, least(costs.get(name) ?? [])])) as Record<
    Program,
    Cost
  >
}

function main(): void {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '60' },
      limit: { type: 'string', default: '12' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) {
    console.log(HELP)
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'uring-import-'))
  try {
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(inRoot(), join(folder, 'node_modules', 'uring'))
    for (const [name, text] of Object.entries(PROGRAMS)) writeFileSync(join(folder, name), text)
    const costs = compare(folder, Number(values.rounds))
    for (const [how, base] of [
      ['require.cjs', 'empty.cjs'],
      ['import.mjs', 'empty.mjs'],
    ] as const) {
      const cpu = costs[how].cpu - costs[base].cpu
      const rss = costs[how].rss - costs[base].rss
      console.log(
        `${how}: +${cpu.toFixed(1)} ms CPU on ${costs[base].cpu.toFixed(1)}, +${rss.toFixed(1)} MiB (Node ${process.version})`,
      )
      if (cpu > Number(values.limit)) process.exitCode = 1
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

main()
