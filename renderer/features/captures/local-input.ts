/** Epoch milliseconds as a `datetime-local` input takes them, in local time; empty for null. */
export function toLocalInput(at: number | null): string {
  if (at === null) return ''
  const date = new Date(at)
  const two = (value: number) => String(value).padStart(2, '0')
  const year = String(date.getFullYear()).padStart(4, '0')
  return `${year}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`
}

/** What such an input says, in epoch milliseconds; null while it is empty or not complete. */
export function fromLocalInput(text: string): number | null {
  const at = text === '' ? Number.NaN : new Date(text).getTime()
  return Number.isFinite(at) && at >= 0 ? at : null
}
