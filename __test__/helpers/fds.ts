// The descriptors this process holds, as the kernel lists them.

import { readdirSync, readlinkSync } from 'node:fs'

/** Number and target of every open descriptor, the listing's own excluded. */
export function descriptors(): Map<number, string> {
  const open = new Map<number, string>()
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      open.set(Number(name), readlinkSync(`/proc/self/fd/${name}`))
    } catch {
      // the one that readdir used is gone
    }
  }
  return open
}

/** How many there are. */
export function descriptorCount(): number {
  return descriptors().size
}

/** Which of them are rings. */
export function rings(): Set<number> {
  const open = [...descriptors()].filter(([, target]) => target.includes('[io_uring]'))
  return new Set(open.map(([fd]) => fd))
}

/** How many of them are rings. */
export function ringCount(): number {
  return rings().size
}
