// Runs the Rust crate's own test programs. libtest prints a line per test; what a test skipped stands in the file that
// URING_SKIP_LOG names, because libtest shows the output of failing tests only.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { GUEST, type GuestPlan } from '../plan'
import { parseSkip, type TestResult } from '../protocol'
import { faultOf, runChild } from './child'
import { report } from './report'

const LIMIT_MS = 240_000
const SKIP_LOG = '/tmp/rust-skips.log'

export async function runRust(plan: GuestPlan): Promise<void> {
  for (const name of plan.rust) await runProgram(name)
  if (plan.plant === 'failing-rust') {
    report({
      event: 'result',
      group: 'rust',
      name: 'planted',
      outcome: 'failed',
      detail: 'planted by the self-test',
    })
  }
}

async function runProgram(program: string): Promise<void> {
  rmSync(SKIP_LOG, { force: true })
  const results: TestResult[] = []
  const tail: string[] = []
  let announced: number | undefined
  const end = await runChild(join(GUEST.rust, program), ['--test-threads=2'], {
    cwd: '/tmp',
    env: { ...process.env, URING_SKIP_LOG: SKIP_LOG, RUST_BACKTRACE: '0' },
    limitMs: LIMIT_MS,
    onLine: (line) => {
      const count = /^running (\d+) tests?$/.exec(line)
      if (count?.[1] !== undefined) announced = Number(count[1])
      const match = /^test (\S+)(?: - should panic)? \.\.\. (ok|FAILED|ignored)/.exec(line)
      if (match?.[1] !== undefined && match[2] !== 'ignored')
        results.push(resultOf(program, match[1], match[2] === 'ok'))
      else if (match !== null) announced = (announced ?? 0) - 1
      if (line !== '') tail.push(line)
    },
  })
  for (const result of withSkips(results)) report(withWords(result, tail))
  const fault = faultOf(end)
  const failed = results.some((one) => one.outcome === 'failed')
  if (announced === results.length && (fault === undefined || failed)) return
  const detail = `${results.length} of ${announced ?? '?'} results; ${fault ?? 'ended with 0'}; ${tail.slice(-8).join(' | ')}`
  report({ event: 'result', group: 'rust', name: program, outcome: 'failed', detail })
}

function resultOf(program: string, test: string, ok: boolean): TestResult {
  return {
    event: 'result',
    group: 'rust',
    name: `${program} › ${test}`,
    outcome: ok ? 'passed' : 'failed',
  }
}

function withWords(result: TestResult, tail: readonly string[]): TestResult {
  if (result.outcome !== 'failed') return result
  const test = result.name.split(' › ').at(-1) ?? ''
  const at = tail.findIndex((line) => line.includes(`---- ${test} stdout`))
  return at === -1 ? result : { ...result, detail: tail.slice(at + 1, at + 8).join(' | ') }
}

/** A logged skip replaces the result of the test it names; one that names no test stands for itself. */
function withSkips(results: readonly TestResult[]): TestResult[] {
  const skips = existsSync(SKIP_LOG)
    ? readFileSync(SKIP_LOG, 'utf8').split('\n').map(parseSkip)
    : []
  const merged = new Map(results.map((one) => [one.name, one]))
  for (const skip of skips) {
    if (skip === undefined) continue
    const named = results.find(
      (one) => one.name.endsWith(`› ${skip.item}`) || one.name.endsWith(`::${skip.item}`),
    )
    const name = named?.name ?? skip.item
    if (named?.outcome === 'failed') continue
    merged.set(name, {
      event: 'result',
      group: 'rust',
      name,
      outcome: 'skipped',
      item: skip.item,
      detail: skip.reason,
    })
  }
  return [...merged.values()]
}
