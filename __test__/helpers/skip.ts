// Tests of what not every kernel has. The kernel itself is asked (its probe, its feature bits),
// never its version number. A test that cannot run says so, in a form that is counted.

import { appendFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import * as binding from '#binding'
import { constants } from 'uring'

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

/** Counts the test as skipped because of `item`. */
export function skip(t: ExecutionContext, item: string, reason: string): void {
  const line = `SKIP ${item}: ${reason}`
  t.log(line)
  t.pass()
  const log = process.env['URING_SKIP_LOG']
  if (log !== undefined && log !== '') appendFileSync(log, `${line}\n`)
}
