import type { RateLimit } from '../../shared/contract/keys.ts'
import { errorOf, fieldsOf, isErrorBody, outcome, textOf } from './answers.ts'
import {
  type Answer,
  fetchAnswer,
  type ReadAnswer,
  type RetryPolicy,
  syncPolicy,
  testKey,
  testPolicy,
  unrecognisedOutcome,
  withWords,
} from './calls.ts'
import { noFigures } from './facts.ts'
import type {
  CallContext,
  Credential,
  ProviderAdapter,
  UsageChain,
  UsagePage,
  UsageWindow,
  ValidationResult,
} from './provider.ts'
import { readBraveRateLimits, readBraveWindows } from './rate-limits.ts'
import { DAY_MS, dayOf } from './reports.ts'

const NAME = 'Brave Search'
const TEST_TIMEOUT_MS = 20_000
/** The start of a window is rounded to this: the reset is told in whole seconds, and the clocks are never the same. */
const WINDOW_STEP_MS = 3_600_000
/** A window at least this long is the plan's quota; shorter ones are throttles. */
const QUOTA_WINDOW_SECONDS = 86_400

/**
 * Brave's answers are told apart by `error.code` alone: a search without a query is refused with 422 both for a
 * good key (`VALIDATION`) and for a bad one (`SUBSCRIPTION_TOKEN_INVALID`), and `meta.component` says
 * "authentication" for a plan that lacks a feature too. Source: Brave Search API reference and answers seen in 2026.
 */
const readBrave: ReadAnswer = (answer) => {
  if (answer.status === 200 && !isErrorBody(answer.value)) return outcome('valid', 'The key works.')
  const error = errorOf(answer.value)
  const { words } = answer
  switch (textOf(error.code)) {
    case 'VALIDATION':
      return isTokenMissing(error)
        ? outcome('unknown', withWords('The key did not reach Brave.', words), {
            remedies: ['A proxy between Keyhold and Brave takes the header X-Subscription-Token away: let it through.'],
          })
        : outcome('valid', 'The key works.')
    case 'SUBSCRIPTION_TOKEN_INVALID':
      return outcome('invalid', withWords('Brave does not accept this key: it is wrong, or it was revoked.', words))
    case 'SUBSCRIPTION_NOT_FOUND':
      return outcome('blocked', withWords('There is no subscription behind this key.', words), {
        remedies: ['Subscribe to a plan in the Brave Search API dashboard, or use a key of one.'],
      })
    case 'OPTION_NOT_IN_PLAN':
      return outcome('valid_limited', withWords('The key works, but its plan does not include this.', words))
    case 'RATE_LIMITED':
      return outcome('rate_limited', withWords('The key works, but too many calls are made at the moment.', words), {
        rateLimits: limitsOfError(error),
      })
    case 'QUOTA_LIMITED':
      return outcome('no_credit', withWords('The key works, but the quota of the month is used up.', words), {
        rateLimits: limitsOfError(error),
        remedies: ['Wait until the quota starts over, or choose a larger plan in the Brave Search API dashboard.'],
      })
    default:
      return readByStatus(answer)
  }
}

/** 401 and 403 have not been seen from Brave itself; read with caution where something in between sends them. */
function readByStatus(answer: Answer): ValidationResult {
  if (answer.status === 401) {
    return outcome('invalid', withWords('The key was not accepted.', answer.words), { certain: false })
  }
  if (answer.status === 403) {
    return outcome('valid_limited', withWords('The key was refused this call.', answer.words), { certain: false })
  }
  return unrecognisedOutcome(NAME, answer)
}

function isTokenMissing(error: Readonly<Record<string, unknown>>): boolean {
  const { errors } = fieldsOf(error.meta)
  return Array.isArray(errors) && errors.some((entry) => namesToken(fieldsOf(entry).loc))
}

function namesToken(place: unknown): boolean {
  return Array.isArray(place) && place.some((part) => /^x-subscription-token$/i.test(String(part)))
}

/** The `meta` of a 429 has the counters for free. A limit of 0 is none. */
function limitsOfError(error: Readonly<Record<string, unknown>>): RateLimit[] {
  const meta = fieldsOf(error.meta)
  const windows = [
    ['rate_limit', 'rate_current', 1],
    ['quota_limit', 'quota_current', null],
  ] as const
  return windows.flatMap(([limitName, currentName, windowSeconds]): RateLimit[] => {
    const [limit, current] = [meta[limitName], meta[currentName]]
    if (typeof limit !== 'number' || typeof current !== 'number' || limit <= 0) return []
    return [{ name: 'requests', limit, remaining: Math.max(0, limit - current), resetsAt: null, windowSeconds }]
  })
}

/** A used-up quota lasts until the month ends; the throttle lasts a second. */
function withQuota(policy: RetryPolicy): RetryPolicy {
  const isQuota = ({ json }: Answer) => json.kind === 'json' && textOf(errorOf(json.value).code) === 'QUOTA_LIMITED'
  return { ...policy, retryable: (answer) => (isQuota(answer) ? 0 : policy.retryable(answer)) }
}

function braveHeaders(credential: Credential): Record<string, string> {
  return { 'x-subscription-token': credential.secret, accept: 'application/json' }
}

/** A search without a query: the key is checked before the parameters, and refused calls are not billed. */
async function validate(credential: Credential, context: CallContext): Promise<ValidationResult> {
  return testKey(credential, context, {
    provider: NAME,
    request: {
      method: 'GET',
      url: `${context.baseUrl}/web/search`,
      headers: braveHeaders(credential),
      timeoutMs: TEST_TIMEOUT_MS,
    },
    read: readBrave,
    rateLimits: readBraveRateLimits,
    policy: withQuota(testPolicy),
  })
}

/**
 * Brave has no report of usage or cost. The only figure is the counter in the headers of a real search, so this
 * makes one, **which is billed as one request**: a sync does it only for a key the operator named
 * (`usageIsBilled`).
 *
 * The counter runs from the start of the plan's window (about a month) to now and is not split into days. It is
 * given as one fact on the first day of that window, whichever days were asked for. Each later reading takes the place
 * of the earlier ones of the same window, also if its first day comes out as the one before or after. So a range that
 * holds that day has the true total of the window, a shorter one has nothing (which the diagnostics say), and nothing is
 * ever counted twice. Plans without a quota (limit 0) count nothing: no fact then.
 */
function planUsage(credential: Credential, _window: UsageWindow, context: CallContext): UsageChain[] {
  const today = dayOf(context.clock.now())
  return [
    {
      report: 'quota',
      identity: '/web/search?q=keyhold&count=1',
      // The counter says nothing about any single day but that it was read today.
      speaksFor: { from: today, to: today + DAY_MS },
      expectedPages: 1,
      optional: false,
      fetch: (_pageToken, context) => fetchCounter(credential, context),
    },
  ]
}

async function fetchCounter(credential: Credential, context: CallContext): Promise<UsagePage> {
  const answer = await fetchAnswer(credential, context, {
    provider: NAME,
    request: {
      method: 'GET',
      url: `${context.baseUrl}/web/search?q=keyhold&count=1`,
      headers: braveHeaders(credential),
    },
    // `VALIDATION` speaks for the key, but is no answer to a search that has a query.
    read: (read) => (read.status === 200 ? readBrave(read) : notAnswered(readBrave(read), read)),
    policy: withQuota(syncPolicy),
  })
  const nothing: UsagePage = { facts: [], buckets: [], nextToken: null }
  const quota = readBraveWindows(answer.headers, context.clock.now()).at(-1)
  if (quota === undefined || quota.limit === 0 || quota.remaining === null) return nothing
  if (quota.windowSeconds === null || quota.windowSeconds < QUOTA_WINDOW_SECONDS || quota.resetsAt === null) {
    return nothing
  }
  const windowMs = quota.windowSeconds * 1_000
  const start = Math.round((quota.resetsAt - windowMs) / WINDOW_STEP_MS) * WINDOW_STEP_MS
  const day = dayOf(start)
  const requests = Math.max(0, quota.limit - quota.remaining)
  const today = dayOf(context.clock.now())
  const half = Math.floor(windowMs / DAY_MS / 2)
  return {
    facts: [{ ...noFigures, day, requests, provenance: 'metered' }],
    buckets: [today],
    // Less than the way to where the windows before and after begin.
    replaces: { from: day - half * DAY_MS, to: day + (half + 1) * DAY_MS },
    nextToken: null,
  }
}

function notAnswered(result: ValidationResult, answer: Answer): ValidationResult {
  return result.outcome === 'valid' ? unrecognisedOutcome(NAME, answer) : result
}

export const braveAdapter: ProviderAdapter = {
  id: 'brave',
  validate,
  planUsage,
  usageIsBilled: true,
  usageReach: () => 0,
}
