const DAY_MS = 86_400_000

/** A UTC day, counted from 1970-01-01. What the tables and everything inside this domain call a day. */
export type Day = number

/** The UTC day an instant (epoch milliseconds) falls into. */
export function dayAt(instant: number): Day {
  return Math.floor(instant / DAY_MS)
}

/** First instant of the day. */
export function startOf(day: Day): number {
  return day * DAY_MS
}

/** First instants of the first day and of the one after the last. */
export function instantsOf({ from, to }: { readonly from: Day; readonly to: Day }): { from: number; to: number } {
  return { from: startOf(from), to: startOf(to) }
}

/** "2026-09-01". */
export function isoDate(day: Day): string {
  return new Date(startOf(day)).toISOString().slice(0, 10)
}

/** The last `count` days, today included, oldest first. */
export function lastDays(now: number, count: number): Day[] {
  const today = dayAt(now)
  return Array.from({ length: count }, (_, index) => today - count + 1 + index)
}
