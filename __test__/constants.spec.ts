// The constants that are not io_uring's own have the values of this machine's headers, and of Node
// where Node has them. What io_uring's header says is compared by the tests of crates/uring.

import { constants as fs, readFileSync } from 'node:fs'
import { constants as os } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { constants } from 'uring'
import { runC } from './helpers/c'
import { ROOT } from './helpers/child'

interface Row {
  readonly name: string
  readonly value: number
  readonly since: string
  readonly header: string
}

const ROWS: readonly Row[] = readFileSync(join(ROOT, 'crates', 'codegen', 'linux.tsv'), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [, name = '', value, arm64, since = '', header = ''] = line.split('\t')
    return {
      name,
      value: Number(process.arch === 'arm64' && arm64 !== '' ? arm64 : value),
      since,
      header,
    }
  })

const exported: Readonly<Record<string, number | bigint>> = constants

/** A release as LINUX_VERSION_CODE has it. */
function code(release: string): number {
  const [major = 0, minor = 0, patch = 0] = release.split('.').map(Number)
  return major * 65_536 + minor * 256 + patch
}

/** Prints the names that the header knows, each with its value. */
function programFor(header: string, names: readonly string[]): string {
  // P_* of waitid are enumerators and no macros; every C library has had them since 2.36
  const known = (name: string): string => (name.startsWith('P_') ? `#if 1` : `#ifdef ${name}`)
  const print = (name: string): string =>
    `${known(name)}\n  printf("${name} %lld\\n", (long long)(${name}));\n#endif\n`
  return `#define _GNU_SOURCE 1
#include <stdio.h>
#include <linux/version.h>
#include <${header}>
${header === 'sys/wait.h' ? '#include <linux/wait.h>' : ''}
int main(void) {
  printf("version %d\\n", LINUX_VERSION_CODE);
${names.map(print).join('')}  return 0;
}
`
}

test('the constants of Linux have the values of the headers, on this architecture (A.13)', (t) => {
  const headers = new Set(ROWS.map((row) => row.header))
  const unknown: Row[] = []
  let headersOf = 0
  let compared = 0
  for (const header of headers) {
    const rows = ROWS.filter((row) => row.header === header)
    const names = rows.map((row) => row.name)
    const said = runC(t, programFor(header, names))
    headersOf = Number(said.get('version'))
    for (const row of rows) {
      const { name, value } = row
      const told = said.get(name)
      if (told === undefined) unknown.push(row)
      else {
        compared++
        t.is(value, Number(told), `${name} of <${header}>`)
      }
    }
  }
  t.true(compared > 200, `${compared} were compared`)
  for (const { name, since } of unknown)
    t.true(code(since) > headersOf, `the headers are new enough to have ${name}`)
  t.log(`newer than the headers here: ${unknown.map((row) => row.name).join(', ')}`)
})

test('every constant of the table is exported, with the value of this architecture', (t) => {
  for (const { name, value } of ROWS) t.is(exported[name], value, name)
})

test('what node:fs and node:os call the same is the same', (t) => {
  const { signals, errno, priority, dlopen, ...rest } = os
  t.truthy([signals, errno, priority, dlopen])
  const nodes = Object.entries({ ...rest, ...fs })
  const shared = nodes.filter(([name]) => name in exported)
  t.true(shared.length > 10)
  for (const [name, value] of shared) t.is(exported[name], value, name)
})

test('the flags of a durable write are there, and not undefined (A.13)', (t) => {
  t.deepEqual(
    [constants.RWF_DSYNC, constants.RWF_SYNC, constants.RWF_APPEND, constants.RWF_NOWAIT],
    [2, 4, 16, 8],
  )
})

test('constants are frozen, and numbers', (t) => {
  t.true(Object.isFrozen(constants))
  const values = Object.entries(constants)
  t.true(values.length > 500)
  for (const [name, value] of values)
    t.true(typeof value === 'number' || typeof value === 'bigint', name)
})

test('every constant of the table says since when, by a release', (t) => {
  for (const { name, since } of ROWS) t.regex(since, /^(-|\d+\.\d+(\.\d+)?)$/, name)
})
