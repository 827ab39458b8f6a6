// What is known of an operation besides its request: how it is called and what its result means.
// One constant per operation, beside the method that makes the request.

/** What a completion brought. */
export interface Completion {
  /** `cqe.res`: a count, a descriptor, or a negative errno. */
  readonly result: number
  /** `cqe.flags`. */
  readonly flags: number
  /** What the kernel filled in beside the result, as 32-bit words from `at` on. */
  readonly output: Uint32Array
  readonly at: number
}

/** What some operations have and others do not. */
interface Traits<T> {
  /** Makes the promise's value; without it the value is the (non-negative) result itself. */
  readonly decode?: (completion: Completion) => T
  /** Negative results that are answers and not errors, for `decode` to interpret. */
  readonly answers?: readonly number[]
  /** The operation's value is a path (or two), to be named by its errors. */
  readonly paths?: boolean
  /** The operation's value is memory of the caller's: the argument's name. */
  readonly buffer?: string
}

/** One kind of operation. All have the same shape, because every call of every one reads it. */
export interface Operation<T> {
  /** `IORING_OP_*`. */
  readonly opcode: number
  /** Its name on the ring; `syscall` of its errors. */
  readonly name: string
  /** The first kernel that has it. */
  readonly since: string
  readonly decode: ((completion: Completion) => T) | undefined
  readonly answers: readonly number[]
  readonly paths: boolean
  readonly buffer: string | undefined
}

/** An operation whose value is its result. */
export type Plain = Operation<number>

export function operation<T>(
  opcode: number,
  name: string,
  since: string,
  traits: Traits<T> = {},
): Operation<T> {
  const { decode, answers = [], paths = false, buffer } = traits
  return { opcode, name, since, decode, answers, paths, buffer }
}

export const plain: (
  opcode: number,
  name: string,
  since: string,
  traits?: Traits<number>,
) => Plain = operation
