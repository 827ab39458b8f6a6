// Writes events to the console, and counts the failures that make the runner's exit code.
import { writeSync } from 'node:fs'
import { encode, type GuestEvent } from '../protocol'

let failed = 0

export function report(event: GuestEvent): void {
  if (event.event === 'result' && event.outcome === 'failed') failed += 1
  writeSync(1, `${encode(event)}\n`)
}

export function failures(): number {
  return failed
}
