// The native addon, loaded on first use and never at import: importing the package creates nothing
// and works on every system. Proved by __test__/import.spec.ts.

import type * as Binding from '#binding'

export type Native = typeof Binding

let loaded: Native | undefined
let failure: Error | undefined

/** The addon, or the error that explains why there is none. */
export function load(): Native | Error {
  if (loaded !== undefined) return loaded
  if (failure !== undefined) return failure
  try {
    loaded = require('#binding') as Native
    return loaded
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
    return failure
  }
}
