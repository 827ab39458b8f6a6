// Errors in the shapes Node's users know: RangeError and TypeError with a code for bad arguments,
// a SystemError for what the kernel refused, an AbortError for what a signal stopped. Nothing else
// in the package makes an Error. Proved by __test__/errors.spec.ts.

import { release } from 'node:os'
import { describeErrno } from './errno'

/** The codes of errors that are this package's own. Kernel errors carry theirs (`ENOENT`, ...). */
export type UringErrorCode =
  | 'ERR_OUT_OF_RANGE'
  | 'ERR_INVALID_ARG_TYPE'
  | 'ERR_INVALID_ARG_VALUE'
  | 'ERR_BUFFER_DETACHED'
  | 'ERR_RING_CLOSED'
  | 'ERR_RING_FAILED'
  | 'ERR_RING_BUSY'
  | 'ERR_SHORT_TRANSFER'
  | 'ERR_OP_UNSUPPORTED'
  | 'ERR_URING_UNAVAILABLE'

function coded<E extends Error>(error: E, code: string): E & { code: string } {
  // as in Node: `name [code]: message` in the stack, a plain name afterwards
  const { name } = error
  define(error, 'code', code, true)
  define(error, 'name', `${name} [${code}]`, false)
  try {
    void error.stack
  } catch {
    // the caller's Error.prepareStackTrace threw: the error goes without that line
  }
  define(error, 'name', name, false)
  return error as E & { code: string }
}

/** Sets a property of the error's own: prototypes may be frozen, or have a setter of that name. */
function define(error: Error, property: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, property, { value, enumerable, configurable: true, writable: true })
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return `function ${value.name}`
  if (typeof value === 'object' && value !== null)
    return `an instance of ${value.constructor?.name ?? 'Object'}`
  return String(value)
}

/** RangeError for a number that is not what the kernel can be given. */
export function outOfRange(name: string, expected: string, value: unknown): RangeError {
  const message = `The value of "${name}" is out of range. It must be ${expected}. Received ${shown(value)}`
  return coded(new RangeError(message), 'ERR_OUT_OF_RANGE')
}

/** TypeError for a value of the wrong kind. */
export function wrongType(name: string, expected: string, value: unknown): TypeError {
  const message = `The "${name}" argument must be ${expected}. Received ${shown(value)}`
  return coded(new TypeError(message), 'ERR_INVALID_ARG_TYPE')
}

/** TypeError for a value of the right kind that makes no sense. */
export function wrongValue(name: string, reason: string, value: unknown): TypeError {
  return coded(
    new TypeError(`The "${name}" argument ${reason}. Received ${shown(value)}`),
    'ERR_INVALID_ARG_VALUE',
  )
}

/** TypeError for an options object with a name that the operation does not know. */
export function unknownOption(name: string, known: readonly string[]): TypeError {
  const message = `The "options" argument has an unknown property "${name}". Known are: ${known.join(', ')}`
  return coded(new TypeError(message), 'ERR_INVALID_ARG_VALUE')
}

/** TypeError for a buffer whose memory was taken away. */
export function detached(name: string): TypeError {
  return coded(
    new TypeError(
      `The memory of "${name}" was detached (transferred) or resized before it was submitted`,
    ),
    'ERR_BUFFER_DETACHED',
  )
}

/** TypeError for a call on a ring that was disposed. */
export function ringClosed(): TypeError {
  return coded(new TypeError('The ring is closed: dispose() was called'), 'ERR_RING_CLOSED')
}

/** Error for operations of a ring that broke. Their memory is kept: the kernel may still use it. */
export function ringFailed(errno: number): Error {
  const [code, text] = describeErrno(errno)
  const error = new Error(`The ring failed: io_uring_enter answered ${code}, ${text}`)
  return Object.assign(coded(error, 'ERR_RING_FAILED'), {
    errno: -Math.abs(errno),
    syscall: 'io_uring_enter',
  })
}

/** Error for an operation beyond the ring's `inFlight` limit. */
export function ringBusy(limit: number): Error {
  const message = `${limit} operations are in flight, which is the ring's limit; await some, or raise the "inFlight" option`
  return coded(new Error(message), 'ERR_RING_BUSY')
}

/** Error for a table that could not be enlarged to `slots` operations. */
export function outOfMemory(errno: number, slots: number): SystemError {
  const hint = `there is no memory for ${slots} operations in flight; await some, or lower "inFlight"`
  return new SystemError(errno, 'mmap', { hint })
}

/** SystemError of an operation whose time limit was over. */
export function timedOut(operation: string): SystemError {
  return new SystemError(-110, operation, { text: 'operation timed out' })
}

/** What a transfer that moved less than it was to move did to the chain it was in. */
export class ShortTransferError extends Error {
  readonly code = 'ERR_SHORT_TRANSFER'
  /** The operation, by its name on the ring. */
  readonly syscall: string
  /** The transfer's place in the chain. */
  readonly index: number
  /** The bytes that were moved. */
  readonly bytes: number
  /** The bytes that were to be moved. */
  readonly length: number
  /** What became of each operation of the chain. */
  declare readonly results: readonly PromiseSettledResult<unknown>[]

  /** @internal */
  constructor(syscall: string, index: number, bytes: number, length: number) {
    super(
      `${syscall}, number ${index} of the chain, moved ${bytes} of ${length} bytes; ` +
        'the operations after it were cancelled',
    )
    this.syscall = syscall
    this.index = index
    this.bytes = bytes
    this.length = length
  }

  static {
    Object.defineProperty(this.prototype, 'name', {
      value: 'ShortTransferError',
      configurable: true,
      writable: true,
    })
  }
}

/** Error for an operation this kernel does not have. */
export function unsupported(operation: string, since: string): Error {
  const message = `${operation} needs Linux ${since}; this is ${release()}`
  return coded(new Error(message), 'ERR_OP_UNSUPPORTED')
}

/** Error for a place without io_uring: what is in the way, and the remedy. */
export function unavailable(message: string, properties: object, cause?: Error): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause })
  return Object.assign(coded(error, 'ERR_URING_UNAVAILABLE'), properties)
}

/** What the kernel said to registering so many bytes; with the limit and the remedy where it was one. */
export function registrationRefused(errno: number, bytes: number): SystemError {
  const syscall = 'registerBuffers'
  if (describeErrno(errno)[0] !== 'ENOMEM') return new SystemError(errno, syscall)
  const hint =
    `${bytes} bytes are needed; without CAP_IPC_LOCK registered buffers (and on many kernels rings) count against ` +
    'the locked-memory limit RLIMIT_MEMLOCK: raise it (ulimit -l, LimitMEMLOCK=) or register fewer'
  return new SystemError(errno, syscall, { hint })
}

/** What the kernel refused, in the shape of Node's SystemError. */
export class SystemError extends Error {
  /** The errno's name, `ENOENT` for one. */
  readonly code: string
  /** The errno, negative as in Node. */
  readonly errno: number
  /** The operation, by its name on the ring. */
  readonly syscall: string
  /** The path the operation was about, if it was about one. */
  declare readonly path?: string
  /** The second path of operations that have two. */
  declare readonly dest?: string
  /** Of the error of a chain: the place of the operation that failed. */
  declare readonly index?: number
  /** Of the error of a chain: what became of each of its operations. */
  declare readonly results?: readonly PromiseSettledResult<unknown>[]

  /** @internal */
  constructor(
    errno: number,
    syscall: string,
    details: {
      path?: string
      dest?: string
      hint?: string
      text?: string
      cause?: unknown
    } = {},
  ) {
    const [code, description] = describeErrno(errno)
    const text = details.text ?? description
    const path = details.path === undefined ? '' : ` '${details.path}'`
    const dest = details.dest === undefined ? '' : ` -> '${details.dest}'`
    const hint = details.hint === undefined ? '' : ` (${details.hint})`
    super(
      `${code}: ${text}, ${syscall}${path}${dest}${hint}`,
      'cause' in details ? { cause: details.cause } : undefined,
    )
    this.code = code
    this.errno = -Math.abs(errno)
    this.syscall = syscall
    if (details.path !== undefined) this.path = details.path
    if (details.dest !== undefined) this.dest = details.dest
  }

  static {
    Object.defineProperty(this.prototype, 'name', {
      value: 'Error',
      configurable: true,
      writable: true,
    })
  }
}

/** What an operation rejects with after its signal was aborted. The cause is the signal's reason. */
export class AbortError extends Error {
  readonly code = 'ABORT_ERR'
  /** Of the error of a chain: the place of the operation that was aborted. */
  declare readonly index?: number
  /** Of the error of a chain: what became of each of its operations. */
  declare readonly results?: readonly PromiseSettledResult<unknown>[]

  /** @internal */
  constructor(reason: unknown) {
    super('The operation was aborted', { cause: reason })
  }

  static {
    Object.defineProperty(this.prototype, 'name', {
      value: 'AbortError',
      configurable: true,
      writable: true,
    })
  }
}
