// Runs the compiled ava specs of the plan in one go: starting ava is the dear part under emulation.
import { GUEST, type GuestPlan } from '../plan'
import { faultOf, runChild } from './child'
import { report } from './report'
import { TapReader } from './tap'

const LIMIT_MS = 400_000
/** How much of their work the long specs do: emulation is some twenty times slower. */
const SCALE = 0.05
// ava's own process is not under test, and compiling its code costs more than it saves under emulation
const AVA = ['--no-opt', 'node_modules/ava/entrypoints/cli.mjs', '--tap']

/** How ava begins the title of a test when it runs more than one file. */
function prefixOf(spec: string): string {
  return spec
    .replace(/\.spec\.js$/, '')
    .split('/')
    .join(' › ')
}

export async function runSpecs(plan: GuestPlan): Promise<void> {
  const groups = new Map(Object.entries(plan.specs).map(([spec, group]) => [prefixOf(spec), group]))
  const silent = new Set(groups.keys())
  const only = groups.size === 1 ? [...groups.keys()][0] : undefined

  const fileOf = (title: string): string | undefined =>
    only ??
    [...groups.keys()].find(
      (prefix) => title.startsWith(`${prefix} › `) || title.includes(`${prefix}.spec.js`),
    )
  const reader = new TapReader(
    (title) => groups.get(fileOf(title) ?? '') ?? 'operations',
    (result) => {
      silent.delete(fileOf(result.name) ?? '')
      report(result)
    },
  )

  const stderr: string[] = []
  const end = await runChild(process.execPath, AVA, {
    cwd: GUEST.app,
    env: { ...process.env, CI: '1', URING_TEST_SCALE: String(SCALE) },
    limitMs: LIMIT_MS,
    onLine: (line) => {
      reader.line(line)
      if (process.env['URING_GUEST_VERBOSE'] === '1') console.log(`ava: ${line}`)
      stderr.push(line)
      if (stderr.length > 12) stderr.shift()
    },
  })
  reader.end()
  for (const prefix of silent) {
    const group = groups.get(prefix) ?? 'operations'
    const detail = `no result; ava ${faultOf(end) ?? 'ended with 0'}; ${stderr.join(' | ')}`
    report({ event: 'result', group, name: prefix, outcome: 'failed', detail })
  }
  const fault = faultOf(end)
  if (fault !== undefined && silent.size === 0) {
    // ava ends with 1 when a test failed, which has been reported; anything else is a failure of its own
    if (end.code !== 1)
      report({
        event: 'result',
        group: 'operations',
        name: 'ava',
        outcome: 'failed',
        detail: fault,
      })
  }
}
