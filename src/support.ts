// Which operations the running kernel has: asked of the kernel once (IORING_REGISTER_PROBE), for
// `availability()`, and to tell a wrong argument from a kernel that is too old.

import { release } from 'node:os'
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

/** Whether the kernel can be too old for what release `since` brought. Distributions bring things to
 *  older releases, so only a release that is new enough says something. */
export function mayLack(since: string): boolean {
  const [major = 0, minor = 0] = numbersOf(since)
  const [ownMajor = 0, ownMinor = 0] = numbersOf(release())
  return ownMajor < major || (ownMajor === major && ownMinor < minor)
}

/** The numbers that a release begins with. */
function numbersOf(text: string): number[] {
  return text.split(/[.-]/, 2).map(Number)
}

/** `undefined` when it cannot be asked, which may be over the next time (no descriptors left, say). */
function ask(): ReadonlySet<number> | undefined {
  const native = load()
  const answer = native instanceof Error ? 0 : native.supportedOpcodes()
  return typeof answer === 'number' ? undefined : new Set(answer)
}
