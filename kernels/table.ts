// Prints verdicts: one table of kernels and groups, and below it everything that was skipped or failed, by name.
import { markdownTable } from 'markdown-table'
import { GROUPS } from './groups'
import type { GroupVerdict, KernelVerdict } from './verdict'

/** Returns the text of a cell. The number comes second: a caller that counts "N passed" must not count it twice. */
export function cellOf(group: GroupVerdict | undefined): string {
  if (group === undefined) return 'not run'
  const words = []
  if (group.failed.length > 0) words.push(`FAILED ${group.failed.length}`)
  if (group.passed > 0) words.push(`passed ${group.passed}`)
  if (group.skipped.length > 0) words.push(`skipped ${group.skipped.length}`)
  return words.length === 0 ? 'NO RESULT' : words.join(', ')
}

export function resultTable(verdicts: readonly KernelVerdict[]): string {
  const rows = verdicts.map((one) => [
    one.green ? 'green' : 'RED',
    one.key,
    one.package.replace(/-cloud-.*$/, ''),
    ...GROUPS.map((group) => cellOf(one.groups[group])),
    one.faults.length === 0 ? 'clean' : `${one.faults.length} faults`,
    `${one.seconds} s`,
  ])
  return markdownTable([['', 'kernel', 'package', ...GROUPS, 'log and exit', 'time'], ...rows])
}

/** Returns, for each item that was skipped, the kernels that lack it and the reason. */
export function skippedItems(
  verdicts: readonly KernelVerdict[],
): Map<string, { kernels: Set<string>; reason: string }> {
  const items = new Map<string, { kernels: Set<string>; reason: string }>()
  for (const verdict of verdicts) {
    for (const skip of Object.values(verdict.groups).flatMap((group) => group.skipped)) {
      const entry = items.get(skip.item) ?? { kernels: new Set(), reason: skip.reason }
      entry.kernels.add(verdict.key)
      items.set(skip.item, entry)
    }
  }
  return items
}

export function wordsBelow(verdicts: readonly KernelVerdict[]): string[] {
  const lines = [...skippedItems(verdicts)].map(
    ([item, { kernels, reason }]) => `skipped on ${[...kernels].join(', ')}: ${item} (${reason})`,
  )
  for (const verdict of verdicts) {
    for (const fault of verdict.faults) lines.push(`RED ${verdict.key}: ${fault}`)
    for (const [name, group] of Object.entries(verdict.groups)) {
      for (const failure of group.failed)
        lines.push(`RED ${verdict.key} ${name}: ${failure.name}: ${failure.detail}`)
    }
  }
  return lines
}

/** Returns the summary line, which callers parse: the tests of all kernels. */
export function totals(verdicts: readonly KernelVerdict[]): string {
  const groups = verdicts.flatMap((one) => Object.values(one.groups))
  const sum = (count: (group: GroupVerdict) => number): number =>
    groups.reduce((all, group) => all + count(group), 0)
  const faults = verdicts.reduce((all, one) => all + one.faults.length, 0)
  const failed = sum((group) => group.failed.length) + faults
  return `${sum((group) => group.passed)} passed, ${failed} failed, ${sum((group) => group.skipped.length)} skipped`
}
