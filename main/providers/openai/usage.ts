import { z } from 'zod'
import { type BucketReport, type BucketSource, bucketChain } from '../bucket-reports.ts'
import { fetchJson } from '../calls.ts'
import { noFigures } from '../facts.ts'
import type { Credential, UsageChain, UsageWindow } from '../provider.ts'
import { counterSchema, readAmount, readCurrency, splitWindow, wrongKey } from '../reports.ts'
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

/**
 * Requests and tokens of every usage kind by project, key and model (metered), and costs by project and line item,
 * from 2025-12-06 on also by key (billed). Every chain covers at most 31 days, which is one page, so that no page
 * waits for another. An empty bucket means "nothing known yet". Source: OpenAI API reference, usage and costs.
 */
export function planOpenAiUsage(credential: Credential, window: UsageWindow): UsageChain[] {
  if (credential.kind !== 'admin') throw wrongKey(NAME, 'Only an OpenAI admin key can be asked for usage and costs.')
  const source = sourceOf(credential)
  const usage = USAGE_KINDS.flatMap((kind) =>
    splitWindow(window, MAX_BUCKETS).map((part) => bucketChain(source, usageReport(kind), part)),
  )
  const before = { from: window.from, to: Math.min(window.to, COST_BY_KEY_FROM) }
  const since = { from: Math.max(window.from, COST_BY_KEY_FROM), to: window.to }
  const costs = [
    ...splitWindow(before, MAX_BUCKETS).map((part) => bucketChain(source, costReport(false), part)),
    ...splitWindow(since, MAX_BUCKETS).map((part) => bucketChain(source, costReport(true), part)),
  ]
  return [...costs, ...usage]
}

function usageReport(kind: string): BucketReport<typeof usageResultSchema> {
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

function costReport(byKey: boolean): BucketReport<typeof costResultSchema> {
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

function sourceOf(credential: Credential): BucketSource {
  return {
    provider: NAME,
    maxBuckets: MAX_BUCKETS,
    range: ({ from, to }) => ({ start_time: String(from / 1_000), end_time: String(to / 1_000) }),
    bucket: (result) =>
      z
        .object({ start_time: counterSchema, results: z.array(result) })
        .transform(({ start_time, results }) => ({ start: start_time * 1_000, results })),
    get: (path, context) =>
      fetchJson(credential, context, {
        provider: NAME,
        request: { method: 'GET', url: `${context.baseUrl}${path}`, headers: bearer(credential) },
        read: readOpenAi(credential),
        policy: openAiSyncPolicy,
      }),
  }
}
