type Figure = string | number | boolean

/**
 * Prints what was measured as one JSON line, numbers to two places. `target` is the most the figure may be and `ok`
 * whether it is at most that; a line without them only informs. One line that is not ok makes the whole run fail.
 */
export type Print = (bench: string, figures: Readonly<Record<string, Figure>>) => void

/** The value below or at which this share of the times lies. */
export function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}

/** Best and median of some times, in milliseconds. */
export function bestAndMedian(times: readonly number[]): { best: number; median: number } {
  return { best: percentile(times, 0), median: percentile(times, 0.5) }
}
