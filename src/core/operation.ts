// An operation as the facade knows it: its row of the generated table, and how its completion becomes
// a value. One constant per operation stands beside the method that makes the request.

import type { OperationRow } from '../generated/operations'

/** The completion of an operation, together with what the kernel wrote besides the result. */
export interface Completion {
  /** `cqe.res`: a count, a descriptor, or a negative errno. */
  readonly result: number
  /** `cqe.flags`. */
  readonly flags: number
  /** The visible memory of the operation's segment of slots, as 32-bit words. */
  readonly words: Uint32Array
  /** The first word of the operation's own part. */
  readonly at: number
}

/** What some operations have and others do not. */
interface Traits<T> {
  /** Makes the operation's value. Without it the value is the result itself. */
  readonly decode?: (completion: Completion) => T
  /** Negative results that are answers and not errors. `decode` interprets them. */
  readonly answers?: readonly number[]
  /** A form of the operation that is younger than the operation itself. */
  readonly form?: Form
}

/** A form of an operation that kernels without it refuse as invalid. */
export interface Form {
  readonly name: string
  /** The first Linux release that has it. */
  readonly since: string
}

/** One kind of operation. All of them have the same shape, because one code path reads them all. */
export interface Operation<T> extends OperationRow {
  readonly decode: ((completion: Completion) => T) | undefined
  readonly answers: readonly number[]
  readonly form: Form | undefined
}

/** An operation whose value is its result. */
export type Plain = Operation<number>

const NONE: readonly number[] = []

export function operation<T>(row: OperationRow, traits: Traits<T> = {}): Operation<T> {
  const { decode, answers = NONE, form } = traits
  return { ...row, decode, answers, form }
}

export const plain: (row: OperationRow) => Plain = operation
