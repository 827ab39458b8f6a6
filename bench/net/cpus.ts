// Which CPU the servers have, and which the load generator.

import { readFileSync } from 'node:fs'

export interface Cpus {
  readonly server: number
  readonly load: number
}

/** The last CPU that this process may use is the servers', the first one the load generator's. */
export function chooseCpus(): Cpus {
  const allowed = parseCpuList(
    /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '',
  )
  if (allowed.length < 2)
    throw new Error('two CPUs are needed: one for the server, one for the load')
  return { server: allowed.at(-1)!, load: allowed[0]! }
}

/** Reads a list such as `0-3,8`. */
function parseCpuList(text: string): number[] {
  return text.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number)
    return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i)
  })
}
