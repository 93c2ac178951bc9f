import {
  type RetrySchedule,
  type RetryScheduleId,
  retryScheduleIds,
  retrySchedules,
} from '../../../shared/retry-schedules.ts'
import type { SchemeId } from '../../../shared/webhook-schemes.ts'
import { countOf, spanText } from '../../../shared/words.ts'

interface ScheduleFact {
  readonly label: string
  readonly text: string
}

export const scheduleOptions = retryScheduleIds.map((id) => ({ value: id, label: retrySchedules[id].name }))

/** The schedule of whoever signs like this; the one of Standard Webhooks where it is not known. */
export function scheduleOf(scheme: SchemeId | null): RetryScheduleId {
  const [sender = ''] = (scheme ?? '').split('-')
  return retryScheduleIds.find((id) => id === scheme || id === sender) ?? 'standard-webhooks'
}

/** What a sender does when a delivery fails, point by point; only what it really does. */
export function scheduleFacts(schedule: RetrySchedule): ScheduleFact[] {
  const { delaysMs, timeoutMs, jitter, retryAfter, throttleMs, throttleStatuses } = schedule
  const facts: ScheduleFact[] = []
  const lastMs = delaysMs.reduce((sum, delay) => sum + delay, 0)
  facts.push({
    label: 'Attempts',
    text:
      delaysMs.length === 0
        ? '1, and no retry'
        : `${delaysMs.length + 1}, the last ${spanText(lastMs)} after the first`,
  })
  if (delaysMs.length > 0) facts.push({ label: 'Pauses', text: pausesText(delaysMs) })
  facts.push({ label: 'Waits for', text: `${spanText(timeoutMs)} until it gives up on an answer` })
  const [low, high] = jitter
  if (low !== high) facts.push({ label: 'Jitter', text: `Each pause times ${low} to ${high}, drawn anew` })
  if (delaysMs.length > 0) facts.push({ label: 'Retry-After', text: retryAfterTexts[retryAfter] })
  if (throttleMs > 0) {
    facts.push({
      label: 'Slows down',
      text: `At least ${spanText(throttleMs)} after a timeout${throttleStatuses.length === 0 ? '' : ` or ${listed(throttleStatuses)}`}`,
    })
  }
  if (!schedule.retriesClientErrors) {
    facts.push({ label: 'Gives up', text: 'At once after 4xx, except 408 and 429' })
  }
  const off = offTexts(schedule)
  if (off.length > 0) facts.push({ label: 'Switches off', text: sentence(off.join('; ')) })
  if (schedule.obeysDeliveryHeader) {
    facts.push({ label: 'Obeys', text: 'webhook-delivery: disable, and abort-message' })
  }
  if (schedule.slackHeaders) {
    facts.push({
      label: 'Sends along',
      text: 'X-Slack-Retry-Num and X-Slack-Retry-Reason; X-Slack-No-Retry: 1 ends it',
    })
  }
  return facts
}

const retryAfterTexts: Record<RetrySchedule['retryAfter'], string> = {
  honoured: 'Honoured: the next attempt comes no sooner than asked',
  clamped: 'Heeded from the pause itself to twice as long',
  ignored: 'Not heeded',
}

/** "5 min, 30 min, 2 h, 12 h four times": the same pause in a row is said once. */
function pausesText(delaysMs: readonly number[]): string {
  const runs: { delay: number; times: number }[] = []
  for (const delay of delaysMs) {
    const last = runs.at(-1)
    if (last?.delay === delay) last.times += 1
    else runs.push({ delay, times: 1 })
  }
  return runs
    .map(({ delay, times }) => {
      const text = delay === 0 ? 'at once' : spanText(delay)
      return times === 1 ? text : `${times} times ${text}`
    })
    .join(', ')
}

function offTexts({ goneDisables, disableAfter, pauseMs, exhaustedDisables }: RetrySchedule): string[] {
  const texts: string[] = []
  if (goneDisables) texts.push('after 410')
  if (exhaustedDisables) texts.push('when the last retry of an event failed')
  if (disableAfter !== null) {
    const pause = pauseMs === null ? '' : `, for ${spanText(pauseMs[0])} at first unless it was a 4xx`
    texts.push(`after ${countOf(disableAfter, 'failure')} in a row${pause}`)
  }
  return texts
}

function listed(statuses: readonly number[]): string {
  return statuses.length < 2 ? statuses.join('') : `${statuses.slice(0, -1).join(', ')} or ${statuses.at(-1)}`
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
