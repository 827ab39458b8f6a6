// The result of a backup: as a table, and as JSON.

import { bytesOf, countOf, table } from './format'

export interface Result {
  files: number
  directories: number
  symlinks: number
  bytes: number
  /** Files whose copy has the SHA-256 of its source, in every round. */
  verified: number
  /** Paths whose copy differs. */
  different: string[]
  /** Sockets, pipes and devices, which have no contents to copy. */
  skipped: string[]
  /** Medians over the rounds; fsCp is left out with --no-compare. */
  seconds: { uring: number; fsCp?: number }
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export function report(result: Result): string {
  const { files, bytes, seconds, verified } = result
  const line = (name: string, taken: number): string[] => [
    name,
    countOf(files),
    bytesOf(bytes),
    taken.toFixed(3),
    countOf(Math.round(files / taken)),
  ]
  const rows = [['', 'files', 'bytes', 'seconds', 'files/s'], line('uring', seconds.uring)]
  if (seconds.fsCp !== undefined) rows.push(line('fs.cp', seconds.fsCp))
  const sentences = [
    `SHA-256: ${countOf(verified)} of ${countOf(files)} copies are what their sources are.`,
  ]
  if (seconds.fsCp !== undefined) sentences.push(comparison(seconds.fsCp / seconds.uring))
  if (result.skipped.length > 0) {
    sentences.push(`Left out, being no file, directory or link: ${result.skipped.join(', ')}`)
  }
  return `${table(rows)}\n\n${sentences.join('\n')}`
}

function comparison(times: number): string {
  return times >= 1
    ? `uring took 1/${times.toFixed(1)} of the time of fs.cp.`
    : `uring was slower here: ${(1 / times).toFixed(2)} times the time of fs.cp.`
}
