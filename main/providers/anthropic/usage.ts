import { z } from 'zod'
import { type Answer, fetchJson } from '../calls.ts'
import type { CallContext, Credential, UsageChain, UsageFact, UsagePage, UsageWindow } from '../provider.ts'
import {
  counterSchema,
  DAY_MS,
  dayOf,
  mergeFacts,
  noFigures,
  PageTrail,
  readAmount,
  readCurrency,
  readDay,
  readShape,
  splitWindow,
  wrongKey,
} from '../reports.ts'
import { anthropicHeaders, anthropicSyncPolicy, NAME, readAnthropic } from './answers.ts'
import { DEFAULT_WORKSPACE } from './keys.ts'

const MAX_BUCKETS = 31
/** Costs of a day appear about a day late; a range without a complete day is refused. */
const COST_LAG_DAYS = 3
/** Amounts are decimal text in cents: the point moves two places to dollars. */
const CENTS = -2

const dimension = z.string().nullish()

const usageResultSchema = z.object({
  uncached_input_tokens: counterSchema,
  cache_creation: z
    .object({ ephemeral_5m_input_tokens: counterSchema.nullish(), ephemeral_1h_input_tokens: counterSchema.nullish() })
    .nullish(),
  cache_read_input_tokens: counterSchema,
  output_tokens: counterSchema,
  api_key_id: dimension,
  workspace_id: dimension,
  model: dimension,
})

const costResultSchema = z.object({
  amount: z.union([z.string(), z.number()]),
  currency: z.string(),
  workspace_id: dimension,
  description: dimension,
  model: dimension,
})

function pageSchema<T extends z.ZodType>(result: T) {
  return z.object({
    data: z.array(z.object({ starting_at: z.string(), results: z.array(result) })),
    has_more: z.boolean(),
    next_page: z.string().nullish(),
  })
}

interface Report<T extends z.ZodType> {
  readonly report: string
  readonly path: string
  readonly groupBy: readonly string[]
  readonly result: T
  readonly fact: (day: number, result: z.output<T>) => UsageFact
}

/** Total input is the uncached, the cache-writing (nested) and the cache-reading tokens. Requests are not reported. */
const usageReport: Report<typeof usageResultSchema> = {
  report: 'usage/messages',
  path: '/organizations/usage_report/messages',
  groupBy: ['api_key_id', 'workspace_id', 'model'],
  result: usageResultSchema,
  fact: (day, result) => ({
    ...noFigures,
    day,
    remoteKeyId: result.api_key_id ?? null,
    project: result.workspace_id ?? DEFAULT_WORKSPACE,
    model: result.model ?? null,
    inputTokens:
      result.uncached_input_tokens +
      (result.cache_creation?.ephemeral_5m_input_tokens ?? 0) +
      (result.cache_creation?.ephemeral_1h_input_tokens ?? 0) +
      result.cache_read_input_tokens,
    outputTokens: result.output_tokens,
    cachedInputTokens: result.cache_read_input_tokens,
    provenance: 'metered',
  }),
}

const costReport: Report<typeof costResultSchema> = {
  report: 'costs',
  path: '/organizations/cost_report',
  groupBy: ['workspace_id', 'description'],
  result: costResultSchema,
  fact: (day, result) => ({
    ...noFigures,
    day,
    project: result.workspace_id ?? DEFAULT_WORKSPACE,
    model: result.model ?? null,
    lineItem: result.description ?? null,
    costNanos: readAmount(NAME, result.amount, CENTS),
    currency: readCurrency(NAME, result.currency),
    provenance: 'billed',
  }),
}

/**
 * Tokens by key, workspace and model (metered) and costs by workspace and description (billed; Anthropic does not
 * split costs by key, and leaves Priority Tier out). Both reports are grouped by workspace, so an absent workspace
 * is the default one; an absent key is traffic without an API key (Console, OAuth). Chains of at most 31 days, one
 * page each. Source: Claude API documentation, Usage and Cost API.
 */
export function planAnthropicUsage(credential: Credential, window: UsageWindow, context: CallContext): UsageChain[] {
  if (credential.kind !== 'admin') {
    throw wrongKey(NAME, 'Only an Anthropic admin key can be asked for usage and costs.')
  }
  const complete = dayOf(context.clock.now()) - COST_LAG_DAYS * DAY_MS
  const costWindow = { from: Math.min(window.from, complete), to: window.to }
  return [
    ...splitWindow(costWindow, MAX_BUCKETS).map((part) => chainOf(credential, part, costReport)),
    ...splitWindow(window, MAX_BUCKETS).map((part) => chainOf(credential, part, usageReport)),
  ]
}

function chainOf<T extends z.ZodType>(credential: Credential, part: UsageWindow, report: Report<T>): UsageChain {
  const query = new URLSearchParams({
    starting_at: rfc3339(part.from),
    ending_at: rfc3339(part.to),
    bucket_width: '1d',
    limit: String(MAX_BUCKETS),
  })
  for (const name of report.groupBy) query.append('group_by[]', name)
  const identity = `${report.path}?${query}`
  const days = Math.round((part.to - part.from) / DAY_MS)
  const trail = new PageTrail(NAME, days * 2 + 10)
  return {
    report: report.report,
    identity,
    speaksFor: part,
    expectedPages: Math.ceil(days / MAX_BUCKETS),
    optional: false,
    fetch: (pageToken, context) => fetchPage(credential, context, { part, report, identity, trail, pageToken }),
  }
}

function rfc3339(instant: number): string {
  return new Date(instant).toISOString().replace('.000Z', 'Z')
}

async function fetchPage<T extends z.ZodType>(
  credential: Credential,
  context: CallContext,
  chain: {
    readonly part: UsageWindow
    readonly report: Report<T>
    readonly identity: string
    readonly trail: PageTrail
    readonly pageToken: string | null
  },
): Promise<UsagePage> {
  const { part, report, identity, trail, pageToken } = chain
  const page = pageToken === null ? '' : `&page=${encodeURIComponent(pageToken)}`
  const value = await fetchJson(credential, context, {
    provider: NAME,
    request: {
      method: 'GET',
      url: `${context.baseUrl}${identity}${page}`,
      headers: anthropicHeaders(credential),
    },
    read: readAnthropic(credential),
    policy: anthropicSyncPolicy,
    accept: (answer) => (isNothingComplete(answer) ? { data: [], has_more: false } : undefined),
  })
  const body = readShape(NAME, pageSchema(report.result), value)
  const buckets = body.data
    .map((bucket) => ({ day: readDay(NAME, Date.parse(bucket.starting_at)), results: bucket.results }))
    .filter(({ day }) => day >= part.from && day < part.to)
  return {
    facts: mergeFacts(buckets.flatMap(({ day, results }) => results.map((result) => report.fact(day, result)))),
    buckets: buckets.map(({ day }) => day),
    nextToken: trail.next(pageToken, body.has_more, body.next_page),
  }
}

/** How Anthropic says that no day of the range is complete yet. Nothing is known then; nothing has failed. */
function isNothingComplete(answer: Answer): boolean {
  return answer.status === 400 && /ending date must be after starting date/i.test(answer.words ?? '')
}
