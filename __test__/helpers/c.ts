// Small C programs, to ask the system's headers and its C library.

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { folder } from './temp'

/** Compiles a program and runs it. Returns its lines, each split at the first space. */
export function runC(t: ExecutionContext, text: string): Map<string, string> {
  const at = folder(t)
  writeFileSync(join(at, 'program.c'), text)
  execFileSync('cc', ['-o', join(at, 'program'), join(at, 'program.c')])
  const said = execFileSync(join(at, 'program'), { encoding: 'utf8' })
  const lines = said.split('\n').filter((line) => line !== '')
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  )
}
