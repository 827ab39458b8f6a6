// `npm run ready`: runs every check, shows what each prints, and ends with a table and one line,
// `N passed, N failed, N skipped`. Exits with 1 when anything failed.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandLine, start } from '../lib/command-line'
import { run } from '../lib/process'
import { steps, type Step } from './steps'
import type { Counts } from './counts'

interface Outcome {
  readonly step: Step
  readonly seconds: number
  readonly ok: boolean
  readonly counts: Counts
  readonly skips: readonly string[]
}

const USAGE = `npm run ready [-- STEP...]

Runs every check, or those whose names begin with a STEP, in this order:
${steps.map((step) => `  ${step.name}`).join('\n')}

  --help   print this text
`

function lines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean)
  } catch {
    return []
  }
}

async function perform(step: Step, folder: string): Promise<Outcome> {
  console.log(`\n=== ${step.name}: ${step.command}`)
  const log = join(folder, `${step.name.replaceAll(/\W/g, '-')}.skips`)
  const started = performance.now()
  const { code, stdout, stderr } = await run('bash', ['-c', step.command], {
    env: { URING_SKIP_LOG: log },
    allowFailure: true,
    show: true,
  })
  const counts = step.count(stdout + stderr)
  const skips = lines(log)
  return {
    step,
    seconds: (performance.now() - started) / 1000,
    // a runner that ran nothing is not green
    ok: code === 0 && (step.count.name === 'countNothing' || counts.passed > 0),
    counts: {
      ...counts,
      passed: counts.passed - skips.length,
      skipped: counts.skipped + skips.length,
    },
    skips,
  }
}

async function main(): Promise<void> {
  const { positionals: wanted } = commandLine({ usage: USAGE, options: {}, positionals: true })
  const chosen = steps.filter(
    (step) => wanted.length === 0 || wanted.some((name) => step.name.startsWith(name)),
  )
  if (chosen.length === 0) throw new Error(`no step begins with ${wanted.join(' or ')}`)
  const folder = mkdtempSync(join(tmpdir(), 'uring-ready-'))
  const outcomes: Outcome[] = []
  for (const step of chosen) outcomes.push(await perform(step, folder))
  rmSync(folder, { recursive: true })

  console.log('\n=== ready?')
  for (const { step, seconds, ok, counts, skips } of outcomes) {
    const tests =
      step.count.name === 'countNothing'
        ? ''
        : `, ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${step.name}: ${seconds.toFixed(1)} s${tests}`)
    for (const skip of skips) console.log(`       ${skip}`)
  }
  const total = (key: keyof Counts): number =>
    outcomes.reduce((sum, one) => sum + one.counts[key], 0)
  // a check that failed without a test failing counts as one
  const red = outcomes.filter((one) => !one.ok && one.counts.failed === 0).length
  console.log(
    `${total('passed')} passed, ${total('failed') + red} failed, ${total('skipped')} skipped`,
  )
  process.exitCode = outcomes.every((one) => one.ok) ? 0 : 1
}

await start(main)
