// Runs the Rust crate's own test programs. libtest prints a line per test. Skips are read from the file that
// URING_SKIP_LOG names, because libtest hides the output of passing tests.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { GUEST, type GuestPlan } from '../plan'
import { parseSkip, type Skip } from '../../scripts/lib/skips'
import type { Outcome, TestResult } from '../protocol'
import { faultOf, runChild } from './child'
import { report } from './report'

const LIMIT_MS = 400_000
/** Less than the host's limit, so that the guest can report which program hangs. */
const SILENT_MS = 130_000
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
  const said = new Set<string>()
  const tail: string[] = []
  const failed: string[] = []
  let announced = 0
  let reported = 0
  const onLine = (line: string): void => {
    if (line !== '') tail.push(line)
    announced += Number(/^running (\d+) tests?$/.exec(line)?.[1] ?? 0)
    const match = /^test (\S+)(?: - should panic)? \.\.\. (ok|FAILED|ignored)/.exec(line)
    if (match?.[1] === undefined) return
    reported += 1
    if (match[2] === 'FAILED') failed.push(match[1])
    if (match[2] === 'ok') report(okOrSkipped(program, match[1], said))
  }
  const end = await runChild(join(GUEST.rust, program), ['--test-threads=2'], {
    cwd: '/tmp',
    env: { ...process.env, URING_SKIP_LOG: SKIP_LOG, RUST_BACKTRACE: '0' },
    limitMs: LIMIT_MS,
    silentMs: SILENT_MS,
    onLine,
  })
  for (const test of failed) report(resultOf(program, test, 'failed', wordsOf(test, tail)))
  for (const skip of skipsBut(said)) report(skipOf(program, skip.item, skip))
  const fault = faultOf(end)
  if (reported > 0 && reported === announced && (fault === undefined || failed.length > 0)) return
  const words = tail.slice(-8).join(' | ')
  const detail = `${reported} of ${announced} results; ${fault ?? 'ended with 0'}; ${words}`
  report({ event: 'result', group: 'rust', name: program, outcome: 'failed', detail })
}

function resultOf(program: string, test: string, outcome: Outcome, detail?: string): TestResult {
  const result = { event: 'result', group: 'rust', name: `${program} › ${test}`, outcome } as const
  return detail === undefined ? result : { ...result, detail }
}

function skipOf(program: string, test: string, { item, reason }: Skip): TestResult {
  return { ...resultOf(program, test, 'skipped', reason), item }
}

/** A passed test that could not run has logged its skip, under its name, by now. */
function okOrSkipped(program: string, test: string, said: Set<string>): TestResult {
  const skip = skipsBut(said).find(({ item }) => test === item || test.endsWith(`::${item}`))
  if (skip === undefined) return resultOf(program, test, 'passed')
  said.add(skip.item)
  return skipOf(program, test, skip)
}

function skipsBut(said: ReadonlySet<string>): Skip[] {
  if (!existsSync(SKIP_LOG)) return []
  const logged = readFileSync(SKIP_LOG, 'utf8')
    .split(/\n|(?=SKIP )/) // tests that append at the same time can share a line
    .flatMap((line) => parseSkip(line) ?? [])
  return logged.filter(({ item }) => !said.has(item))
}

/** Returns the output of libtest about a failed test. */
function wordsOf(test: string, tail: readonly string[]): string {
  const at = tail.findIndex((line) => line.includes(`---- ${test} stdout`))
  return at === -1 ? '' : tail.slice(at + 1, at + 8).join(' | ')
}
