const numbers = new Intl.NumberFormat('en')

/** A number with thousands separators: "10,412". */
export function formatCount(count: number): string {
  return numbers.format(count)
}

/** "1 key", "10,412 keys". `plural` is needed only where it is not the noun with an s. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`
}
