// The native addon, loaded on first use and never at import: importing the package creates nothing
// and works on every system. Proved by __test__/import.spec.ts and __test__/denied.spec.ts.

import { closeSync, openSync } from 'node:fs'
import { constants as os } from 'node:os'
import type * as Binding from '#binding'

export type Native = typeof Binding

/** Why there is no addon: Node's code for it, and a sentence. */
export type LoadError = Error & { readonly code: LoadErrorCode }

export type LoadErrorCode =
  /** Node was told to load no addons. */
  | 'ERR_DLOPEN_DISABLED'
  /** Node's permission model keeps the package's files from being read. */
  | 'ERR_ACCESS_DENIED'
  /** The addon is there and does not load: another C library, another CPU, a damaged file. */
  | 'ERR_DLOPEN_FAILED'
  /** It is not installed, or not where Node may read. */
  | 'MODULE_NOT_FOUND'
  /** There are no descriptors left to open it with, in this process or in the system. */
  | 'EMFILE'
  | 'ENFILE'

let loaded: Native | undefined

/** The addon, or the error that explains why there is none. What kept it from loading (a limit, say) may be
 *  over the next time. */
export function load(): Native | LoadError {
  if (loaded !== undefined) return loaded
  try {
    loaded = require('#binding') as Native
    return loaded
  } catch (error) {
    return explain(error)
  }
}

/** How Node and the dynamic linker word it that a file cannot be opened for want of a descriptor. */
const LIMITS: readonly (readonly [LoadErrorCode, RegExp])[] = [
  ['EMFILE', /^EMFILE: |: Too many open files$/],
  ['ENFILE', /^ENFILE: |: Too many open files in system$/],
]

/** What the generated loader tried, as one sentence. Its own names a bug of npm's instead. */
function explain(cause: unknown): LoadError {
  if (addonsDisabled()) {
    const message = 'Node.js was started without permission to load addons (ERR_DLOPEN_DISABLED)'
    return loadError('ERR_DLOPEN_DISABLED', message, cause)
  }
  // without a descriptor Node cannot even look for a module; its versions say so in different words
  const none = descriptorLimit()
  if (none !== undefined) return loadError(none, `${none}: no descriptors are left`, cause)
  // the loader keeps the messages of its attempts, as causes of each other, and not their codes
  for (let each = cause; each instanceof Error; each = each.cause) {
    const limit = LIMITS.find(([, pattern]) => pattern.test((each as Error).message))
    if (limit !== undefined) return loadError(limit[0], each.message, cause)
    if (each.message.startsWith('Access to this API has been restricted')) {
      const message = "Node's permission model does not let it be read (ERR_ACCESS_DENIED)"
      return loadError('ERR_ACCESS_DENIED', message, cause)
    }
    if (!/^Cannot find (module|native binding)/.test(each.message))
      return loadError('ERR_DLOPEN_FAILED', each.message, cause)
  }
  const name = `uring-linux-${process.arch}-${libc()}`
  // Node 20 answers what it must not read as if it were not there
  const hidden = isRestricted() ? ", or Node's permission model hides it" : ''
  const message = `the package ${name}, which holds it for this machine, is not installed${hidden}`
  return loadError('MODULE_NOT_FOUND', message, cause)
}

function loadError(code: LoadErrorCode, message: string, cause: unknown): LoadError {
  return Object.assign(new Error(message, { cause }), { code })
}

/** Whether Node refuses every addon: `--no-addons`, or the permission model without `--allow-addons`. */
function addonsDisabled(): boolean {
  try {
    process.dlopen({ exports: {} }, '/nonexistent/uring.node', os.dlopen.RTLD_LAZY)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_DLOPEN_DISABLED'
  }
}

/** Returns the limit that keeps this process from opening anything, if one does. */
function descriptorLimit(): 'EMFILE' | 'ENFILE' | undefined {
  try {
    closeSync(openSync('/dev/null', 'r'))
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'EMFILE' || code === 'ENFILE' ? code : undefined
  }
}

/** Whether Node's permission model is on. */
function isRestricted(): boolean {
  return 'permission' in process && process.permission !== undefined
}

function libc(): 'gnu' | 'musl' {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  return report.header?.glibcVersionRuntime === undefined ? 'musl' : 'gnu'
}

/** Closes a descriptor that has no receiver, at once and without the ring. */
export function closeDescriptor(fd: number): void {
  const native = load()
  if (!(native instanceof Error)) native.closeDescriptor(fd)
}
