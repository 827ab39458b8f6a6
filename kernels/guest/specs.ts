// Runs the compiled ava specs of the plan in one run: starting ava is the expensive part under emulation.
import { TapReader, type TapTest } from '../../scripts/lib/tap'
import { GUEST, type GuestPlan } from '../plan'
import type { TestResult } from '../protocol'
import { faultOf, runChild } from './child'
import { report } from './report'

const LIMIT_MS = 700_000
const SILENT_MS = 150_000
/** The fraction of their work that long specs do under emulation, which is slow. */
const SCALE = 0.05
// ava's own process is not under test, and compiling its code costs more than it saves under emulation
const AVA = ['--no-opt', 'node_modules/ava/entrypoints/cli.mjs', '--tap', '--serial']

export async function runSpecs(plan: GuestPlan): Promise<void> {
  const silent = new Map(Object.entries(plan.specs).map(([spec, group]) => [nameOf(spec), group]))
  // titles are "group › spec › title"; what ava says about a whole file names only the group
  const groupOf = (title: string): string =>
    plan.groups.find(
      (group) => title.startsWith(`${group} › `) || title.includes(`${group}.spec.js`),
    ) ?? 'operations'
  const reader = new TapReader((test) => {
    silent.delete(test.name.split(' › ')[1] ?? '')
    report(resultOf(test, groupOf(test.name)))
  })

  const words: string[] = []
  const end = await runChild(process.execPath, AVA, {
    cwd: GUEST.app,
    env: { ...process.env, CI: '1', URING_TEST_SCALE: String(SCALE) },
    limitMs: LIMIT_MS,
    silentMs: SILENT_MS,
    onLine: (line) => {
      reader.write(`${line}\n`)
      words.push(line)
      if (words.length > 12) words.shift()
    },
  })
  reader.end()
  const fault = faultOf(end)
  for (const [name, group] of silent) {
    const detail = `no result; ava ${fault ?? 'ended with 0'}; ${words.join(' | ')}`
    report({ event: 'result', group, name, outcome: 'failed', detail })
  }
  // ava ends with 1 when a test failed, which has been reported; anything else is a failure of its own
  if (fault !== undefined && end.code !== 1)
    report({ event: 'result', group: 'operations', name: 'ava', outcome: 'failed', detail: fault })
}

/** A skip without an item is a failure, because a guest must not skip a test without a reason. */
function resultOf({ name, outcome, skip, detail }: TapTest, group: string): TestResult {
  const result = { event: 'result', group, name } as const
  if (skip !== undefined)
    return { ...result, outcome: 'skipped', item: skip.item, detail: skip.reason }
  if (outcome === 'skipped')
    return { ...result, outcome: 'failed', detail: 'skipped without an item' }
  return detail === undefined ? { ...result, outcome } : { ...result, outcome, detail }
}

function nameOf(spec: string): string {
  return spec.replace(/\.spec\.js$/, '')
}
