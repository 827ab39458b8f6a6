// Which build of the package a program of the benchmark imports: this checkout's, or that of the checkout named by the
// variable URING_BENCH_PACKAGE.

import * as path from 'node:path'

const VARIABLE = 'URING_BENCH_PACKAGE'
const HOOK = path.join(import.meta.dirname, 'hook.mjs')

export const ownFolder = path.join(import.meta.dirname, '..', '..')

/** Returns the checkout whose build this process uses. */
export function packageFolder(): string {
  return process.env[VARIABLE] ?? ownFolder
}

/** Returns the arguments with which Node runs a program of this checkout with the package that `VARIABLE` names. */
export function nodeArguments(program: string): string[] {
  const hook = `--import=${HOOK}`
  return ['--import', '@oxc-node/core/register', hook, path.join(ownFolder, program)]
}

export function environmentOf(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, [VARIABLE]: folder }
}
