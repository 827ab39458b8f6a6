// Compiled, never run: what the types allow and forbid. Each line below a @ts-expect-error must not
// compile; when one does, the compiler reports the comment as unused.

import {
  AbortError,
  Ring,
  Statx,
  SystemError,
  availability,
  constants,
  type Availability,
  type Link,
  type RingStats,
  type UnavailableReason,
} from 'uring'
import type { FileHandle } from 'node:fs/promises'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
// a declared function: what the formatter makes of a generic arrow is no .mts
function type<Expected>() {
  return function check<const Actual>(_value: Actual, _same: Same<Expected, Actual>): void {}
}

declare const ring: Ring
declare const handle: FileHandle
const buffer = new Uint8Array(1)

// operations give promises of what they are about
type<Promise<number>>()(ring.nop(), true)
type<Promise<number>>()(ring.read(0, buffer, 0), true)
type<Promise<number>>()(ring.openat(constants.AT_FDCWD, 'x', 0), true)
type<Promise<Statx>>()(ring.statx(0, 'x'), true)
type<Promise<Statx>>()(ring.statx(0, 'x', { timeout: 5 }), true)
type<Promise<number>>()(ring.fsync(0, { ref: false }), true)
type<Promise<'expired' | 'counted'>>()(ring.timeout(1), true)
type<Promise<void>>()(ring.dispose(), true)
type<boolean>()(ring.cancel(ring.nop()), true)
type<Ring>()(ring.ref().unref(), true)
type<RingStats>()(ring.stats(), true)
type<Uint8Array[]>()(ring.registerBuffers(1, 1), true)

// a chain gives the tuple of its links' values
type<Promise<[number, number, Statx, 'expired' | 'counted']>>()(
  ring.chain((c) => [c.nop(), c.fsync(0), c.statx(0, 'x'), c.timeout(1)]),
  true,
)
type<Promise<[]>>()(
  ring.chain(() => []),
  true,
)
type<Promise<number[]>>()(
  ring.chain((c) => [1, 2].map(() => c.nop())),
  true,
)
type<Link<Statx>>()(
  null as never as ReturnType<Parameters<Parameters<Ring['chain']>[0]>[0]['statx']>,
  true,
)

// a batch gives raw results
type<Promise<Int32Array>>()(
  ring.batch((b) => b.nop()),
  true,
)
type<undefined>()(
  null as never as ReturnType<Parameters<Parameters<Ring['batch']>[0]>[0]['read']>,
  true,
)

// what every operation takes
void ring.nop({ signal: AbortSignal.abort(), timeout: 5, flags: constants.IOSQE_ASYNC })
void ring.nop({ signal: undefined, timeout: { seconds: 1, nanoseconds: 2 } })
void ring.read(handle, new DataView(new ArrayBuffer(1)), 5n, { rwFlags: 1, timeout: 1 })
void ring.read({ fd: 3 }, Buffer.alloc(1), null)
void ring.readv(0, [buffer, Buffer.alloc(1)] as const, null)
void ring.openat(handle, new URL('file:///x'), constants.O_RDONLY | constants.O_CREAT, 0o600, {})
void new Ring({ entries: 1, cqEntries: undefined, inFlight: 5 })

// @ts-expect-error a position is no text
void ring.read(0, buffer, '0')
// @ts-expect-error a buffer is a view
void ring.read(0, new ArrayBuffer(1), 0)
// @ts-expect-error nor text
void ring.write(0, 'text', 0)
// @ts-expect-error a descriptor is a number or has one
void ring.close('3')
// @ts-expect-error a registered buffer has an index
void ring.readFixed(0, buffer, 0)
// @ts-expect-error a position has no default
void ring.read(0, buffer)
// @ts-expect-error a FileHandle closes itself
void ring.close(handle)
// @ts-expect-error an asynchronous function collects nothing
void ring.batch(async (b) => void b.nop())
// @ts-expect-error a misspelt constant is undefined
void ring.write(0, buffer, 0, { rwFlags: undefined })
// @ts-expect-error there is no such constant
void constants.RWF_DSYNCH
// @ts-expect-error options are known ones
void ring.nop({ sginal: AbortSignal.abort() })
// @ts-expect-error rwFlags are for reads and writes
void ring.nop({ rwFlags: 1 })
// @ts-expect-error a ring's options too
void new Ring({ entires: 1 })
// @ts-expect-error a chain is made of links, not of promises
void ring.chain(() => [ring.nop()])
// @ts-expect-error a builder of a chain returns its links
void ring.chain((c) => void c.nop())
// @ts-expect-error what a chain's link becomes is known
void ring.chain((c) => [c.nop()]).then(([text]: [string]) => text)
// @ts-expect-error constants cannot be changed
constants.IORING_OP_NOP = 1
// @ts-expect-error nor can stats
ring.stats().inFlight = 0
// @ts-expect-error a ring is not made of its insides
void new Ring({}, 1)
// @ts-expect-error nor is an error made by users
void new SystemError(2, 'read')
// @ts-expect-error what only looks like a ring is none
const lookalike: Ring = { ...ring }
void lookalike

// availability is told by its flag
const told: Availability = availability()
if (told.available) {
  type<string>()(told.kernel, true)
  type<readonly number[]>()(told.opcodes, true)
  // @ts-expect-error there is no reason then
  void told.reason
} else {
  type<UnavailableReason>()(told.reason, true)
  type<string>()(told.remedy, true)
}

// errors
declare const failure: unknown
if (failure instanceof SystemError) {
  type<number>()(failure.errno, true)
  type<string | undefined>()(failure.path, true)
}
if (failure instanceof AbortError) type<'ABORT_ERR'>()(failure.code, true)

// constants are literals, of the uapi's names
type<0>()(constants.IORING_OP_NOP, true)
type<-100>()(constants.AT_FDCWD, true)
type<2>()(constants.RWF_DSYNC, true)
// where architectures differ, one of the two
type<0x4000 | 0x10000>()(constants.O_DIRECT, true)
// @ts-expect-error a misspelt constant is no constant
void constants.RWF_DSNYC

// disposal
async function scope(): Promise<void> {
  await using own = new Ring()
  await own.nop()
}
void scope
