// The table of errnos: complete, and with the names of the C library and the texts of Node.

import { getSystemErrorMap } from 'node:util'
import test from 'ava'
import { describeErrno } from '../src/errno'
import { runC } from './helpers/c'

const LAST = 133

/** Where Linux has no errno. */
const HOLES = [41, 58]

/** libuv's name for EOPNOTSUPP, and so the one that users of Node know. */
const NODES = new Map([[95, 'ENOTSUP']])

test('every errno of Linux has the name of the headers and a text (A.13)', (t) => {
  const names = Array.from({ length: LAST }, (_, index) => describeErrno(index + 1)[0])
  const known = names.map((name) => (NODES.has(names.indexOf(name) + 1) ? 'EOPNOTSUPP' : name))
  const prints = known
    .filter((name) => /^E[A-Z]/.test(name) || name === 'E2BIG')
    .map((name) => `  printf("${name} %d\\n", ${name});\n`)
  const said = runC(
    t,
    `#include <errno.h>\n#include <stdio.h>\nint main(void) {\n${prints.join('')}  return 0;\n}\n`,
  )
  t.is(said.size, LAST - HOLES.length)
  for (const [index, name] of known.entries()) {
    const number = index + 1
    if (HOLES.includes(number)) t.is(name, `E${number}`)
    else t.is(said.get(name), String(number), name)
  }
})

test('what Node names, Node words as well', (t) => {
  let compared = 0
  for (const [errno, [code, text]] of getSystemErrorMap()) {
    if (errno < -LAST) continue // libuv's own, such as EOF and EAI_AGAIN
    compared++
    t.deepEqual([...describeErrno(errno)], [code, text], String(errno))
  }
  t.true(compared > 50)
})

test('an errno has the same name with either sign, and a number stands for what has none', (t) => {
  t.is(describeErrno(2), describeErrno(-2))
  t.deepEqual([...describeErrno(-122)], ['EDQUOT', 'disk quota exceeded'])
  t.deepEqual([...describeErrno(524)], ['E524', 'unknown error'])
})
