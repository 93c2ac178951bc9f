import { firstHeader } from '../../shared/raw-headers.ts'
import type { RetrySchedule } from '../../shared/retry-schedules.ts'
import { httpDate, parseRetryAfter } from '../http/retry-after.ts'
import { type Answered, isAccepted } from './exchange.ts'

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
  if (schedule.obeysDeliveryHeader && firstHeader(answer.rawHeaders, 'webhook-delivery')?.trim() === 'abort-message')
    return true
  if (schedule.slackHeaders && firstHeader(answer.rawHeaders, 'x-slack-no-retry')?.trim() === '1') return true
  if (schedule.retriesClientErrors || status === null) return false
  return status >= 400 && status < 500 && status !== 408 && status !== 429
}

/** Whether the answer itself switches the endpoint off for good. */
export function switchesOff(schedule: RetrySchedule, answer: Answered): boolean {
  if (schedule.goneDisables && answer.status === 410) return true
  return schedule.obeysDeliveryHeader && firstHeader(answer.rawHeaders, 'webhook-delivery')?.trim() === 'disable'
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

/** Milliseconds the handler asks to wait: seconds or a date, which is read with its own clock. */
export function retryAfterMs(answer: Answered, now: number): number | null {
  if (isAccepted(answer)) return null
  const clock = httpDate(firstHeader(answer.rawHeaders, 'date') ?? '') ?? now
  const asked = parseRetryAfter(firstHeader(answer.rawHeaders, 'retry-after'), clock)
  return asked === null ? null : Math.min(asked, MOST_RETRY_AFTER_MS)
}
