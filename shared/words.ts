const numbers = new Intl.NumberFormat('en')

/** A number with thousands separators: "10,412". */
export function formatCount(count: number): string {
  return numbers.format(count)
}

/** "1 key", "10,412 keys". `plural` is needed only where it is not the noun with an s. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`
}

/** How long to wait, as an operator says it: "45 seconds", "12 minutes". Rounded up, and at least one second. */
export function waitInWords(milliseconds: number): string {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1_000))
  if (seconds < 120) return countOf(seconds, 'second')
  const minutes = Math.ceil(seconds / 60)
  return minutes < 120 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`
}

/** A time of a virtual clock in full: "75 h 35 min 5 s", "20 s", "300 ms"; parts that are zero are left out. */
export function spanText(milliseconds: number): string {
  if (milliseconds === 0) return '0 s'
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`
  const seconds = Math.round(milliseconds / 1_000)
  const parts = [
    [Math.floor(seconds / 3_600), 'h'],
    [Math.floor((seconds % 3_600) / 60), 'min'],
    [seconds % 60, 's'],
  ] as const
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}
