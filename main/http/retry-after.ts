const MAX_INSTANT = 8.64e15

/**
 * Milliseconds to wait from a `Retry-After` (RFC 9110 section 10.2.3): seconds, with a fraction or without, or a date,
 * as HTTP writes it or as RFC 3339 does. `now` is in UTC epoch milliseconds. Null if it is absent or unreadable.
 */
export function parseRetryAfter(text: string | null | undefined, now: number): number | null {
  const raw = text?.trim() ?? ''
  if (raw === '' || raw.length > 64) return null
  if (/^\d+(?:\.\d+)?$/.test(raw)) {
    const milliseconds = Math.ceil(Number(raw) * 1_000)
    return milliseconds <= MAX_INSTANT ? milliseconds : null
  }
  const at = httpDate(raw) ?? (/^\d{4}-\d\d-\d\dT/.test(raw) ? Date.parse(raw) : Number.NaN)
  return Number.isFinite(at) ? Math.max(0, Math.ceil(at - now)) : null
}

/** UTC epoch milliseconds of a date such as "Thu, 10 Sep 2026 12:00:30 GMT", or null. `Date.parse` alone reads "may 5". */
export function httpDate(text: string): number | null {
  if (!/^[A-Z][a-z]{2,8}, .{10,40}$/.test(text)) return null
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : at
}
