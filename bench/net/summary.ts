// What a set of samples comes to.

export interface Summary {
  readonly median: number
  /** Half the range between the quartiles, as a fraction of the median. */
  readonly spread: number
}

export function summary(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (q: number): number => {
    const place = (sorted.length - 1) * q
    const low = sorted[Math.floor(place)]!
    return low + (sorted[Math.ceil(place)]! - low) * (place % 1)
  }
  const median = at(0.5)
  return { median, spread: (at(0.75) - at(0.25)) / 2 / median }
}
