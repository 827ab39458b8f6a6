// What every operation method is made of, and the three things it can be part of: an operation on
// its own gives a promise, one in a batch a raw result, one in a chain a link. A method is written
// once, here or in a class between this one and those three; it checks its arguments, begins, fills
// in the request and ends.

import type { Core } from '../core/core'
import type { Operation } from '../core/operation'
import type { OperationOptions } from '../options'
import { toTimespec } from '../options'
import { wrongType, wrongValue } from '../errors'
import { IOSQE_ASYNC, IOSQE_FIXED_FILE, IOSQE_IO_DRAIN } from '../generated/constants'

/** A member of a chain; what the chain's promise will give for it. */
export interface Link<T> {
  readonly operation: Operation<T>
}

/** What an operation's method gives, by where it is called. */
export interface Outcomes<T> {
  promise: Promise<T>
  batch: undefined
  chain: Link<T>
}

/** Where operations are called: on a ring, in a batch, in a chain. */
export type Kind = keyof Outcomes<unknown>

/** What an operation with a value of type `T` gives when called in `K`. */
export type Outcome<K extends Kind, T> = Outcomes<T>[K]

/** @internal */
export const core: unique symbol = Symbol('core')
/** @internal */
export const end: unique symbol = Symbol('end')
/** @internal */
export const begin: unique symbol = Symbol('begin')

const FLAGS_ALLOWED = IOSQE_FIXED_FILE | IOSQE_IO_DRAIN | IOSQE_ASYNC

/** The methods that all families of operations are built with. */
export abstract class Operations<K extends Kind> {
  /** @internal */
  readonly [core]: Core

  /** @internal */
  constructor(of: Core) {
    this[core] = of
  }

  /** @internal Takes a slot and begins its request. Throws before that, or leaves no trace. */
  [begin](
    operation: Operation<unknown>,
    fd: number,
    options: OperationOptions | undefined,
  ): number {
    const own = this[core]
    if (options === undefined) {
      const slot = own.take()
      own.requests.start(slot, operation.opcode, fd)
      return slot
    }
    return beginWith(own, operation, fd, options)
  }

  /** @internal Hands the operation over; gives what the caller gets. */
  abstract [end]<T>(slot: number, operation: Operation<T>): Outcome<K, T>
}

function beginWith(
  own: Core,
  operation: Operation<unknown>,
  fd: number,
  options: OperationOptions,
): number {
  if (typeof options !== 'object' || options === null)
    throw wrongType('options', 'an object', options)
  const { signal, timeout, flags = 0 } = options
  if (signal !== undefined && !isAbortSignal(signal))
    throw wrongType('options.signal', 'an AbortSignal', signal)
  const limit = timeout === undefined ? undefined : toTimespec(timeout, 'options.timeout')
  if (typeof flags !== 'number') throw wrongType('options.flags', 'a number', flags)
  if ((flags & FLAGS_ALLOWED) !== flags) {
    throw wrongValue(
      'options.flags',
      'may hold IOSQE_FIXED_FILE, IOSQE_IO_DRAIN and IOSQE_ASYNC (links are made with chain())',
      flags,
    )
  }
  const slot = own.take()
  own.requests.start(slot, operation.opcode, fd)
  if (flags !== 0) own.requests.setFlags(slot, flags)
  if (limit !== undefined) own.requests.setLimit(slot, limit.seconds, limit.nanoseconds)
  if (signal === undefined) return slot
  try {
    own.watch(slot, signal)
  } catch (error) {
    own.release(slot) // the signal is somebody's own, and throws
    throw error
  }
  return slot
}

function isAbortSignal(value: unknown): value is AbortSignal {
  return (
    typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value
  )
}
