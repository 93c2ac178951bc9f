import { z } from 'zod'
import type { KeyKind } from '../../../shared/providers.ts'
import { badAnswer, fetchJson } from '../calls.ts'
import { mergeFacts, noFigures } from '../facts.ts'
import type { CallContext, Credential, UsageChain, UsageFact, UsagePage, UsageWindow } from '../provider.ts'
import { counterSchema, DAY_MS, dayOf, isoDay, readAmount, readShape } from '../reports.ts'
import { bearer, keyInfoSchema, NAME, readOpenRouter } from './answers.ts'

/** `/activity` knows the last thirty complete UTC days and nothing older. */
const ACTIVITY_DAYS = 30

const activitySchema = z.object({
  data: z.array(
    z.object({
      /** "2026-09-01", in some answers followed by a time. */
      date: z.string().regex(/^\d{4}-\d\d-\d\d/),
      model: z.string(),
      requests: counterSchema,
      prompt_tokens: counterSchema,
      completion_tokens: counterSchema,
      /** US dollars. What was paid elsewhere with an own key (`byok_usage_inference`) is not in it. */
      usage: z.number(),
    }),
  ),
})
type Activity = z.output<typeof activitySchema>['data'][number]

/** The complete days of `/activity` and today; any other key only tells what it has spent today. */
export function openRouterReach(kind: KeyKind): number {
  return kind === 'admin' ? ACTIVITY_DAYS + 1 : 1
}

/**
 * With a management key: requests, tokens and cost of the whole account by model (billed), the last thirty complete
 * days in one answer and today in another. OpenRouter does not split it by key, and older days are gone.
 *
 * With any other key: what that key has spent today, from its own counter (metered, so that it is never added to
 * the account's bill). Requests and tokens are not told. Days before today cannot be asked for any more.
 *
 * Source: OpenRouter API reference, activity and current key.
 */
export function planOpenRouterUsage(credential: Credential, window: UsageWindow, context: CallContext): UsageChain[] {
  const today = dayOf(context.clock.now())
  const onlyToday = { from: today, to: today + DAY_MS }
  const hasToday = window.from <= today && today < window.to
  if (credential.kind !== 'admin') {
    return hasToday
      ? [onePage('key', `/key#${isoDay(today)}`, onlyToday, (call) => keyCounter(credential, today, call))]
      : []
  }
  const complete = { from: Math.max(window.from, today - ACTIVITY_DAYS * DAY_MS), to: Math.min(window.to, today) }
  const chains: UsageChain[] = []
  if (complete.from < complete.to) {
    const identity = `/activity#${isoDay(complete.from)}/${isoDay(complete.to)}`
    chains.push(onePage('activity', identity, complete, (call) => activity(credential, '/activity', complete, call)))
  }
  if (hasToday) {
    const path = `/activity?date=${isoDay(today)}`
    chains.push(onePage('activity', path, onlyToday, (call) => activity(credential, path, onlyToday, call)))
  }
  return chains
}

function onePage(
  report: string,
  identity: string,
  speaksFor: UsageWindow,
  fetch: (context: CallContext) => Promise<UsagePage>,
): UsageChain {
  return { report, identity, speaksFor, expectedPages: 1, optional: false, fetch: (_token, context) => fetch(context) }
}

async function activity(
  credential: Credential,
  path: string,
  window: UsageWindow,
  context: CallContext,
): Promise<UsagePage> {
  const value = await get(credential, path, context)
  const rows = readShape(NAME, activitySchema, value).data.map((row) => ({ day: readDate(row.date), row }))
  const wanted = rows.filter(({ day }) => day >= window.from && day < window.to)
  const days = Math.round((window.to - window.from) / DAY_MS)
  return {
    facts: mergeFacts(wanted.map(({ day, row }) => factOf(day, row))),
    // The answer speaks for every day asked for: one without rows had no activity up to now.
    buckets: Array.from({ length: days }, (_, index) => window.from + index * DAY_MS),
    nextToken: null,
  }
}

function readDate(date: string): number {
  const day = Date.parse(`${date.slice(0, 10)}T00:00:00Z`)
  if (!Number.isFinite(day)) throw badAnswer(NAME, `a day that does not exist (${date.slice(0, 10)})`)
  return day
}

function factOf(day: number, row: Activity): UsageFact {
  return {
    ...noFigures,
    day,
    model: row.model,
    requests: row.requests,
    inputTokens: row.prompt_tokens,
    outputTokens: row.completion_tokens,
    costNanos: readAmount(NAME, row.usage),
    currency: 'USD',
    provenance: 'billed',
  }
}

async function keyCounter(credential: Credential, today: number, context: CallContext): Promise<UsagePage> {
  const { data } = readShape(NAME, keyInfoSchema, await get(credential, '/key', context))
  const spent = data.usage_daily
  if (spent === null || spent === undefined) return { facts: [], buckets: [], nextToken: null }
  const costNanos = readAmount(NAME, spent)
  const fact: UsageFact = { ...noFigures, day: today, costNanos, currency: 'USD', provenance: 'metered' }
  return { facts: [fact], buckets: [today], nextToken: null }
}

function get(credential: Credential, path: string, context: CallContext): Promise<unknown> {
  return fetchJson(credential, context, {
    provider: NAME,
    request: { method: 'GET', url: `${context.baseUrl}${path}`, headers: bearer(credential) },
    read: readOpenRouter,
  })
}
