/**
 * How real senders retry, as data. Delays and deadlines in milliseconds. Where a vendor does not say something, `note`
 * says that it is not documented and what was assumed.
 */
export interface RetrySchedule {
  readonly name: string
  /** Delay before each retry after the attempt before it. The number of attempts is one more. */
  readonly delaysMs: readonly number[]
  /** The sender gives up waiting for an answer after this. */
  readonly timeoutMs: number
  /** Each delay is multiplied by a number drawn from this range. */
  readonly jitter: readonly [number, number]
  /**
   * A Retry-After of the handler moves the next attempt. `honoured`: it comes no sooner than asked. `clamped`: to at
   * least the delay and at most twice it.
   */
  readonly retryAfter: 'honoured' | 'clamped' | 'ignored'
  /** After a timeout, or one of `throttleStatuses`, the delay is at least this. */
  readonly throttleMs: number
  readonly throttleStatuses: readonly number[]
  /** 410 ends it and switches the endpoint off. */
  readonly goneDisables: boolean
  /** Attempts that fail in a row, of all events, before the endpoint is switched off, or null. */
  readonly disableAfter: number | null
  /**
   * After `disableAfter` failures of which the last was not a 4xx, the endpoint is off only for the first time given,
   * which doubles with every further failure up to the second. Null: it stays off.
   */
  readonly pauseMs: readonly [first: number, most: number] | null
  /** An event whose last retry failed switches the endpoint off. */
  readonly exhaustedDisables: boolean
  /** Whether 4xx answers other than 408 and 429 are tried again. */
  readonly retriesClientErrors: boolean
  /** Whether the answer's header `webhook-delivery: disable` or `abort-message` is obeyed. */
  readonly obeysDeliveryHeader: boolean
  /** Slack's headers: number and reason of a retry are sent along, and `X-Slack-No-Retry: 1` ends it. */
  readonly slackHeaders: boolean
  /** A sentence about what is particular, and what is not documented. */
  readonly note: string
}

export const retryScheduleIds = [
  'standard-webhooks',
  'svix',
  'stripe',
  'shopify',
  'slack',
  'zoom',
  'github',
  'gitlab',
  'convoy',
  'outpost',
  'hook0',
] as const
export type RetryScheduleId = (typeof retryScheduleIds)[number]

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

const usual = {
  jitter: [1, 1],
  retryAfter: 'ignored',
  throttleMs: 0,
  throttleStatuses: [],
  goneDisables: false,
  disableAfter: null,
  pauseMs: null,
  exhaustedDisables: false,
  retriesClientErrors: true,
  obeysDeliveryHeader: false,
  slackHeaders: false,
} as const satisfies Partial<RetrySchedule>

function repeated(delayMs: number, times: number): number[] {
  return Array.from({ length: times }, () => delayMs)
}

export const retrySchedules: Record<RetryScheduleId, RetrySchedule> = {
  /** Source: Standard Webhooks 1.0.0. Last attempt at 75 h 35 m 05 s. */
  'standard-webhooks': {
    ...usual,
    name: 'Standard Webhooks',
    delaysMs: [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour],
    timeoutMs: 20 * second,
    jitter: [0.9, 1.1],
    retryAfter: 'honoured',
    throttleMs: minute,
    throttleStatuses: [429, 502, 504],
    goneDisables: true,
    obeysDeliveryHeader: true,
    note: 'The example schedule of the specification: ten attempts over three days. It asks for jitter and for 15 to 30 seconds of patience without a figure; 10 % and 20 seconds are assumed. The header webhook-delivery is a draft.',
  },
  /** Source: svix-webhooks server, configuration and worker. Last attempt at 27 h 35 m 05 s. */
  svix: {
    ...usual,
    name: 'Svix',
    delaysMs: [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour],
    timeoutMs: 30 * second,
    jitter: [0.8, 1.2],
    retryAfter: 'clamped',
    throttleMs: minute,
    throttleStatuses: [429],
    obeysDeliveryHeader: true,
    note: 'Eight attempts. 410 is a failure like any other. An endpoint is switched off only after 120 hours of failures, which no single event reaches.',
  },
  /** Source: Stripe's documentation, which gives the three days and no intervals. */
  stripe: {
    ...usual,
    name: 'Stripe',
    delaysMs: [5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, ...repeated(12 * hour, 4)],
    timeoutMs: 30 * second,
    note: 'Up to three days with growing pauses in live mode. The pauses, the deadline for the answer, Retry-After and 410 are not documented: the pauses and 30 seconds here are assumed.',
  },
  /** Source: Shopify's documentation since September 2024. */
  shopify: {
    ...usual,
    name: 'Shopify',
    delaysMs: [1, 2, 4, 8, 16, 32, 64, 113].map((minutes) => minutes * minute),
    timeoutMs: 5 * second,
    exhaustedDisables: true,
    note: 'Eight retries within four hours, then the subscription is removed. The single pauses are not documented: doubling ones are assumed. Retry-After is not documented.',
  },
  /** Source: Slack's documentation of the Events API. */
  slack: {
    ...usual,
    name: 'Slack',
    delaysMs: [0, minute, 5 * minute],
    timeoutMs: 3 * second,
    slackHeaders: true,
    note: 'Three seconds for the answer; retries at once, after a minute and after five. Answer with X-Slack-No-Retry: 1 to stop them. Retry-After is not documented.',
  },
  /** Source: Zoom's developer support, "Webhook delays": each pause counts from the attempt before it. */
  zoom: {
    ...usual,
    name: 'Zoom',
    delaysMs: [5 * minute, 20 * minute, 60 * minute],
    timeoutMs: 3 * second,
    note: 'Three seconds for the answer, three retries. Retry-After and 410 are not documented.',
  },
  /** Source: GitHub's documentation, "Handling failed webhook deliveries". */
  github: {
    ...usual,
    name: 'GitHub',
    delaysMs: [],
    timeoutMs: 10 * second,
    note: 'GitHub does not retry: a delivery that fails stays failed until it is redelivered by hand or through the API, for three days.',
  },
  /** Source: GitLab's documentation, "Auto-disabled webhooks". */
  gitlab: {
    ...usual,
    name: 'GitLab',
    delaysMs: [],
    timeoutMs: 10 * second,
    disableAfter: 4,
    pauseMs: [minute, 24 * hour],
    note: 'Events are not retried. After four failures in a row the webhook is off: for a minute, doubling up to a day, when it was not a 4xx; for good when it was. Events of that time are lost.',
  },
  /** Source: convoy, default retry configuration: linear. */
  convoy: {
    ...usual,
    name: 'Convoy (default)',
    delaysMs: repeated(100 * second, 10),
    timeoutMs: 30 * second,
    note: 'Ten retries, 100 seconds apart. The deadline for the answer is set per endpoint; 30 seconds are assumed. The circuit breaker is not imitated; Retry-After is not documented.',
  },
  /** Source: outpost, internal/config: base 30 s, ten retries, delivery timeout 5 s. Last attempt at 8 h 31 m 30 s. */
  outpost: {
    ...usual,
    name: 'Outpost (default)',
    delaysMs: Array.from({ length: 10 }, (_, retry) => 30 * second * 2 ** retry),
    timeoutMs: 5 * second,
    note: 'Ten retries, doubling from 30 seconds. Switching off after 100 failures in a row is off by default and not imitated; Retry-After and jitter are not documented.',
  },
  /**
   * Source: hook0, output-worker/src/retry.rs (3 s to 10 h, then 10 h each) and its documentation (24 attempts, which
   * 4xx are final). A newer page of theirs describes two phases of 30 retries instead.
   */
  hook0: {
    ...usual,
    name: 'Hook0',
    delaysMs: [
      ...[3, 10, 180, 1_800, 3_600, 10_800, 18_000].map((seconds) => seconds * second),
      ...repeated(10 * hour, 16),
    ],
    timeoutMs: 30 * second,
    retriesClientErrors: false,
    note: 'Twenty-four attempts over a week. Their documentation says that 4xx other than 408 and 429 are final. The deadline for the answer, jitter and Retry-After are not documented: 30 seconds and no jitter are assumed.',
  },
}
