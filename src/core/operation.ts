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

/** One kind of operation. */
export interface Operation<T> {
  /** Its name on the ring; `syscall` of its errors. */
  readonly name: string
  /** Makes the promise's value; without it the value is the (non-negative) result itself. */
  readonly decode?: (completion: Completion) => T
  /** Negative results that are answers and not errors, for `decode` to interpret. */
  readonly answers?: readonly number[]
  /** The operation's value is a path (or two), to be named by its errors. */
  readonly paths?: boolean
  /** The operation's value is a buffer. */
  readonly buffer?: string
  /** The first kernel that has it. */
  readonly since: string
}

/** An operation whose value is its result. */
export type Plain = Operation<number>
