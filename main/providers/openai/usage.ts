import { z } from 'zod'
import { fetchJson } from '../calls.ts'
import type { CallContext, Credential, UsageChain, UsageFact, UsagePage, UsageWindow } from '../provider.ts'
import {
  counterSchema,
  DAY_MS,
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
import { bearer, NAME, openAiSyncPolicy, readOpenAi } from './answers.ts'

/**
 * The usage reports that count model requests. Left out on purpose: `vector_stores` and
 * `code_interpreter_sessions` count neither requests nor tokens, and the calls of `file_search_calls` and
 * `web_search_calls` are made by requests that `completions` counts already. What they all cost is in the costs.
 */
const USAGE_KINDS = ['completions', 'embeddings', 'moderations', 'images', 'audio_speeches', 'audio_transcriptions']

/** Daily buckets per page: more is refused by usage and silently cut to this by costs. */
const MAX_BUCKETS = 31
/** Costs before this day cannot be grouped by key: asking for it is answered with 400. 2025-12-06, 00:00 UTC. */
export const COST_BY_KEY_FROM = 1_764_979_200_000

const dimension = z.string().nullish()

const usageResultSchema = z.object({
  num_model_requests: counterSchema.nullish(),
  input_tokens: counterSchema.nullish(),
  output_tokens: counterSchema.nullish(),
  input_cached_tokens: counterSchema.nullish(),
  project_id: dimension,
  api_key_id: dimension,
  model: dimension,
})

const costResultSchema = z.object({
  /** A number by the specification, but text such as "12.50" has been seen. */
  amount: z.object({ value: z.union([z.number(), z.string()]), currency: z.string() }),
  line_item: dimension,
  project_id: dimension,
  api_key_id: dimension,
})

function pageSchema<T extends z.ZodType>(result: T) {
  return z.object({
    data: z.array(z.object({ start_time: counterSchema, results: z.array(result) })),
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

/**
 * Requests and tokens of every usage kind by project, key and model (metered), and costs by project and line item,
 * from 2025-12-06 on also by key (billed). Every chain covers at most 31 days, which is one page, so that no page
 * waits for another. An empty bucket means "nothing known yet". Source: OpenAI API reference, usage and costs.
 */
export function planOpenAiUsage(credential: Credential, window: UsageWindow): UsageChain[] {
  if (credential.kind !== 'admin') throw wrongKey(NAME, 'Only an OpenAI admin key can be asked for usage and costs.')
  const usage = USAGE_KINDS.flatMap((kind) =>
    splitWindow(window, MAX_BUCKETS).map((part) => chainOf(credential, part, usageReport(kind))),
  )
  const before = { from: window.from, to: Math.min(window.to, COST_BY_KEY_FROM) }
  const since = { from: Math.max(window.from, COST_BY_KEY_FROM), to: window.to }
  const costs = [
    ...splitWindow(before, MAX_BUCKETS).map((part) => chainOf(credential, part, costReport(false))),
    ...splitWindow(since, MAX_BUCKETS).map((part) => chainOf(credential, part, costReport(true))),
  ]
  return [...costs, ...usage]
}

function usageReport(kind: string): Report<typeof usageResultSchema> {
  return {
    report: `usage/${kind}`,
    path: `/organization/usage/${kind}`,
    groupBy: ['project_id', 'api_key_id', 'model'],
    result: usageResultSchema,
    // input_tokens holds the cached, text, audio and image tokens already: the details are never added to it.
    fact: (day, result) => ({
      ...noFigures,
      day,
      remoteKeyId: result.api_key_id ?? null,
      project: result.project_id ?? null,
      model: result.model ?? null,
      requests: result.num_model_requests ?? null,
      inputTokens: result.input_tokens ?? null,
      outputTokens: result.output_tokens ?? null,
      cachedInputTokens: result.input_cached_tokens ?? null,
      provenance: 'metered',
    }),
  }
}

function costReport(byKey: boolean): Report<typeof costResultSchema> {
  return {
    report: 'costs',
    path: '/organization/costs',
    groupBy: byKey ? ['project_id', 'line_item', 'api_key_id'] : ['project_id', 'line_item'],
    result: costResultSchema,
    fact: (day, result) => ({
      ...noFigures,
      day,
      remoteKeyId: result.api_key_id ?? null,
      project: result.project_id ?? null,
      lineItem: result.line_item ?? null,
      costNanos: readAmount(NAME, result.amount.value),
      currency: readCurrency(NAME, result.amount.currency),
      provenance: 'billed',
    }),
  }
}

function chainOf<T extends z.ZodType>(credential: Credential, part: UsageWindow, report: Report<T>): UsageChain {
  const query = new URLSearchParams({
    start_time: String(part.from / 1_000),
    end_time: String(part.to / 1_000),
    bucket_width: '1d',
    limit: String(MAX_BUCKETS),
  })
  for (const dimensionName of report.groupBy) query.append('group_by[]', dimensionName)
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
  const request = { method: 'GET', url: `${context.baseUrl}${identity}${page}`, headers: bearer(credential) } as const
  const value = await fetchJson(credential, context, {
    provider: NAME,
    request,
    read: readOpenAi(credential),
    policy: openAiSyncPolicy,
  })
  const body = readShape(NAME, pageSchema(report.result), value)
  const buckets = body.data
    .map((bucket) => ({ day: readDay(NAME, bucket.start_time * 1_000), results: bucket.results }))
    .filter(({ day }) => day >= part.from && day < part.to)
  return {
    facts: mergeFacts(buckets.flatMap(({ day, results }) => results.map((result) => report.fact(day, result)))),
    buckets: buckets.map(({ day }) => day),
    nextToken: trail.next(pageToken, body.has_more, body.next_page),
  }
}
