// Formats numbers for people.

/** Three significant digits and a unit: 1.02 M, 143 k, 17.6 k, 820. */
export function rate(perSecond: number): string {
  for (const [unit, size] of [
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (perSecond >= size * 0.9995) return `${significant(perSecond / size)} ${unit}`
  }
  return significant(perSecond)
}

export function ratio(value: number): string {
  return value >= 9.95 ? value.toFixed(0) : value >= 0.995 ? value.toFixed(1) : value.toFixed(2)
}

function significant(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2)
}
