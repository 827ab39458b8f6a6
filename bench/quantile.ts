// Medians and quartiles of samples.

export interface Summary {
  median: number
  /** Half the range between the quartiles, as a fraction of the median. */
  spread: number
}

export function summary(values: readonly number[]): Summary {
  const median = quantile(values, 0.5)
  return { median, spread: (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / median }
}

/** Returns the value below which the fraction `q` of the values lies, interpolated. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const low = sorted[Math.floor(at)]!
  return low + (sorted[Math.ceil(at)]! - low) * (at % 1)
}
