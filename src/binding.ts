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
    failure = explain(error)
    return failure
  }
}

/** What the generated loader tried, as one sentence that names the package to look for. */
function explain(error: unknown): Error {
  const cause = { cause: error }
  for (let each = error; each instanceof Error; each = each.cause) {
    if ('code' in each && each.code === 'ERR_DLOPEN_FAILED') return new Error(each.message, cause)
  }
  const name = `uring-linux-${process.arch}-${libc()}`
  return new Error(`the package ${name}, which holds it for this machine, is not installed`, cause)
}

function libc(): 'gnu' | 'musl' {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  return report.header?.glibcVersionRuntime === undefined ? 'musl' : 'gnu'
}

/** Closes a descriptor that nobody receives, at once and without the ring. */
export function closeDescriptor(fd: number): void {
  const native = load()
  if (!(native instanceof Error)) native.closeDescriptor(fd)
}
