// Asks the C library and the kernel, by way of sockets.c, what the bytes of a structure are; and helps
// to show that a codec touches nothing outside of what it was given.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { ROOT } from './child'
import type { Dice } from './scale'

const built = mkdtempSync(join(tmpdir(), 'uring-sockets-'))
test.after.always(() => rmSync(built, { recursive: true, force: true }))

/** Compiles C (a file, or text on the standard input) and returns the program's path. */
export function compileC(name: string, source: { file: string } | { text: string }): string {
  const path = join(built, name)
  const text = 'text' in source
  const from = text ? ['-x', 'c', '-'] : [source.file]
  execFileSync('cc', ['-Wall', '-O1', '-o', path, ...from], {
    input: text ? source.text : '',
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  return path
}

let program: string | undefined

/** The answers to these lines, one each. The program is built when it is first asked. */
export function ask(lines: readonly string[]): string[] {
  program ??= compileC('sockets', { file: join(ROOT, '__test__', 'helpers', 'sockets.c') })
  const answers = execFileSync(program, { input: lines.join('\n'), encoding: 'utf8' })
  return answers.trimEnd().split('\n')
}

/** The answer to one line. */
export function askOne(line: string): string {
  return ask([line])[0] as string
}

/** Bytes as the program writes them. */
export function hex(bytes: Uint8Array): string {
  return bytes.length === 0 ? '-' : Buffer.from(bytes).toString('hex')
}

/** Bytes from what the program wrote. */
export function unhex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text === '-' ? '' : text, 'hex'))
}

/** As `t.deepEqual`, for loops: quick while nothing differs. */
export function same(t: ExecutionContext, actual: unknown, expected: unknown, note = ''): void {
  if (!isDeepStrictEqual(actual, expected)) t.deepEqual(actual, expected, note)
  else t.pass()
}

/** Offsets that are aligned, and one that is not: nothing may depend on where a slot begins. */
export const OFFSETS: readonly number[] = [0, 256, 13]

/** What `encode` writes at some offset of a large memory; fails if anything around it was touched. */
export function written(
  t: ExecutionContext,
  encode: (into: Uint8Array, at: number) => number,
): Uint8Array {
  let first: Uint8Array | undefined
  for (const at of OFFSETS) {
    for (const filler of [0, 0xa5]) {
      const all = new Uint8Array(4096).fill(filler)
      const length = encode(all, at)
      const around = Buffer.concat([all.subarray(0, at), all.subarray(at + length)])
      t.true(around.equals(Buffer.alloc(around.length, filler)), 'nothing around it was written')
      const bytes = all.slice(at, at + length)
      same(t, bytes, (first ??= bytes), 'the same at every offset, over every old content')
    }
  }
  return first as Uint8Array
}

/** What `decode` makes of bytes; fails if that depends on anything around them. */
export function decoded<T>(
  t: ExecutionContext,
  bytes: Uint8Array,
  decode: (from: Uint8Array, at: number, length: number) => T,
): T {
  const first = decode(bytes, 0, bytes.length)
  for (const at of OFFSETS) {
    const all = new Uint8Array(at + bytes.length + 300).fill(0xa5)
    all.set(bytes, at)
    same(t, decode(all, at, bytes.length), first, 'what stands around it does not matter')
    same(t, all.slice(at, at + bytes.length), bytes, 'nor is anything written')
  }
  same(t, decode(bytes, 0, bytes.length + 1000), first, 'a length beyond the end is cut')
  return first
}

/** `length` bytes of the dice's. */
export function randomBytes(dice: Dice, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => dice.below(256))
}
