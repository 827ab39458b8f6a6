// A separate program that runs while io_uring is denied: prints as JSON what `availability()` returns, and what
// `new Ring()` does all the same.
import { uring } from './package'

export interface Probe {
  readonly availability: ReturnType<typeof uring.availability>
  /** What `new Ring()` did: completed a NOP, or threw this. */
  readonly ring:
    'works' | { readonly code: unknown; readonly reason: unknown; readonly message: string }
}

async function tryRing(): Promise<Probe['ring']> {
  try {
    const ring = new uring.Ring({ entries: 8 })
    await ring.nop()
    await ring.dispose()
    return 'works'
  } catch (error) {
    const { code, reason, message } = error as Error & { code?: unknown; reason?: unknown }
    return { code, reason, message }
  }
}

async function main(): Promise<void> {
  const probe: Probe = { availability: uring.availability(), ring: await tryRing() }
  console.log(JSON.stringify(probe))
}

void main()
