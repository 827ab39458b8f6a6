// Tests of what not every kernel has. The kernel itself is asked (its probe, its feature bits),
// never its version number. A test that cannot run says so, in a form that is counted.

import { appendFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import * as binding from '#binding'
import { constants, type Ring } from 'uring'

const OPCODES = {
  ftruncate: constants.IORING_OP_FTRUNCATE,
} as const

/** What a test can need. */
export type Item = keyof typeof OPCODES

let supported: ReadonlySet<number> | undefined

/** True when this kernel has `item`; otherwise the test should end, and is counted as skipped. */
export function needs(t: ExecutionContext, item: Item): boolean {
  if (supported === undefined) {
    const opcodes = binding.supportedOpcodes()
    supported = new Set(typeof opcodes === 'number' ? [] : opcodes)
  }
  if (supported.has(OPCODES[item])) return true
  skip(t, item, `opcode ${OPCODES[item]} is not in this kernel's probe`)
  return false
}

/** True when a time that is over does not break a chain (Linux 5.16); otherwise the test should end. */
export async function chainsSurviveTimeouts(t: ExecutionContext, ring: Ring): Promise<boolean> {
  try {
    await ring.chain((c) => [c.timeout(0), c.nop()])
    return true
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (code !== 'ERR_OP_UNSUPPORTED') throw error
    skip(t, 'IORING_TIMEOUT_ETIME_SUCCESS', message)
    return false
  }
}

/** Counts the test as skipped because of `item`. */
export function skip(t: ExecutionContext, item: string, reason: string): void {
  const line = `SKIP ${item}: ${reason}`
  t.log(line)
  t.pass()
  const log = process.env['URING_SKIP_LOG']
  if (log !== undefined && log !== '') appendFileSync(log, `${line}\n`)
}
