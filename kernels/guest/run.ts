// The runner inside a guest: runs every group of the plan and reports each test on the console as it ends. It exits
// with 0 only if nothing failed. The host decides again, by the reported results.
import { readFileSync, writeFileSync } from 'node:fs'
import { GUEST, type GuestPlan } from '../plan'
import { runDenial } from './denial'
import { reportFacts } from './facts'
import { reportFigures } from './figures'
import { failures, report } from './report'
import { runRust } from './rust'
import { runSpecs } from './specs'

async function timed(group: string, work: () => Promise<void> | void): Promise<void> {
  const begun = performance.now()
  try {
    await work()
  } catch (error) {
    report({ event: 'result', group, name: 'runner', outcome: 'failed', detail: String(error) })
  }
  report({ event: 'done', group, seconds: Math.round((performance.now() - begun) / 100) / 10 })
}

/** The self-test's faults that are not a failing test. */
function plantFault(plan: GuestPlan): void {
  if (plan.plant === 'warning')
    writeFileSync('/dev/kmsg', '<4>WARNING: CPU: 0 PID: 1 at planted by the self-test\n')
  if (plan.plant === 'panic') writeFileSync('/proc/sysrq-trigger', 'c')
  if (plan.plant === 'crash') process.kill(process.pid, 'SIGSEGV')
  if (plan.plant === 'silence') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

async function main(): Promise<void> {
  const plan = JSON.parse(readFileSync(GUEST.plan, 'utf8')) as GuestPlan
  report({ event: 'plan', groups: plan.groups })
  await timed('facts', reportFacts)
  plantFault(plan)
  await timed('specs', () => runSpecs(plan))
  if (plan.plant !== 'missing-group') await timed('denial', () => runDenial())
  await timed('rust', () => runRust(plan))
  await timed('figures', reportFigures)
  process.exitCode = failures() === 0 ? 0 : 1
}

void main()
