// Which operations the running kernel has: asked of the kernel once (IORING_REGISTER_PROBE), for
// `availability()`, and to tell a wrong argument from a kernel that is too old.

import { load } from './binding'

const NONE: ReadonlySet<number> = new Set()

let known: ReadonlySet<number> | undefined

/** The `IORING_OP_*` that the kernel has; empty when it does not say. */
export function opcodes(): ReadonlySet<number> {
  known ??= ask()
  return known ?? NONE
}

/** Whether the kernel has the operation; true when it does not say. */
export function supports(opcode: number): boolean {
  return opcodes().size === 0 || opcodes().has(opcode)
}

/** `undefined` when it cannot be asked, which may be over the next time (no descriptors left, say). */
function ask(): ReadonlySet<number> | undefined {
  const native = load()
  const answer = native instanceof Error ? 0 : native.supportedOpcodes()
  return typeof answer === 'number' ? undefined : new Set(answer)
}
