// Errors as values, to be looked at.

import type { ExecutionContext } from 'ava'

export interface Told extends Error {
  readonly code?: string
  readonly errno?: number
  readonly syscall?: string
  readonly path?: string
}

/** The error that a promise rejects with; fails the test if it does not. */
export async function rejection(t: ExecutionContext, promise: Promise<unknown>): Promise<Told> {
  try {
    const value = await promise
    t.fail(`resolved with ${String(value)}`)
    return new Error('none')
  } catch (error) {
    return error as Told
  }
}

/** The error that a call throws; fails the test if it does not, or if it gives a promise. */
export function thrown(t: ExecutionContext, call: () => unknown): Told {
  try {
    const value = call()
    t.fail(`gave ${String(value)}`)
    return new Error('none')
  } catch (error) {
    return error as Told
  }
}
