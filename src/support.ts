// Which operations the running kernel has: asked of the kernel once (IORING_REGISTER_PROBE), and only
// after one was refused as invalid, to tell a wrong argument from a kernel that is too old.

import { load } from './binding'

let opcodes: ReadonlySet<number> | undefined

/** Whether the kernel knows the opcode; true when it would not say. */
export function supports(opcode: number): boolean {
  opcodes ??= ask()
  return opcodes.size === 0 || opcodes.has(opcode)
}

function ask(): ReadonlySet<number> {
  const native = load()
  const answer = native instanceof Error ? 0 : native.supportedOpcodes()
  return new Set(typeof answer === 'number' ? [] : answer)
}
