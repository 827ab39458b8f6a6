// Denies io_uring to a child process in several ways. The package must report that it is unavailable, with the reason
// and the remedy, and must not crash or hang.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GUEST } from '../plan'
import { faultOf, runChild } from './child'
import type { Probe } from './probe'
import { report } from './report'

const SYSCTL = '/proc/sys/kernel/io_uring_disabled'
const LIMIT_MS = 60_000
const NOBODY = 65534
interface Case {
  readonly name: string
  /** undefined: io_uring must work in this case. */
  readonly reason: string | undefined
  readonly sysctl?: string
  readonly deny?: 'eperm' | 'enosys' | 'memlock'
  readonly unprivileged?: boolean
  /** Whether the kernel may allow it. */
  readonly mayWork?: boolean
}

const CASES: readonly Case[] = [
  { name: 'nothing is denied', reason: undefined },
  { name: 'nothing is denied to the unprivileged', reason: undefined, unprivileged: true },
  { name: 'seccomp answers EPERM', reason: 'seccomp', deny: 'eperm' },
  { name: 'seccomp answers ENOSYS', reason: 'seccomp', deny: 'enosys' },
  {
    name: 'no locked memory is allowed',
    // rings count against RLIMIT_MEMLOCK on some kernels (seen on 6.18) and not on others (5.10.262,
    // 6.1, 6.12, 7.2): where it works it must work, where it does not the limit must be named
    reason: 'limit',
    mayWork: true,
    deny: 'memlock',
    unprivileged: true,
  },
  { name: 'io_uring_disabled is 2', reason: 'sysctl', sysctl: '2' },
  {
    name: 'io_uring_disabled is 1 for the unprivileged',
    reason: 'sysctl',
    sysctl: '1',
    unprivileged: true,
  },
  { name: 'io_uring_disabled is 1 for the privileged', reason: undefined, sysctl: '1' },
]

export async function runDenial(): Promise<void> {
  for (const one of CASES) {
    const result = { event: 'result', group: 'denial', name: one.name } as const
    if (one.sysctl !== undefined && !existsSync(SYSCTL)) {
      report({
        ...result,
        outcome: 'skipped',
        item: 'kernel.io_uring_disabled',
        detail: 'the sysctl came with Linux 6.6',
      })
      continue
    }
    const wrong = await tryCase(one)
    report(
      wrong === undefined
        ? { ...result, outcome: 'passed' }
        : { ...result, outcome: 'failed', detail: wrong },
    )
  }
}

/** Returns what is wrong, or undefined. */
async function tryCase(one: Case): Promise<string | undefined> {
  if (one.sysctl !== undefined) writeFileSync(SYSCTL, one.sysctl)
  try {
    const lines: string[] = []
    const program = [process.execPath, join(__dirname, 'probe.js')]
    const [command = '', ...args] =
      one.deny === undefined ? program : [GUEST.deny, one.deny, ...program]
    const ids = one.unprivileged === true ? { uid: NOBODY, gid: NOBODY } : {}
    const end = await runChild(command, args, {
      ...ids,
      limitMs: LIMIT_MS,
      silentMs: LIMIT_MS,
      onLine: (line) => lines.push(line),
    })
    const fault = faultOf(end)
    if (fault !== undefined) return `the probe ${fault}: ${lines.slice(-5).join(' | ')}`
    return mismatch(one, JSON.parse(lines.at(-1) ?? 'null') as Probe)
  } finally {
    if (one.sysctl !== undefined) writeFileSync(SYSCTL, '0')
  }
}

function mismatch(
  { reason, mayWork }: Case,
  { availability: said, ring }: Probe,
): string | undefined {
  const seen = JSON.stringify({ said, ring })
  const works = said.available && ring === 'works'
  if (mayWork === true && works) return undefined
  if (reason === undefined) return works ? undefined : `must work, but: ${seen}`
  if (said.available || ring === 'works') return `must be denied, but: ${seen}`
  if (said.reason !== reason || ring.reason !== reason)
    return `the reason must be ${reason}: ${seen}`
  if (ring.code !== 'ERR_URING_UNAVAILABLE')
    return `new Ring() must throw ERR_URING_UNAVAILABLE: ${seen}`
  return said.remedy.length > 0 && said.message.length > 0
    ? undefined
    : `message and remedy must not be empty: ${seen}`
}
