// Which build of the package a program of the benchmark uses: this checkout's, or the one of the checkout that
// URING_BENCH_PACKAGE names.

import * as path from 'node:path'

const VARIABLE = 'URING_BENCH_PACKAGE'
const HOOK = path.join(import.meta.dirname, 'hook.mjs')

export const ownFolder = path.join(import.meta.dirname, '..', '..')

/** The checkout whose build this process is to use. */
export function packageFolder(): string {
  return process.env[VARIABLE] ?? ownFolder
}

/** Arguments for Node that run a TypeScript program of the benchmark with the package of `VARIABLE`. */
export function nodeArguments(program: string): string[] {
  const hook = `--import=${HOOK}`
  return ['--import', '@oxc-node/core/register', hook, path.join(ownFolder, program)]
}

export function environmentOf(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, [VARIABLE]: folder }
}
