// What every operation method is made of, and the three things it can be part of: an operation on
// its own returns a promise, one in a batch a raw result, one in a chain a link. A method is written
// once, here or in a class between this one and those three. It checks its arguments, begins, fills
// in the request and ends.

import type { Core } from '../core/core'
import type { Operation } from '../core/operation'
import { isAbortSignal } from '../core/signals'
import { wrongType, wrongValue } from '../errors'
import { IOSQE_ASYNC, IOSQE_FIXED_FILE, IOSQE_IO_DRAIN } from '../generated/constants'
import { MARK_UNREF } from '../generated/layout'
import { checkOptions, flagsOf, toTimespec, type OperationOptions } from '../options'

/** A member of a chain; stands for its value in what the chain resolves to. */
export interface Link<T> {
  /** The type of the value. No such property exists. */
  readonly valueType: T
  /** @internal */
  readonly operation: Operation<T>
}

/** What an operation's method returns, by where it is called. */
export interface Outcomes<T> {
  promise: Promise<T>
  batch: undefined
  chain: Link<T>
}

/** Where operations are called: on a ring, in a batch, in a chain. */
export type Kind = keyof Outcomes<unknown>

/** What an operation with a value of type `T` returns when it is called in `K`. */
export type Outcome<K extends Kind, T> = Outcomes<T>[K]

/** @internal */
export const core: unique symbol = Symbol('core')
/** @internal */
export const end: unique symbol = Symbol('end')
/** @internal */
export const linked: unique symbol = Symbol('linked')
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

  /** @internal True in a chain. */
  protected get [linked](): boolean {
    return false
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
      own.requests.start(slot, operation.code, fd)
      return slot
    }
    return beginWith(own, operation, fd, options)
  }

  /** @internal Hands the operation over. Returns what the caller gets. */
  abstract [end]<T>(slot: number, operation: Operation<T>): Outcome<K, T>
}

function beginWith(
  own: Core,
  operation: Operation<unknown>,
  fd: number,
  options: OperationOptions,
): number {
  checkOptions(options, operation.moves)
  const { signal, timeout, ref = true } = options
  const flags = flagsOf(options, 'flags')
  if (signal !== undefined && !isAbortSignal(signal))
    throw wrongType('options.signal', 'an AbortSignal', signal)
  if (typeof ref !== 'boolean') throw wrongType('options.ref', 'a boolean', ref)
  const limit = timeout === undefined ? undefined : toTimespec(timeout, 'options.timeout')
  if ((flags & FLAGS_ALLOWED) !== flags) {
    throw wrongValue(
      'options.flags',
      'may hold IOSQE_FIXED_FILE, IOSQE_IO_DRAIN and IOSQE_ASYNC (links are made with chain())',
      flags,
    )
  }
  const slot = own.take()
  const { requests } = own
  requests.start(slot, operation.code, fd)
  if (flags !== 0) requests.setFlags(slot, flags)
  if (limit !== undefined) requests.setLimit(slot, limit.seconds, limit.nanoseconds)
  if (!ref) requests.mark(slot, MARK_UNREF)
  if (signal === undefined) return slot
  try {
    own.signals.add(slot, signal)
  } catch (error) {
    own.release(slot) // the signal's owner has tampered with it
    throw error
  }
  return slot
}
