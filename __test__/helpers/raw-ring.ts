// A ring of the addon without the facade: requests are written and rows read by the test itself.

import type { ExecutionContext } from 'ava'
import * as binding from '#binding'
import * as layout from '../../src/generated/layout'
import type { OperationRow } from '../../src/generated/operations'

/** A result row. */
export interface Row {
  readonly slot: number
  readonly result: number
  readonly flags: number
  readonly extra: number
}

/** The words of a request, by their names in the layout. */
export interface Words {
  readonly fd?: number
  readonly off?: number
  readonly addr?: number
  readonly len?: number
  readonly opFlags?: number
  readonly flags?: number
  readonly marks?: number
}

export class RawRing {
  readonly native: binding.NativeRing
  /** By slot: what the operation is about. */
  readonly objects: unknown[]
  /** Called by the event loop. */
  turn = (): void => {}
  readonly #words: Int32Array
  readonly #queue: Int32Array
  readonly #results: Int32Array
  readonly #flush: (count: number) => number
  #queued = 0

  constructor(slots = 64) {
    const native = binding.openRing(64, 256, slots)
    if (typeof native === 'number') throw new Error(`io_uring_setup: ${native}`)
    this.native = native
    const tables = native.tables()
    this.#words = new Int32Array(tables.requests)
    this.#queue = new Int32Array(tables.queue)
    this.#results = new Int32Array(tables.results)
    this.objects = Array.from({ length: slots }, () => undefined)
    this.#flush = native.connect(() => {
      this.turn()
    }, this.objects).flush
  }

  /** Writes a request into a slot and queues it. */
  stage(slot: number, operation: Pick<OperationRow, 'code'>, words: Words, value?: unknown): void {
    const base = slot * layout.REQUEST_WORDS
    const { fd = -1, off = 0, addr = 0, len = 0, opFlags = 0, flags = 0, marks = 0 } = words
    this.#words[base] = operation.code | (flags << layout.REQUEST_FLAGS_SHIFT)
    this.#words[base + layout.REQUEST_FD] = fd
    this.#words[base + layout.REQUEST_OFF] = off
    this.#words[base + layout.REQUEST_ADDR] = addr
    this.#words[base + layout.REQUEST_LEN] = len
    this.#words[base + layout.REQUEST_OP_FLAGS] = opFlags
    this.#words[base + layout.REQUEST_MARKS] = marks
    if (value !== undefined) this.objects[slot] = value
    this.#queue[this.#queued++] = slot
  }

  /** The raw answer of a flush of what is queued. */
  flush(): number {
    const count = this.#queued
    this.#queued = 0
    return this.#flush(count)
  }

  /** The rows of a flush's answer. */
  rows(answer: number): Row[] {
    if (answer < 0) throw new Error(`the flush answered ${answer}`)
    return Array.from({ length: answer & layout.FLUSH_COUNT }, (_, index) => {
      const at = index * layout.ROW_WORDS
      const word = (of: number): number => this.#results[at + of] as number
      return {
        slot: word(layout.ROW_SLOT),
        result: word(layout.ROW_RESULT),
        flags: word(layout.ROW_FLAGS),
        extra: word(layout.ROW_EXTRA),
      }
    })
  }

  /** Flushes until there are `count` rows. */
  async collect(count: number): Promise<Row[]> {
    const rows: Row[] = []
    for (let tries = 0; rows.length < count && tries < 5000; tries++) {
      rows.push(...this.rows(this.flush()))
      if (rows.length < count) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    return rows
  }

  /** The visible memory of a slot. */
  memory(slot: number): DataView {
    const index = Math.floor(slot / layout.SEGMENT_SLOTS)
    const start = (slot % layout.SEGMENT_SLOTS) * layout.VISIBLE_BYTES
    return new DataView(this.native.segment(index), start, layout.VISIBLE_BYTES)
  }
}

/** A ring that is closed when the test ends. */
export function rawRing(t: ExecutionContext, slots?: number): RawRing {
  const ring = new RawRing(slots)
  t.teardown(() => {
    ring.native.close()
  })
  return ring
}
