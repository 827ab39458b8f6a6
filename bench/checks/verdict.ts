// How the programs of this folder report: one line for each promise, and exit code 1 if one was not kept. With --json
// the lines are for the program that collects them.

import { setPriority, constants } from 'node:os'
import { commandLine, start } from '../../scripts/lib/command-line'

export interface Check {
  promise: string
  measured: string
  met: boolean
}

export type Report = (check: Check) => void

/** Runs one of the programs. */
export async function check(
  title: string,
  main: (report: Report) => Promise<void> | void,
): Promise<void> {
  const { values } = commandLine({
    usage: `${title}\n\n  --json   print each verdict as a line of JSON\n  --help   print this text\n`,
    options: { json: { type: 'boolean', default: false } },
  })
  await start(() =>
    main((verdict) => {
      const { promise, measured, met } = verdict
      const words = `${met ? 'met' : 'NOT MET'}: ${promise}: ${measured}`
      console.log(values.json ? JSON.stringify(verdict) : words)
      if (!met) process.exitCode = 1
    }),
  )
}

/**
 * Resolves to what `measure` resolved to when it kept its promise, or the last time. A neighbour that takes the
 * processor away looks like a broken promise from in here, so the process goes before others and there are three tries.
 */
export async function tries<T extends { met: boolean }>(measure: () => Promise<T>): Promise<T> {
  goFirst()
  let result = await measure()
  for (let i = 1; i < 3 && !result.met; i++) result = await measure()
  return result
}

function goFirst(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGHEST)
  } catch {
    // only root may: then the machine has to be quiet
  }
}
