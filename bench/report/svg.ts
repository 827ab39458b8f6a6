// The chart: one group of bars per row, each bar as long as its share of the row's fastest.

import { mainColumns, title, type MainColumn } from '../columns'
import type { Row } from '../measure'
import { rate } from './format'

const WIDTH = 860
const LEFT = 250
const RIGHT = 90
const BAR = 11
const GAP = 14
const TOP = 62

const colours: Record<MainColumn, string> = {
  uring: '#0b7285',
  uringBatch: '#22b8cf',
  fsPromises: '#e8590c',
  fsCallback: '#ffa94d',
  fsSync: '#868e96',
  native: '#343a40',
}

export function svg(rows: Row[]): string {
  const parts: string[] = []
  let y = TOP
  for (const row of rows) {
    const present = mainColumns.filter((column) => row.perSecond[column] !== undefined)
    const fastest = Math.max(...present.map((column) => row.perSecond[column]!))
    const middle = y + (present.length * BAR) / 2
    parts.push(text(LEFT - 12, middle - 1, row.title, 'end', 'work'))
    parts.push(text(LEFT - 12, middle + 12, `${row.depth} in flight`, 'end', 'depth'))
    for (const column of present) {
      const value = row.perSecond[column]!
      const length = Math.max(1, (value / fastest) * (WIDTH - LEFT - RIGHT))
      parts.push(
        `<rect x="${LEFT}" y="${y}" width="${length.toFixed(1)}" height="${BAR - 2}"` +
          ` fill="${colours[column]}"/>`,
        text(LEFT + length + 5, y + BAR - 3, rate(value), 'start', 'figure'),
      )
      y += BAR
    }
    y += GAP
  }
  const height = y + 4
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}"` +
      ` viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Units per second, by work">`,
    '<style>text{font-family:system-ui,sans-serif;fill:#212529}.title{font-size:15px;' +
      'font-weight:600}.work{font-size:12px}.depth,.figure,.key{font-size:10px;fill:#495057}' +
      '</style>',
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(16, 24, 'Units per second; each group is scaled to its fastest bar', 'start', 'title'),
    ...legend(),
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

function legend(): string[] {
  const step = (WIDTH - 32) / mainColumns.length
  return mainColumns.flatMap((column, i) => [
    `<rect x="${(16 + i * step).toFixed(1)}" y="38" width="10" height="10"` +
      ` fill="${colours[column]}"/>`,
    text(30 + i * step, 47, title(column), 'start', 'key'),
  ])
}

function text(x: number, y: number, content: string, anchor: string, kind: string): string {
  const escaped = content.replace(/&/g, '&amp;').replace(/</g, '&lt;')
  return (
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" class="${kind}">` +
    `${escaped}</text>`
  )
}
