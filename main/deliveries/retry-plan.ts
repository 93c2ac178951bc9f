import type { RetryPolicy } from '../../shared/contract/deliveries.ts'
import { throwDice } from '../../shared/dice.ts'
import { retrySchedules } from '../../shared/retry-schedules.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

interface Plan {
  /** Before each retry, after the attempt before it. */
  readonly delaysMs: readonly number[]
  readonly jitter: readonly [number, number]
  /** Longest wait that a Retry-After may ask for. */
  readonly longestMs: number
}

const standard = retrySchedules['standard-webhooks']

const plans: Record<RetryPolicy, Plan> = {
  none: { delaysMs: [], jitter: [1, 1], longestMs: 0 },
  /** For a handler somebody is working on at this moment. */
  quick: { delaysMs: [5 * second, 30 * second, 2 * minute], jitter: [1, 1], longestMs: 10 * minute },
  standard: { delaysMs: standard.delaysMs, jitter: standard.jitter, longestMs: 24 * hour },
}

/**
 * Milliseconds until the next attempt after `made` of them, or null when that was the last. A Retry-After (in
 * milliseconds, or null) makes it later, never earlier, and not later than the policy bears. The jitter of `standard`
 * follows from the captured request, so that a restart does not roll the dice again.
 */
export function retryDelay(
  policy: RetryPolicy,
  made: number,
  captureId: number,
  retryAfter: number | null,
): number | null {
  const plan = plans[policy]
  const delay = plan.delaysMs[made - 1]
  if (delay === undefined) return null
  const [low, high] = plan.jitter
  const spread = delay * (low + (high - low) * throwDice(captureId, made))
  return Math.round(Math.max(spread, Math.min(retryAfter ?? 0, plan.longestMs)))
}
