// Tables of the reports: the first column to the left, the others to the right.

import { markdownTable } from 'markdown-table'

export function table(head: string[], body: string[][]): string {
  return markdownTable([head, ...body], { align: head.map((_, i) => (i === 0 ? 'l' : 'r')) })
}
