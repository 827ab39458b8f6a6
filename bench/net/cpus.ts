// Which CPU the servers have, and which the load generator.
//
// Apart, each has a CPU of its own. A server then sleeps whenever the load generator is the slower of the two, and each
// waking is part of its figure. On one CPU they take turns: a server always finds a full queue, as one that is
// overloaded does, and the figure is that of its work alone.

import { readFileSync } from 'node:fs'

export interface Cpus {
  readonly server: number
  readonly load: number
}

export const placements = ['apart', 'shared'] as const
export type Placement = (typeof placements)[number]

/** The last CPU that this process may use is the servers', the first one the load generator's. */
export function chooseCpus(placement: Placement): Cpus {
  const allowed = parseCpuList(
    /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '',
  )
  const server = allowed.at(-1)!
  if (placement === 'shared') return { server, load: server }
  if (allowed.length < 2)
    throw new Error('two CPUs are needed: one for the server, one for the load')
  return { server, load: allowed[0]! }
}

/** Reads a list such as `0-3,8`. */
function parseCpuList(text: string): number[] {
  return text.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number)
    return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i)
  })
}
