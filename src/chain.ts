// Operations that the kernel runs one after the other, each only if the one before it succeeded
// (IOSQE_IO_LINK, Linux 5.3): write then fdatasync without coming back in between. Proved by
// __test__/operations-chain.spec.ts.

import { closeDescriptor } from './binding'
import type { Core } from './core/core'
import { rejection } from './core/failure'
import type { Operation } from './core/operation'
import { errorOf, type Failure } from './core/outcome'
import type { RowReceiver } from './core/receivers'
import { ShortTransferError, outOfRange, wrongType } from './errors'
import { EXTRA_LAST, EXTRA_OPENED, MARK_HARDLINK, MARK_LINK } from './generated/layout'
import { Members } from './group'
import { end, linked, type Link } from './operations/base'
import { AllOperations } from './operations'
import { checkNames } from './options'

/** How a chain behaves. */
export interface ChainOptions {
  /** The chain goes on after a failure (IOSQE_IO_HARDLINK, Linux 5.5). The promise rejects all the same. */
  readonly hard?: boolean | undefined
}

/** The values of a chain's links. */
export type Linked<L extends readonly Link<unknown>[]> = {
  -readonly [Index in keyof L]: L[Index] extends Link<infer T> ? T : never
}

const members: unique symbol = Symbol('members')

const ECANCELED = -125

/** One operation of a chain. */
interface Member {
  readonly slot: number
  readonly link: Link<unknown>
  /** The bytes that it is to move, if it moves any. */
  readonly length: number
  result: number
  value: unknown
  failure: Failure | undefined
  /** Its last row has been received. */
  over: boolean
}

/** The operations of a chain, and the receiver of their results. */
class ChainMembers extends Members implements RowReceiver {
  readonly raw = undefined
  private readonly list: Member[] = []
  private number = 0
  private missing = 0
  private hard = false
  private resolve: (values: unknown) => void = () => {}
  private reject: (error: Error) => void = () => {}

  add<T>(slot: number, operation: Operation<T>): Link<T> {
    this.admit(slot, operation)
    const link = { operation } as Link<T>
    const length = operation.moves ? this.core.requests.length(slot) : 0
    this.list.push({
      slot,
      link,
      length,
      result: 0,
      value: undefined,
      failure: undefined,
      over: false,
    })
    return link
  }

  /** Queues the operations. Returns the promise of the values of `wanted`. */
  submit(wanted: readonly Link<unknown>[], hard: boolean): Promise<unknown[]> {
    const places = wanted.map((link) => this.placeOf(link))
    const { core: own, list } = this
    this.missing = list.length
    this.hard = hard
    if (list.length === 0) return Promise.resolve([])
    const mark = hard ? MARK_HARDLINK : MARK_LINK
    for (const { slot } of list.slice(0, -1)) own.requests.mark(slot, mark)
    this.number = own.receivers.add(this)
    const promise = new Promise<unknown>((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    // all of them at once: a link is to whatever is queued next
    for (const [place, { slot }] of list.entries()) own.enqueue(slot, this.number, place)
    own.launch()
    return promise.then(() => places.map((place) => list[place]?.value))
  }

  /** Refuses, while nothing is queued, what could not run as one chain. */
  check(wanted: unknown): readonly Link<unknown>[] {
    if (!Array.isArray(wanted))
      throw wrongType('chain', 'a function that returns an array of links', wanted)
    const links = Array.from(wanted as ArrayLike<Link<unknown>>)
    for (const link of links) {
      if (this.placeOf(link) < 0)
        throw wrongType('chain', 'an array of what its operations returned', link)
    }
    const { sqEntries, requests } = this.core
    const entries = this.list.reduce((sum, { slot }) => sum + requests.entries(slot), 0)
    if (entries > sqEntries) {
      throw outOfRange(
        'chain.length',
        `at most the ring's ${sqEntries} entries (two for an operation with a timeout)`,
        entries,
      )
    }
    return links
  }

  receive(place: number, slot: number, result: number, flags: number, extra: number): void {
    if ((extra & EXTRA_LAST) === 0) return
    const member = this.list[place] as Member
    const outcome = this.core.results.outcome(member.link.operation, slot, result, flags, extra)
    member.result = result
    if (outcome.failed) member.failure = outcome.failure
    else member.value = outcome.value
    if (!member.over) {
      member.over = true
      this.missing--
    }
    if (this.missing > 0) {
      if (extra & EXTRA_OPENED) this.keep(this.number, [result])
      return
    }
    if (this.list.every(({ failure }) => failure === undefined)) this.resolve(undefined)
    else this.rejectWithResults()
    this.release(this.number)
    this.core.receivers.remove(this.number)
  }

  fail(_place: number, error: Error): void {
    this.reject(error)
  }

  protected override undo(): void {
    const slots = new Set(this.list.map(({ slot }) => slot))
    this.core.withdraw((slot) => slots.delete(slot)) // an interrupted `submit` has queued some of them
    for (const slot of slots) this.core.release(slot)
    if (this.number !== 0) this.core.receivers.remove(this.number)
  }

  private placeOf(link: Link<unknown>): number {
    return this.list.findIndex((member) => member.link === link)
  }

  private rejectWithResults(): void {
    this.release(this.number)
    for (const member of this.list) {
      // the chain rejects: the descriptor has no receiver
      if (member.failure !== undefined || member.link.operation.result !== 'descriptor') continue
      closeDescriptor(member.result)
      member.value = -1
    }
    this.resolve(rejection(() => this.error()))
  }

  /** The error of the chain: of the member that is the reason why it failed. */
  private error(): Error {
    const results = this.list.map(settled)
    const index = this.culprit()
    const { failure, link, result, length } = this.list[index] as Member
    const error =
      failure === undefined
        ? new ShortTransferError(link.operation.name, index, result, length)
        : errorOf(failure)
    return Object.assign(error, { index, results })
  }

  /** Returns the place of the member that failed by itself; else of the one whose short transfer cancelled the
   *  next, as it does unless the chain is hard; else of the one that was aborted, or cancelled. */
  private culprit(): number {
    const { list } = this
    const itself = list.findIndex(({ failure }) => failure && failure.result !== ECANCELED)
    if (itself >= 0) return itself
    const first = list.findIndex(({ failure }) => failure !== undefined)
    const before = list[first - 1]
    if (before !== undefined && !this.hard && isShort(before)) return first - 1
    // a chain that has not started is cancelled as a whole, whichever member the abort was for
    const aborted = list.findIndex(({ failure }) => failure?.signal?.aborted)
    return aborted < 0 ? first : aborted
  }
}

/** True for a transfer that moved less than it was to. */
function isShort({ result, length }: Member): boolean {
  return result >= 0 && result < length
}

function settled({ failure, value }: Member): PromiseSettledResult<unknown> {
  return failure === undefined
    ? { status: 'fulfilled', value }
    : { status: 'rejected', reason: errorOf(failure) }
}

/** Collects operations for `ring.chain`, in the order in which they are to run. */
export class Chain extends AllOperations<'chain'> {
  private readonly [members]: ChainMembers

  /** @internal */
  constructor(of: Core, its: ChainMembers) {
    super(of)
    this[members] = its
  }

  /** @internal */
  protected override get [linked](): boolean {
    return true
  }

  /** @internal */
  override [end]<T>(slot: number, operation: Operation<T>): Link<T> {
    return this[members].add(slot, operation)
  }
}

/** Runs `collect` with a chain, and returns the promise of the values of the links that it returned. */
export function collectChain(
  of: Core,
  collect: (chain: Chain) => unknown,
  options: ChainOptions,
): Promise<unknown[]> {
  checkNames(options, ['hard'])
  const { hard = false } = options
  if (typeof hard !== 'boolean') throw wrongType('options.hard', 'a boolean', hard)
  const its = new ChainMembers(of)
  return its.collect(
    () => collect(new Chain(of, its)),
    (wanted) => its.submit(its.check(wanted), hard),
  )
}
