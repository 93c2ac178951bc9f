const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const steps: readonly (readonly [limit: number, unit: number, name: Intl.RelativeTimeFormatUnit])[] = [
  [HOUR, MINUTE, 'minute'],
  [DAY, HOUR, 'hour'],
  [45 * DAY, DAY, 'day'],
  [365 * DAY, 30 * DAY, 'month'],
  [Number.POSITIVE_INFINITY, 365 * DAY, 'year'],
]

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always', style: 'short' })

/** "3 min. ago", "in 2 hr."; below 45 seconds "just now" or "in a few seconds". Both are epoch milliseconds. */
export function relativeTime(at: number, now: number): string {
  const distance = at - now
  const size = Math.abs(distance)
  // Clocks of two machines differ by a moment: what is only just ahead has happened.
  if (size < 45 * SECOND) return distance > SECOND ? 'in a few seconds' : 'just now'
  for (const [limit, unit, name] of steps) {
    if (size >= limit) continue
    const count = Math.max(1, Math.round(size / unit))
    return relative.format(distance < 0 ? -count : count, name)
  }
  return absoluteTime(at)[0]
}

function clockOf(timeZone: string | undefined): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long', timeZone })
}

/** Made once: making one costs more than drawing a row, and lists need it for every row. */
const localClock = clockOf(undefined)

/** Local time with its zone, and UTC: "12 Mar 2025, 14:03:09 CET" and "2025-03-12T13:03:09Z". */
export function absoluteTime(at: number, zone?: string): readonly [local: string, utc: string] {
  const local = (zone === undefined ? localClock : clockOf(zone)).format(at)
  return [local, new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z')]
}

/** A remaining time as whole units: "45 s", "2 min 5 s". Rounded up, so that it never shows 0 too early. */
export function remainingTime(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / SECOND))
  if (seconds < 60) return `${seconds} s`
  const rest = seconds % 60
  return rest === 0 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 60)} min ${rest} s`
}
