// One column of one row, made uniform: how long do `count` units take, and are they done right.

import { performance } from 'node:perf_hooks'
import { Checksum } from './checksum'
import { allColumns, type Column } from './columns'
import type { Native } from './native'
import type { NativeRequest, Prepared, Run } from './work'

export interface Contender {
  column: Column
  /** Does `count` units and says how many seconds it took. */
  measure(count: number): Promise<number>
  /** Does `count` units and says what they added up to. */
  check(count: number): Promise<number>
}

export function contenders(prepared: Prepared, depth: number, native: Native): Contender[] {
  const found: Contender[] = []
  for (const column of allColumns) {
    if (column === 'native' || column === 'nativeFixed') {
      const request = prepared[column]
      if (request) found.push(fromNative(column, request, depth, native))
    } else {
      const run = prepared.runs[column]
      if (run) found.push(fromRun(column, run))
    }
  }
  return found
}

function fromRun(column: Column, run: Run): Contender {
  return {
    column,
    async measure(count) {
      const begin = performance.now()
      await run(count)
      return (performance.now() - begin) / 1000
    },
    async check(count) {
      const checksum = new Checksum()
      await run(count, checksum)
      return checksum.sum
    },
  }
}

function fromNative(
  column: Column,
  request: NativeRequest,
  depth: number,
  native: Native,
): Contender {
  return {
    column,
    async measure(count) {
      return (await native.run({ ...request, depth, count })).seconds
    },
    async check(count) {
      return (await native.run({ ...request, depth, count, check: true })).checksum
    },
  }
}
