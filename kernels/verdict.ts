// Converts the output of a guest to a verdict. Green needs proof: the guest's own exit line and qemu's code, results in
// every planned group, a working io_uring driver, a whole and clean kernel log. Everything else is red with its reason.
import { decode, type GuestEvent, type TestResult } from './protocol'
import { judgeLog } from './kernel-log'
import type { Kernel } from './kernel'
import { EXIT_PASS, type GuestRun } from './machine'

export interface GroupVerdict {
  readonly passed: number
  readonly failed: readonly { readonly name: string; readonly detail: string }[]
  readonly skipped: readonly {
    readonly name: string
    readonly item: string
    readonly reason: string
  }[]
}

export interface KernelVerdict {
  readonly key: string
  readonly package: string
  /** The start of its run. Figures of different runs are not compared. */
  readonly run: string
  readonly green: boolean
  readonly seconds: number
  /** Problems other than failed tests. */
  readonly faults: readonly string[]
  readonly facts: Readonly<Record<string, string | number | boolean>>
  readonly groups: Readonly<Record<string, GroupVerdict>>
  readonly figures: Readonly<Record<string, number>>
  readonly logLines: number
}

/** A run of the matrix; `--json` and docs/kernels.json hold one. */
export interface MatrixRun {
  readonly date: string
  readonly machine: {
    readonly cpu: string
    readonly cpus: number
    readonly arch: string
    readonly kernel: string
  }
  readonly kernels: readonly KernelVerdict[]
}

const THIS_RUN = new Date().toISOString()

export function judge(kernel: Kernel, run: GuestRun, planned: readonly string[]): KernelVerdict {
  const events = eventsOf(run.console)
  const facts = Object.fromEntries(
    events.flatMap((one) => (one.event === 'fact' ? [[one.name, one.value]] : [])),
  )
  const figures = Object.fromEntries(
    events.flatMap((one) => (one.event === 'figure' ? [[one.name, one.perSecond]] : [])),
  )
  const groups = groupResults(events, planned)
  const log = judgeLog(run.console)
  const faults = [...guestFaults(kernel, run), ...log.findings.map((line) => `kernel log: ${line}`)]
  for (const [name, group] of Object.entries(groups)) {
    if (group.passed + group.failed.length + group.skipped.length === 0)
      faults.push(`group ${name} gave no result`)
  }
  if (facts['driver'] !== 'io_uring')
    faults.push(`the active driver is ${String(facts['driver'])}, not io_uring`)
  const failed = Object.values(groups).some((group) => group.failed.length > 0)
  return {
    key: kernel.series.key,
    package: kernel.version,
    run: THIS_RUN,
    green: !failed && faults.length === 0,
    seconds: Math.round(run.seconds * 10) / 10,
    faults,
    facts,
    groups,
    figures,
    logLines: log.lines,
  }
}

/** The verdict on a kernel that was never booted. */
export function neverRan(key: string, reason: unknown): KernelVerdict {
  return {
    key,
    package: 'none',
    run: THIS_RUN,
    green: false,
    seconds: 0,
    faults: [`never ran: ${reason instanceof Error ? reason.message : String(reason)}`],
    facts: {},
    groups: {},
    figures: {},
    logLines: 0,
  }
}

function eventsOf(console: string): GuestEvent[] {
  return console.split(/\r?\n/).flatMap((line) => {
    try {
      const event = decode(line)
      return event === undefined ? [] : [event]
    } catch {
      // a kernel message in the middle of a line, or a line cut off by the end of the guest
      return [
        {
          event: 'result',
          group: 'console',
          name: 'unreadable line',
          outcome: 'failed',
          detail: line.slice(0, 200),
        },
      ]
    }
  })
}

function groupResults(
  events: readonly GuestEvent[],
  planned: readonly string[],
): Record<string, GroupVerdict> {
  const results = events.filter((one): one is TestResult => one.event === 'result')
  const names = new Set([...planned, ...results.map((one) => one.group)])
  return Object.fromEntries(
    [...names].map((name) => [name, groupOf(results.filter((one) => one.group === name))]),
  )
}

function groupOf(results: readonly TestResult[]): GroupVerdict {
  return {
    passed: results.filter((one) => one.outcome === 'passed').length,
    failed: results
      .filter(
        (one) => one.outcome === 'failed' || (one.outcome === 'skipped' && one.item === undefined),
      )
      .map((one) => ({ name: one.name, detail: one.detail ?? '' })),
    skipped: results.flatMap((one) =>
      one.outcome === 'skipped' && one.item !== undefined
        ? [{ name: one.name, item: one.item, reason: one.detail ?? '' }]
        : [],
    ),
  }
}

function guestFaults(kernel: Kernel, run: GuestRun): string[] {
  const exit = /GUEST_EXIT (\d+)/.exec(run.console)?.[1]
  const faults = run.fault === undefined ? [] : [`the guest ${run.fault}`]
  if (!run.console.includes('INIT_AT')) faults.push('the guest did not reach init')
  if (exit === undefined) faults.push('the guest ended without its exit line')
  else if (exit !== '0') faults.push(`the runner ended with ${exit}`)
  // arm64's virt machine has no debug port: qemu ends with 0 whatever happened, so there the exit line alone counts
  const expected = kernel.series.arch === 'amd64' ? EXIT_PASS : 0
  if (run.fault === undefined && run.code !== expected)
    faults.push(`qemu ended with ${run.code ?? 'a signal'}`)
  return faults
}
