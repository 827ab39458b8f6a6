// Checks with the built package, under a given Node, whether io_uring works. A suite in a container that refuses the
// system calls would prove nothing.
import { inRoot } from '../lib/paths'
import { run } from '../lib/process'

const QUESTION = `
  const { availability } = require(${JSON.stringify(inRoot('dist', 'index.js'))});
  const state = availability();
  console.log(state.available ? 'io_uring' : 'none: ' + state.message);
`

export async function driverOf(node: string): Promise<string> {
  const { code, stdout, stderr } = await run(node, ['-e', QUESTION], { allowFailure: true })
  return code === 0 ? stdout.trim() : `crashed: ${stderr.trim().split('\n').at(-1) ?? code}`
}
