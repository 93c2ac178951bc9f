import type { RateLimit } from '../../shared/contract/keys.ts'

type Headers = Readonly<Record<string, string>>

const UNIT_MS: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ns: 1e-6,
}
// `ms` stands before `m`, otherwise "12ms" would be twelve minutes.
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|us|µs|μs|ns|d|h|m|s)\s*)+$/
const DURATION_PART = /(\d+(?:\.\d+)?)(ms|us|µs|μs|ns|d|h|m|s)/g
const MAX_INSTANT = 8.64e15

/**
 * When a limit is full again, as UTC epoch milliseconds, from any of the forms in use: epoch milliseconds (OpenRouter),
 * epoch seconds (GitHub), seconds from now (Brave), a duration such as `1h2m3.5s` or `12ms` (OpenAI, Groq), an
 * RFC 3339 instant (Anthropic). Null for anything else.
 */
export function parseReset(text: string, now: number): number | null {
  const raw = text.trim()
  if (raw === '' || raw.length > 64) return null
  if (/^\d+(?:\.\d+)?$/.test(raw)) {
    const number = Number(raw)
    if (number > 1e12) return instant(number)
    if (number > 1e9) return instant(number * 1_000)
    return instant(now + number * 1_000)
  }
  if (/^\d{4}-\d\d-\d\dT/.test(raw)) return instant(Date.parse(raw))
  const duration = parseDuration(raw)
  return duration === null ? null : instant(now + duration)
}

/** Milliseconds of a duration such as `6m0s`, `2m59.56s` or `41s`; null for anything else. */
export function parseDuration(text: string): number | null {
  const raw = text.trim()
  if (raw.length > 64 || !DURATION.test(raw)) return null
  let sum = 0
  for (const [, number, unit] of raw.matchAll(DURATION_PART)) sum += Number(number) * (UNIT_MS[unit ?? ''] ?? 0)
  return sum
}

function instant(milliseconds: number): number | null {
  return Number.isFinite(milliseconds) && milliseconds >= 0 && milliseconds <= MAX_INSTANT
    ? Math.round(milliseconds)
    : null
}

/** A count in a header; null if it is absent or not a plain number. */
function parseCount(text: string | undefined): number | null {
  const raw = text?.trim() ?? ''
  return /^\d{1,15}$/.test(raw) ? Number(raw) : null
}

function limitOf(
  name: string,
  windowSeconds: number | null,
  now: number,
  raw: { limit: string | undefined; remaining: string | undefined; reset: string | undefined },
): RateLimit[] {
  const limit = parseCount(raw.limit)
  const remaining = parseCount(raw.remaining)
  if (limit === null && remaining === null) return []
  const resetsAt = raw.reset === undefined ? null : parseReset(raw.reset, now)
  return [{ name, limit, remaining, resetsAt, windowSeconds }]
}

/**
 * `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` of OpenAI and Groq. The windows differ and are not in the
 * headers: OpenAI mostly counts minutes but some request limits are per day (pass null: not known), Groq counts
 * requests per day and tokens per minute. The reset is when the bucket is full again, not when one request fits.
 */
export function readSplitRateLimits(
  headers: Headers,
  now: number,
  windows: { readonly requests: number | null; readonly tokens: number | null },
): RateLimit[] {
  return (['requests', 'tokens'] as const).flatMap((name) =>
    limitOf(name, windows[name], now, {
      limit: headers[`x-ratelimit-limit-${name}`],
      remaining: headers[`x-ratelimit-remaining-${name}`],
      reset: headers[`x-ratelimit-reset-${name}`],
    }),
  )
}

/**
 * `anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-*`: token buckets per minute. The remaining
 * tokens are rounded to thousands by the provider; plain `tokens` is the most restrictive limit in force.
 */
export function readAnthropicRateLimits(headers: Headers, now: number): RateLimit[] {
  const names = ['requests', 'tokens', 'input-tokens', 'output-tokens']
  return names.flatMap((name) =>
    limitOf(name, 60, now, {
      limit: headers[`anthropic-ratelimit-${name}-limit`],
      remaining: headers[`anthropic-ratelimit-${name}-remaining`],
      reset: headers[`anthropic-ratelimit-${name}-reset`],
    }),
  )
}

/** `x-ratelimit-{limit,remaining,reset}` with one number each: GitHub (hour, epoch seconds), OpenRouter (epoch milliseconds). */
export function readPlainRateLimits(
  headers: Headers,
  now: number,
  name: string,
  windowSeconds: number | null,
): RateLimit[] {
  return limitOf(name, windowSeconds, now, {
    limit: headers['x-ratelimit-limit'],
    remaining: headers['x-ratelimit-remaining'],
    reset: headers['x-ratelimit-reset'],
  })
}

/** Mistral: the window is in the name of the header (`x-ratelimit-limit-req-minute`) and there is no reset. */
export function readNamedWindowRateLimits(headers: Headers): RateLimit[] {
  const seconds: Readonly<Record<string, number>> = {
    second: 1,
    minute: 60,
    hour: 3_600,
    day: 86_400,
    month: 2_678_400,
  }
  const names: Readonly<Record<string, string>> = { req: 'requests', tokens: 'tokens' }
  return Object.entries(headers).flatMap(([header, value]) => {
    const [, short = '', unit = ''] =
      /^x-ratelimit-limit-(req|tokens)-(second|minute|hour|day|month)$/.exec(header) ?? []
    const name = names[short]
    if (name === undefined) return []
    const remaining = headers[`x-ratelimit-remaining-${short}-${unit}`]
    return limitOf(name, seconds[unit] ?? null, 0, { limit: value, remaining, reset: undefined })
  })
}

/** One window of Brave's comma lists. `limit` 0 means unlimited, never exhausted. */
interface BraveWindow {
  readonly limit: number
  readonly remaining: number | null
  readonly resetsAt: number | null
  readonly windowSeconds: number | null
}

/**
 * Brave's `X-RateLimit-*`: comma lists in which the entries of one place belong together. The window length comes
 * from `;w=` in the policy; without a policy the first entry is the second and the next one the month.
 * Shortest window first.
 */
export function readBraveWindows(headers: Headers, now: number): BraveWindow[] {
  const list = (name: string) => (headers[`x-ratelimit-${name}`] ?? '').split(',').map((entry) => entry.trim())
  const policies = list('policy')
  const [remaining, resets] = [list('remaining'), list('reset')]
  const windows = list('limit').flatMap((entry, index): BraveWindow[] => {
    const limit = parseCount(entry)
    if (limit === null) return []
    const width = /;\s*w\s*=\s*(\d{1,10})/.exec(policies[index] ?? '')?.[1]
    const reset = resets[index] ?? ''
    return [
      {
        limit,
        remaining: parseCount(remaining[index]),
        resetsAt: reset === '' ? null : parseReset(reset, now),
        windowSeconds: width === undefined ? ([1, 2_678_400][index] ?? null) : Number(width),
      },
    ]
  })
  return windows.sort((a, b) => (a.windowSeconds ?? 0) - (b.windowSeconds ?? 0))
}

/** Brave's windows as rate limits. An unlimited window has neither a limit nor something remaining. */
export function readBraveRateLimits(headers: Headers, now: number): RateLimit[] {
  return readBraveWindows(headers, now).map(({ limit, remaining, resetsAt, windowSeconds }) => ({
    name: 'requests',
    limit: limit === 0 ? null : limit,
    remaining: limit === 0 ? null : remaining,
    resetsAt,
    windowSeconds,
  }))
}
