// A function run in a process of its own, to be judged by how that process ends.

import { spawn } from 'node:child_process'
import { patient } from './scale'

/** What the function is called with: the package and what children usually need. */
export interface Inside {
  readonly uring: typeof import('uring')
  readonly fs: typeof import('node:fs')
  readonly args: readonly string[]
  /** Prints a value as the child's answer. */
  readonly say: (value: unknown) => void
  readonly require: NodeJS.Require
}

export interface ChildOptions {
  readonly args?: readonly string[]
  readonly flags?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** A program to start Node with: `[path, ...arguments]`. */
  readonly under?: readonly string[]
  /** Runs before anything is imported. */
  readonly before?: string
  /** Killed after this long, ms. */
  readonly limit?: number
  readonly uid?: number
  /** Called when the child has said something. */
  readonly onSaid?: (pid: number) => void
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly ms: number
  readonly said: unknown[]
  readonly stderr: string
}

/** The package's folder, where ava starts: there, `uring` is this package. */
export const ROOT = process.cwd()

/** The program text that runs `body`. The body must not refer to anything outside of itself. */
export function program(body: (inside: Inside) => unknown, options: ChildOptions = {}): string {
  const say = "(value) => require('node:fs').writeSync(1, JSON.stringify(value) + '\\n')"
  const inside = `{ uring: require('uring'), fs: require('node:fs'), args: ${JSON.stringify(options.args ?? [])}, say: ${say}, require }`
  return `${options.before ?? ''};(${body.toString()})(${inside})`
}

/** Runs `body` in a child. */
export function inChild(
  body: (inside: Inside) => unknown,
  options: ChildOptions = {},
): Promise<Ended> {
  return runNode([...(options.flags ?? []), '-e', program(body, options)], options)
}

/** Children at once; more would only take each other's time. */
const SIDE_BY_SIDE = 2
const waiting: (() => void)[] = []
let running = 0

/** Runs Node with these arguments, in the package's folder. */
export async function runNode(args: readonly string[], options: ChildOptions = {}): Promise<Ended> {
  if (running >= SIDE_BY_SIDE) await new Promise<void>((resolve) => waiting.push(resolve))
  else running++
  try {
    return await start(args, options)
  } finally {
    const next = waiting.shift()
    if (next === undefined) running--
    else next()
  }
}

function start(args: readonly string[], options: ChildOptions): Promise<Ended> {
  const [command, ...rest] = [...(options.under ?? []), process.execPath, ...args] as [
    string,
    ...string[],
  ]
  return new Promise((resolve, reject) => {
    const begun = performance.now()
    const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }
    const child = spawn(command, rest, {
      cwd: ROOT,
      env: { ...process.env, ...options.env, NODE_OPTIONS: '' },
      ...identity,
    })
    const limit = setTimeout(() => child.kill('SIGKILL'), options.limit ?? patient(20_000))
    let [stdout, stderr, told] = ['', '', false]
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      if (!told && stdout.includes('\n')) {
        told = true
        options.onSaid?.(child.pid as number)
      }
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(limit)
      const said = stdout
        .split('\n')
        .filter((line) => line !== '')
        .map(parse)
      resolve({ code, signal, ms: performance.now() - begun, said, stderr })
    })
  })
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return line
  }
}
