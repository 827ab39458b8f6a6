// The report for programs: medians per row and column, and the machine.

import { mainColumns } from '../columns'
import type { Machine } from '../machine'
import type { Row } from '../measure'

export function json(machine: Machine, rows: Row[]): string {
  const report = {
    machine,
    rows: rows.map(({ work, depth, perSecond }) => ({
      work,
      depth,
      perSecond: Object.fromEntries(
        mainColumns
          .filter((column) => perSecond[column] !== undefined)
          .map((column) => [column, Math.round(perSecond[column]! * 10) / 10]),
      ),
    })),
  }
  return JSON.stringify(report, null, 2) + '\n'
}
