// From the last row of an operation to its value, or to the error it fails with.

import { EXTRA_LAST, EXTRA_REFUSED } from '../generated/layout'
import { AbortError, SystemError, detached, timedOut, unsupported } from '../errors'
import { mayLack, supports } from '../support'
import type { Operation } from './operation'
import type { WatchedSignal } from './signals'

const EINTR = -4
const EFAULT = -14
const EINVAL = -22
const ETIMEDOUT = -110
const ECANCELED = -125

/** True if `result` is an error of the operation. */
export function isFailure(operation: Operation<unknown>, result: number): boolean {
  return result < 0 && !operation.answers.includes(result)
}

/** Why an operation failed: everything that its error tells, noted before the slot is given back. */
export interface Failure {
  readonly operation: Operation<unknown>
  readonly result: number
  /** The row's fourth word. */
  readonly extra: number
  /** The JavaScript value that went with the request. */
  readonly object: unknown
  readonly signal: WatchedSignal | undefined
}

/** Makes the error of an operation that failed. */
export function errorOf(failure: Failure): Error {
  const { operation, result, extra, object, signal } = failure
  if (extra === (EXTRA_LAST | EXTRA_REFUSED) && result === EFAULT)
    return detached(operation.memory ?? 'buffer')
  if (signal?.aborted === true && (result === ECANCELED || result === EINTR))
    return new AbortError(signal.reason)
  if (result === ETIMEDOUT) return timedOut(operation.name)
  if (result === EINVAL && !supports(operation.opcode))
    return unsupported(operation.name, operation.since)
  if (result === EINVAL && operation.form !== undefined && mayLack(operation.form.since))
    return unsupported(operation.form.name, operation.form.since)
  return new SystemError(result, operation.name, operation.paths > 0 ? pathsOf(object) : {})
}

function pathsOf(object: unknown): { path?: string; dest?: string } {
  if (!Array.isArray(object)) return { path: text(object) }
  return { path: text(object[0]), dest: text(object[1]) }
}

function text(path: unknown): string {
  return path instanceof Uint8Array ? Buffer.from(path).toString() : String(path)
}
