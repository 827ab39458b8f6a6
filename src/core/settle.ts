// From a completion to a value or an error.

import { AbortError, SystemError, detached, unsupported } from '../errors'
import { supports } from '../support'
import type { Completion, Operation } from './operation'

/** Words of output that a completion can have; `OUTPUT_BYTES` of the addon. */
export const OUTPUT_WORDS = 64

/** The addon's refusal of a value that is not memory any more; `DETACHED` of the addon. */
const DETACHED = -4095

const ECANCELED = -125
const EINTR = -4
const EINVAL = -22

/** The value of a completion, or `undefined` when it is an error. */
export function settled(operation: Operation<unknown>, completion: Completion): unknown {
  const { result } = completion
  if (result < 0 && !operation.answers.includes(result)) return undefined
  return operation.decode === undefined ? result : operation.decode(completion)
}

/** The error of an operation that did not succeed. */
export function failure(
  operation: Operation<unknown>,
  result: number,
  object: unknown,
  signal: AbortSignal | undefined,
): Error {
  if (result === DETACHED) return detached(operation.buffer ?? 'buffer')
  if (signal?.aborted && (result === ECANCELED || result === EINTR))
    return new AbortError(signal.reason)
  if (result === EINVAL && !supports(operation.opcode))
    return unsupported(operation.name, operation.since)
  return new SystemError(result, operation.name, operation.paths ? pathsOf(object) : {})
}

function pathsOf(object: unknown): { path?: string; dest?: string } {
  if (!Array.isArray(object)) return { path: text(object) }
  return { path: text(object[0]), dest: text(object[1]) }
}

function text(path: unknown): string {
  return path instanceof Uint8Array ? Buffer.from(path).toString() : String(path)
}
