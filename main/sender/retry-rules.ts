import type { RetrySchedule } from '../../shared/retry-schedules.ts'
import { type Answered, answerHeader, isAccepted } from './exchange.ts'

/** When the next attempt comes, and what decided it. */
export interface NextAttempt {
  readonly delayMs: number
  readonly because: 'schedule' | 'jitter' | 'Retry-After' | 'throttle'
}

/** A handler may ask for a later time, but not for one beyond the horizon of any sender. */
const MOST_RETRY_AFTER_MS = 7 * 24 * 3_600_000

/**
 * The pause before retry number `retry` (1 for the first), or null when there is none any more. `dice` is a number from
 * 0 up to and not including 1; `now` (epoch milliseconds) counts only where the handler sends no Date.
 */
export function nextAttempt(
  schedule: RetrySchedule,
  retry: number,
  answer: Answered,
  dice: number,
  now: number,
): NextAttempt | null {
  const base = schedule.delaysMs[retry - 1]
  if (base === undefined || isFinal(schedule, answer)) return null
  const [low, high] = schedule.jitter
  const delayMs = Math.round(base * (low + (high - low) * dice))
  let next: NextAttempt = { delayMs, because: low === high ? 'schedule' : 'jitter' }
  const throttles = answer.failure === 'timeout' || schedule.throttleStatuses.includes(answer.status ?? 0)
  if (throttles && next.delayMs < schedule.throttleMs) next = { delayMs: schedule.throttleMs, because: 'throttle' }
  const asked = schedule.retryAfter === 'ignored' ? null : retryAfterMs(answer, now)
  if (asked === null) return next
  // A sender that clamps takes the time instead of its own; the others only ever wait longer than they would.
  const least = schedule.retryAfter === 'clamped' ? Math.max(base, throttles ? schedule.throttleMs : 0) : next.delayMs
  const wanted = schedule.retryAfter === 'clamped' ? Math.min(asked, 2 * base) : asked
  if (schedule.retryAfter !== 'clamped' && wanted <= least) return next
  return { delayMs: Math.max(least, wanted), because: 'Retry-After' }
}

/** Whether the answer ends the deliveries of this event although retries are left. */
function isFinal(schedule: RetrySchedule, answer: Answered): boolean {
  const { status } = answer
  if (schedule.obeysDeliveryHeader && answerHeader(answer, 'webhook-delivery')?.trim() === 'abort-message') return true
  if (schedule.slackHeaders && answerHeader(answer, 'x-slack-no-retry')?.trim() === '1') return true
  if (schedule.retriesClientErrors || status === null) return false
  return status >= 400 && status < 500 && status !== 408 && status !== 429
}

/** Whether the answer itself switches the endpoint off for good. */
export function switchesOff(schedule: RetrySchedule, answer: Answered): boolean {
  if (schedule.goneDisables && answer.status === 410) return true
  return schedule.obeysDeliveryHeader && answerHeader(answer, 'webhook-delivery')?.trim() === 'disable'
}

/**
 * What a row of failures means for the endpoint: off until a time (of the virtual clock), off for good (`Infinity`), or
 * nothing (null). `failures` are those in a row, this one included.
 */
export function offAfterFailures(
  schedule: RetrySchedule,
  failures: number,
  answer: Answered,
  atMs: number,
): number | null {
  const { disableAfter, pauseMs } = schedule
  if (disableAfter === null || failures < disableAfter) return null
  const { status } = answer
  const isClientError = status !== null && status >= 400 && status < 500
  if (pauseMs === null || isClientError) return Number.POSITIVE_INFINITY
  const [first, most] = pauseMs
  return atMs + Math.min(first * 2 ** (failures - disableAfter), most)
}

/** Milliseconds the handler asks to wait: seconds (fractions rounded up) or a date, which is read with its own clock. */
export function retryAfterMs(answer: Answered, now: number): number | null {
  if (isAccepted(answer)) return null
  const text = answerHeader(answer, 'retry-after')?.trim() ?? ''
  if (/^\d{1,10}(\.\d{1,6})?$/.test(text)) return Math.min(Math.ceil(Number(text)) * 1_000, MOST_RETRY_AFTER_MS)
  const until = httpDate(text)
  if (until === null) return null
  const clock = httpDate(answerHeader(answer, 'date') ?? '') ?? now
  return Math.min(Math.max(0, until - clock), MOST_RETRY_AFTER_MS)
}

function httpDate(text: string): number | null {
  if (!/^[A-Z][a-z]{2,8}, .{10,40}$/.test(text)) return null
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : at
}

/** A number from 0 up to and not including 1 that is the same for the same seed and words, in whatever order it is drawn. */
export function drawn(seed: number, ...words: readonly (number | string)[]): number {
  let hash = 2_166_136_261
  for (const char of `${seed}|${words.join('|')}`) hash = Math.imul(hash ^ char.charCodeAt(0), 16_777_619)
  hash ^= hash >>> 16
  hash = Math.imul(hash, 2_246_822_507)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 3_266_489_909)
  hash ^= hash >>> 16
  return (hash >>> 0) / 4_294_967_296
}
