// Where domains are in use, Node asks the receiver of a callback for its `domain` and enters it. In the REPL, which
// uses them, the global object has the module of that name.

import { spawn } from 'node:child_process'
import test from 'ava'
import { inChild, ROOT } from './helpers/child'

/** Types lines into the REPL, one of which has to end it. Resolves to how it ended. */
function typed(lines: readonly string[]): Promise<[number | null, NodeJS.Signals | null, string]> {
  return new Promise((resolve, reject) => {
    const repl = spawn(process.execPath, ['-i'], { cwd: ROOT, timeout: 20_000 })
    let output = ''
    for (const stream of [repl.stdout, repl.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    repl.on('error', reject)
    repl.on('close', (code, signal) => {
      resolve([code, signal, output])
    })
    repl.stdin.write(`${lines.join('\n')}\n`) // and stays open: its end would end the REPL
  })
}

test('an operation that completes through the event loop settles in the REPL', async (t) => {
  const [code, signal, output] = await typed([
    "const { Ring } = require('uring')",
    'const ring = new Ring()',
    'ring.timeout(20).then((how) => process.exit(how.length))',
  ])
  t.deepEqual([code, signal], ['expired'.length, null], output)
})

test('a global named `domain` is not taken for one where domains are in use', async (t) => {
  const { code, said, stderr } = await inChild(
    ({ uring, say, require }) => {
      const { create } = require('node:domain') as typeof import('node:domain')
      create().run(() => {
        void new uring.Ring().timeout(20).then((how) => {
          say(how)
        })
      })
    },
    { before: "Object.defineProperty(globalThis, 'domain', { value: 'example.org' })" },
  )
  t.is(code, 0, stderr)
  t.deepEqual(said, ['expired'])
})
