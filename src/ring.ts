// The ring as users hold it: operations that give promises, batches, chains, and its life.

import { constants as os, release } from 'node:os'
import { Batch } from './batch'
import { obstacle, unsupportedPlace } from './availability'
import { load } from './binding'
import { Chain, type ChainOptions, type Linked } from './chain'
import { Core } from './core/core'
import { firstSlots } from './core/free'
import type { Operation } from './core/operation'
import {
  AbortError,
  SystemError,
  registrationRefused,
  ringClosed,
  unavailable,
  wrongType,
} from './errors'
import { core, end, type Link } from './operations/base'
import { AllOperations } from './operations'
import { checkUint, toFd, type FileLike } from './options'

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
  /** Completions that belonged to no operation: always 0, or something is badly wrong. */
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

function atLeastOne(
  value: number | undefined,
  name: string,
  max: number,
  otherwise: number,
): number {
  if (value === undefined) return otherwise
  // 0 is refused in the same words as 2^32
  return checkUint(value, name, max) || checkUint(-1, name, max)
}

function open(options: RingOptions): Core {
  if (typeof options !== 'object' || options === null)
    throw wrongType('options', 'an object', options)
  const entries = atLeastOne(options.entries, 'entries', ENTRIES_MAX, 256)
  const cqEntries =
    options.cqEntries === undefined
      ? undefined
      : atLeastOne(options.cqEntries, 'cqEntries', CQ_ENTRIES_MAX, 0)
  const inFlight = atLeastOne(options.inFlight, 'inFlight', IN_FLIGHT_MAX, 65_536)
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
 * An io_uring on this thread's event loop. Every operation gives a promise; everything that was
 * called in one turn of the event loop goes to the kernel in one system call.
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
  }

  /** @internal */
  override [end]<T>(slot: number, operation: Operation<T>): Promise<T> {
    return this[core].promise(slot, operation)
  }

  /**
   * Collects operations and submits them together; gives their raw results in the order of the
   * calls. A refusal is its negative errno; nothing rejects but the ring's own failure.
   *
   * ```ts
   * const results = await ring.batch((b) => {
   *   for (const [index, buffer] of buffers.entries()) b.read(fd, buffer, index * 4096)
   * })
   * ```
   */
  batch(collect: (batch: Batch) => void): Promise<Int32Array> {
    this[core].check()
    if (typeof collect !== 'function') throw wrongType('collect', 'a function', collect)
    const batch = new Batch(this[core])
    return orAborted(() => {
      batch.collect(() => {
        collect(batch)
      })
      return batch.results()
    })
  }

  /**
   * Collects operations that run one after the other, each only if the one before it succeeded in
   * full (a short write breaks the chain, too). Gives their values; rejects with the error of the
   * first that failed, whose place in the chain is its `index`.
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
    if (typeof options !== 'object' || options === null)
      throw wrongType('options', 'an object', options)
    const { hard = false } = options
    const chain = new Chain(this[core])
    return orAborted(() => {
      const values = chain.collect(() => chain.submit(chain.check(collect(chain)), hard))
      return values as Promise<Linked<L>>
    })
  }

  /**
   * Cancels an operation by its promise. Gives true if it was there to be cancelled; whether it
   * stopped or completed first is for its own promise to tell. What is under way on a disk cannot
   * be stopped. See io_uring_cancelation(7).
   */
  cancel(operation: Promise<unknown>): boolean {
    this[core].check()
    if (!(operation instanceof Promise))
      throw wrongType('operation', 'a promise that an operation of this ring gave', operation)
    const slot = this[core].slotOf(operation)
    if (slot < 0) return false
    this[core].cancel(slot)
    return true
  }

  /** Submits at once what this turn has called so far, and settles what has completed. */
  flush(): void {
    this[core].check()
    this[core].flush()
  }

  /**
   * Has the addon allocate `count` buffers of `size` bytes and registers them with the ring
   * (IORING_REGISTER_BUFFERS, Linux 5.1), for `readFixed` and `writeFixed`. Each starts on a page,
   * as O_DIRECT wants it. A transfer into or out of a whole one costs least of all: neither the
   * addon nor the kernel has to look its memory up. One set per ring at a time. Before Linux 5.12
   * and for users without CAP_IPC_LOCK it counts against the locked-memory limit.
   */
  registerBuffers(count: number, size: number): Uint8Array[] {
    this[core].check()
    atLeastOne(count, 'count', 16_384, 0)
    atLeastOne(size, 'size', 0x4000_0000, 0)
    const memory = this[core].native.registerBuffers(count, size)
    if (typeof memory === 'number') throw registrationRefused(memory, count * size)
    const stride = memory.byteLength / count
    const view = (_: unknown, index: number) => new Uint8Array(memory, index * stride, size)
    const buffers = Array.from({ length: count }, view)
    this[core].registered = Object.freeze([...buffers]) // what is given away may be changed
    return buffers
  }

  /** Takes the registered buffers back from the kernel. Refused with EBUSY while operations are in flight. */
  unregisterBuffers(): void {
    const own = this[core]
    own.check()
    // what is queued counts, too: its buffers are known by their index
    const errno = own.inFlight > 0 ? os.errno.EBUSY : own.native.unregisterBuffers()
    this.#register(errno, 'unregisterBuffers')
    own.registered = []
  }

  /** The registered buffers, if there are any. */
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
    const fds = files.map((file: FileLike, index) =>
      file === -1 ? -1 : toFd(file, `files[${index}]`),
    )
    this.#register(this[core].native.registerFiles(fds), 'registerFiles')
  }

  /** Takes the registered descriptors back. */
  unregisterFiles(): void {
    this[core].check()
    this.#register(this[core].native.unregisterFiles(), 'unregisterFiles')
  }

  #register(errno: number, name: string): void {
    if (errno !== 0) throw new SystemError(errno, name)
  }

  /** Operations in flight keep the process alive (the default). */
  ref(): this {
    this[core].native.setReferenced(true)
    return this
  }

  /** Operations in flight do not keep the process alive. */
  unref(): this {
    this[core].native.setReferenced(false)
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
   * Ends the ring: nothing can be called on it any more, everything in flight is cancelled, and
   * when the last operation has settled the ring is closed. Gives the same promise every time.
   */
  dispose(): Promise<void> {
    return (this.#disposed ??= this.#dispose())
  }

  async #dispose(): Promise<void> {
    const own = this[core]
    own.refuse(ringClosed())
    if (own.inFlight > 0) {
      const idle = new Promise<void>((resolve) => {
        // rejections are passed on by a promise (see Core.promise): passed on in the same way, but
        // after them, this one settles when all of them have
        own.idle = () => {
          resolve(Promise.resolve())
        }
      })
      own.cancelAll()
      await idle
    }
    own.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }
}

/** An operation whose signal is aborted already rejects; wrong arguments throw. */
function orAborted<T>(start: () => Promise<T>): Promise<T> {
  try {
    return start()
  } catch (error) {
    if (error instanceof AbortError) return Promise.reject(error)
    throw error
  }
}
