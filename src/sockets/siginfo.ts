// How a child changed: `siginfo_t` as waitid(2) fills it in. Proved by __test__/sockets-siginfo.spec.ts.

import { holds, readInt32, readUint32 } from './bytes'

/** Bytes of `siginfo_t`. */
export const SIGINFO_SIZE = 128

/** What became of a child. */
export type ChildCode = 'exited' | 'killed' | 'dumped' | 'stopped' | 'trapped' | 'continued'

/** A change of a child's state. */
export interface ChildStatus {
  readonly pid: number
  /** The real user id of the child. */
  readonly uid: number
  /** The exit code if it exited, otherwise the number of the signal. */
  readonly status: number
  /** `dumped` is killed with a core dump; `trapped` is stopped under a tracer. */
  readonly code: ChildCode
}

/** CLD_EXITED is 1. */
const CODES: readonly (ChildCode | undefined)[] = [
  undefined,
  'exited',
  'killed',
  'dumped',
  'trapped',
  'stopped',
  'continued',
]

const SIGCHLD = 17

/**
 * Returns the state in the `siginfo_t` at `at`; undefined where it holds none, as after `WNOHANG` with
 * no child that changed. Never throws.
 */
export function decodeSiginfo(bytes: Uint8Array, at: number): ChildStatus | undefined {
  if (!holds(bytes, at, SIGINFO_SIZE) || readInt32(bytes, at) !== SIGCHLD) return undefined
  const code = CODES[readInt32(bytes, at + 8)]
  if (code === undefined) return undefined
  return {
    pid: readInt32(bytes, at + 16),
    uid: readUint32(bytes, at + 20),
    status: readInt32(bytes, at + 24),
    code,
  }
}
