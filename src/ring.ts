// The ring as users hold it: operations that give promises, batches, chains, and its life.

import { constants as os, release } from 'node:os'
import { inspect } from 'node:util'
import * as workers from 'node:worker_threads'
import { collectBatch, type Batch } from './batch'
import { obstacle, unsupportedPlace } from './availability'
import { load } from './binding'
import { collectChain, type Chain, type ChainOptions, type Linked } from './chain'
import { Core } from './core/core'
import { rejection, rejectionsSettled } from './core/failure'
import { ALL_OPERATIONS } from './core/held-cancels'
import type { Operation } from './core/operation'
import { firstSlots } from './core/slots'
import {
  AbortError,
  SystemError,
  outOfRange,
  registrationRefused,
  ringClosed,
  unavailable,
  wrongType,
} from './errors'
import { core, end, type Link } from './operations/base'
import { AllOperations } from './operations'
import { checkNames, checkUint, toFd, type FileLike } from './options'

/** How a ring is made. */
export interface RingOptions {
  /**
   * Submission queue entries: how many operations one system call can submit. From 1 to 32,768,
   * rounded up to a power of two, at least 2. Default 256.
   */
  readonly entries?: number | undefined
  /**
   * Completion queue entries, from `entries` to 65,536. Default four times `entries`. More
   * operations than this can be in flight; the kernel keeps what does not fit.
   */
  readonly cqEntries?: number | undefined
  /**
   * Operations that can be in flight, from 1 to 1,048,576. One more throws `ERR_RING_BUSY`.
   * Default 65,536. Memory is taken as it is needed.
   */
  readonly inFlight?: number | undefined
}

/** What a ring has done and is doing. */
export interface RingStats {
  /** Operations that have not settled, queued ones included. */
  readonly inFlight: number
  /** Operations that wait for room in the submission queue. */
  readonly backlog: number
  /** Operations handed to the engine, and those it has finished with. */
  readonly staged: number
  readonly settled: number
  /** Entries the kernel took; more than operations where timeouts and cancels were among them. */
  readonly submitted: number
  /** Completions taken. */
  readonly completions: number
  /** Calls of io_uring_enter(2). */
  readonly enters: number
  /** Times the kernel had no room for more. */
  readonly stalls: number
  /** Completions that belonged to no operation: always 0 on a kernel that works. */
  readonly suspect: number
  /** Sizes the kernel gave. */
  readonly sqEntries: number
  readonly cqEntries: number
  /** `IORING_SETUP_*` and `IORING_FEAT_*` of the ring. */
  readonly setupFlags: number
  readonly features: number
}

const ENTRIES_MAX = 32_768
const CQ_ENTRIES_MAX = 65_536
const IN_FLIGHT_MAX = 1_048_576

const OPTIONS: readonly (keyof RingOptions)[] = ['entries', 'cqEntries', 'inFlight']

/** Returns the smallest power of two that is at least `count`, and at least 2. */
function roundedUp(count: number): number {
  return Math.max(2, 2 ** Math.ceil(Math.log2(count)))
}

function open(options: RingOptions): Core {
  checkNames(options, OPTIONS)
  const { entries = 256, inFlight = 65_536 } = options
  checkUint(entries, 'entries', ENTRIES_MAX, 1)
  const { cqEntries = Math.min(roundedUp(entries) * 4, CQ_ENTRIES_MAX) } = options
  checkUint(cqEntries, 'cqEntries', CQ_ENTRIES_MAX, 1)
  if (roundedUp(cqEntries) < roundedUp(entries)) {
    throw outOfRange(
      'cqEntries',
      `at least the ${roundedUp(entries)} submission entries`,
      cqEntries,
    )
  }
  checkUint(inFlight, 'inFlight', IN_FLIGHT_MAX, 1)
  // where it cannot work the addon is not even loaded: it may not be callable there
  const native = unsupportedPlace() === undefined ? load() : undefined
  const slots = firstSlots(inFlight)
  const ring =
    native === undefined || native instanceof Error ? 0 : native.openRing(entries, cqEntries, slots)
  if (typeof ring === 'number') {
    const { message, code: _code, ...properties } = obstacle(-ring) ?? { message: 'unknown' }
    const cause = ring === 0 ? undefined : new SystemError(ring, 'io_uring_setup')
    throw unavailable(
      `io_uring is not available: ${message}`,
      { ...properties, kernel: release() },
      cause,
    )
  }
  return new Core(ring, ring.parameters()?.sqEntries ?? entries, slots, inFlight)
}

/**
 * An io_uring on this thread's event loop. Every operation returns a promise; everything that was
 * called in one turn of the event loop is submitted in one system call.
 *
 * ```ts
 * await using ring = new Ring()
 * const fd = await ring.openat(constants.AT_FDCWD, 'data.bin', constants.O_RDONLY)
 * const bytes = await ring.read(fd, Buffer.alloc(4096), 0)
 * ```
 *
 * Arguments are checked first and throw a TypeError or RangeError with a Node-style code. What the
 * kernel refuses rejects with a SystemError. Operations in flight keep the process alive.
 */
export class Ring extends AllOperations<'promise'> {
  #disposed: Promise<void> | undefined

  /**
   * Opens a ring. Throws `ERR_URING_UNAVAILABLE` with `reason` and `remedy` where there is no
   * io_uring; `availability()` tells beforehand.
   */
  constructor(options: RingOptions = {}) {
    super(open(options))
    refuseClone(this)
  }

  /** @internal */
  override [end]<T>(slot: number, operation: Operation<T>): Promise<T> {
    return this[core].promise(slot, operation)
  }

  /**
   * Collects operations and submits them together. Resolves to their raw results in the order of the
   * calls: a refusal is its negative errno (`-EFAULT` where a buffer's memory was taken away before it
   * was submitted). Rejects only when the ring itself fails. `collect` must not be asynchronous.
   *
   * ```ts
   * const results = await ring.batch((b) => {
   *   for (const [index, buffer] of buffers.entries()) b.read(fd, buffer, index * 4096)
   * })
   * ```
   */
  batch(collect: (batch: Batch) => Synchronous): Promise<Int32Array> {
    this[core].check()
    if (typeof collect !== 'function') throw wrongType('collect', 'a function', collect)
    return orAborted(() => collectBatch(this[core], collect))
  }

  /**
   * Collects operations that run one after the other, each only if the one before it succeeded in
   * full. Resolves to the values of the returned links. Rejects with the error of the first operation
   * that failed; if a transfer was short, with a `ShortTransferError` that names it. The error's
   * `index` is the operation's place in the chain, and its `results` say what became of every one, in
   * the form of `Promise.allSettled`. A descriptor that the chain opened before it failed is closed,
   * and is -1 there.
   *
   * ```ts
   * const [written] = await ring.chain((c) => [c.write(fd, entry, null), c.fsync(fd)])
   * ```
   */
  chain<const L extends readonly Link<unknown>[]>(
    collect: (chain: Chain) => L,
    options: ChainOptions = {},
  ): Promise<Linked<L>> {
    this[core].check()
    if (typeof collect !== 'function') throw wrongType('collect', 'a function', collect)
    return orAborted(() => collectChain(this[core], collect, options) as Promise<Linked<L>>)
  }

  /**
   * Cancels an operation by its promise. Returns true if the operation was in flight; whether it
   * stopped or completed first is for its promise to tell. What is under way on a disk cannot be
   * stopped. See io_uring_cancelation(7).
   */
  cancel(operation: Promise<unknown>): boolean {
    this[core].check()
    const slot = this.#slotOf(operation)
    if (slot < 0) return false
    this[core].cancel(slot)
    return true
  }

  #slotOf(operation: Promise<unknown>): number {
    if (!(operation instanceof Promise))
      throw wrongType('operation', 'a promise that an operation of this ring returned', operation)
    return this[core].slotOf(operation)
  }

  /** Submits what this turn has called so far at once, and settles what has completed. */
  flush(): void {
    this[core].check()
    this[core].flushNow()
  }

  /**
   * Has the addon allocate `count` buffers of `size` bytes and registers them with the ring
   * (IORING_REGISTER_BUFFERS, Linux 5.1), for `readFixed` and `writeFixed`. Returns views of them.
   * Each starts on a page, as O_DIRECT requires. A transfer that uses a whole one costs least: neither
   * the addon nor the kernel has to look its memory up. A ring has one set of buffers at a time.
   * Before Linux 5.12, and for users without CAP_IPC_LOCK, they count against the locked-memory limit.
   */
  registerBuffers(count: number, size: number): Uint8Array[] {
    this[core].check()
    checkUint(count, 'count', 16_384, 1)
    checkUint(size, 'size', 0x4000_0000, 1)
    const memory = this[core].native.registerBuffers(count, size)
    if (typeof memory === 'number') throw registrationRefused(memory, count * size)
    const stride = memory.byteLength / count
    const view = (_: unknown, index: number) => new Uint8Array(memory, index * stride, size)
    const buffers = Array.from({ length: count }, view)
    this[core].registered = Object.freeze([...buffers]) // the caller may change the one returned
    return buffers
  }

  /** Unregisters the buffers. Throws EBUSY while operations are in flight. */
  unregisterBuffers(): void {
    const own = this[core]
    own.check()
    // what is queued counts, too: its buffers are known by their index
    const errno = own.inFlight > 0 ? os.errno.EBUSY : own.native.unregisterBuffers()
    this.#register(errno, 'unregisterBuffers')
    own.registered = []
  }

  /** The registered buffers, or `undefined` if there are none. */
  get buffers(): readonly Uint8Array[] | undefined {
    const { registered } = this[core]
    return registered.length > 0 ? registered : undefined
  }

  /**
   * Registers descriptors (IORING_REGISTER_FILES, Linux 5.1): with `flags: IOSQE_FIXED_FILE` an
   * operation's `fd` is an index into this list, and the kernel need not look the file up.
   */
  registerFiles(files: readonly FileLike[]): void {
    this[core].check()
    if (!Array.isArray(files)) throw wrongType('files', 'an array', files)
    // an array of our own: the caller's may have a `map` of its own, or holes, which `map` skips
    const place = (_: unknown, index: number): number => {
      const file = files[index] as FileLike
      return file === -1 ? -1 : toFd(file, `files[${index}]`)
    }
    const fds = Array.from({ length: files.length }, place)
    this.#register(this[core].native.registerFiles(fds), 'registerFiles')
  }

  /** Unregisters the descriptors. */
  unregisterFiles(): void {
    this[core].check()
    this.#register(this[core].native.unregisterFiles(), 'unregisterFiles')
  }

  #register(errno: number, name: string): void {
    if (errno !== 0) throw new SystemError(errno, name)
  }

  /**
   * Has operations in flight keep the process alive, which is the default; with `operation`, only the
   * operation whose promise this is. Returns the ring.
   */
  ref(operation?: Promise<unknown>): this {
    return this.#setReferenced(true, operation)
  }

  /**
   * Has operations in flight not keep the process alive; with `operation`, only the operation whose
   * promise this is (as its option `ref: false` does). Returns the ring.
   */
  unref(operation?: Promise<unknown>): this {
    return this.#setReferenced(false, operation)
  }

  #setReferenced(referenced: boolean, operation: Promise<unknown> | undefined): this {
    const { native } = this[core]
    if (operation === undefined) native.setReferenced(referenced)
    else {
      const slot = this.#slotOf(operation)
      if (slot >= 0) native.setOperationReferenced(slot, referenced)
    }
    return this
  }

  /** What the ring has done and is doing. */
  stats(): RingStats {
    const own = this[core]
    const counts = own.native.counts()
    const parameters = own.native.parameters()
    return {
      inFlight: own.inFlight,
      backlog: counts?.backlog ?? 0,
      staged: counts?.staged ?? 0,
      settled: counts?.settled ?? 0,
      submitted: counts?.submitted ?? 0,
      completions: counts?.completions ?? 0,
      enters: counts?.enters ?? 0,
      stalls: counts?.stalls ?? 0,
      suspect: counts?.suspect ?? 0,
      sqEntries: parameters?.sqEntries ?? 0,
      cqEntries: parameters?.cqEntries ?? 0,
      setupFlags: parameters?.flags ?? 0,
      features: parameters?.features ?? 0,
    }
  }

  /** True once `dispose` was called. */
  get disposed(): boolean {
    return this.#disposed !== undefined
  }

  /**
   * Ends the ring. Nothing can be called on it any more, and everything in flight is cancelled.
   * Resolves when the last operation has settled and the ring is closed. Returns the same promise
   * every time.
   */
  dispose(): Promise<void> {
    return (this.#disposed ??= this.#dispose())
  }

  async #dispose(): Promise<void> {
    const own = this[core]
    own.refuse(ringClosed)
    if (own.inFlight > 0) {
      const idle = new Promise<void>((resolve) => {
        own.idle = resolve
      })
      own.cancel(ALL_OPERATIONS)
      own.native.awaitTurn()
      await idle
    }
    own.close()
    await rejectionsSettled() // those of a flush just before, too
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }

  /** @internal What `console.log` and `util.inspect` show. */
  [inspect.custom](): object {
    const { inFlight, sqEntries } = this[core]
    return new Shown(inFlight, sqEntries, this.disposed)
  }
}

/** What of a ring is worth printing. */
class Shown {
  constructor(
    readonly inFlight: number,
    readonly entries: number,
    readonly disposed: boolean,
  ) {}

  static {
    Object.defineProperty(this, 'name', { value: 'Ring' })
  }
}

/** What a collecting function may return: anything but a promise. */
type Synchronous = void | undefined | null | boolean | number | string | readonly unknown[]

/** Makes `structuredClone` and `postMessage` refuse a ring, which belongs to its thread. */
function refuseClone(ring: Ring): void {
  const { markAsUncloneable } = workers as { markAsUncloneable?: (object: object) => void }
  if (markAsUncloneable !== undefined) markAsUncloneable(ring)
  // older versions refuse whatever holds a function
  else Object.defineProperty(ring, 'uncloneable', { enumerable: true, value: refuseClone })
}

/** An operation whose signal is aborted already rejects; wrong arguments throw. */
function orAborted<T>(start: () => Promise<T>): Promise<T> {
  try {
    return start()
  } catch (error) {
    if (error instanceof AbortError) return rejection(() => error)
    throw error
  }
}
