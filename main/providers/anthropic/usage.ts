import { z } from 'zod'
import { type BucketReport, type BucketSource, bucketChain } from '../bucket-reports.ts'
import { type Answer, fetchJson } from '../calls.ts'
import { noFigures } from '../facts.ts'
import type { CallContext, Credential, UsageChain, UsageWindow } from '../provider.ts'
import { counterSchema, DAY_MS, dayOf, readAmount, readCurrency, splitWindow, wrongKey } from '../reports.ts'
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

/** Total input is the uncached, the cache-writing (nested) and the cache-reading tokens. Requests are not reported. */
const usageReport: BucketReport<typeof usageResultSchema> = {
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

const costReport: BucketReport<typeof costResultSchema> = {
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
  const source = sourceOf(credential)
  const complete = dayOf(context.clock.now()) - COST_LAG_DAYS * DAY_MS
  const costWindow = { from: Math.min(window.from, complete), to: window.to }
  return [
    ...splitWindow(costWindow, MAX_BUCKETS).map((part) => bucketChain(source, costReport, part)),
    ...splitWindow(window, MAX_BUCKETS).map((part) => bucketChain(source, usageReport, part)),
  ]
}

function sourceOf(credential: Credential): BucketSource {
  return {
    provider: NAME,
    maxBuckets: MAX_BUCKETS,
    range: ({ from, to }) => ({ starting_at: rfc3339(from), ending_at: rfc3339(to) }),
    bucket: (result) =>
      z
        .object({ starting_at: z.string(), results: z.array(result) })
        .transform(({ starting_at, results }) => ({ start: Date.parse(starting_at), results })),
    get: (path, context) =>
      fetchJson(credential, context, {
        provider: NAME,
        request: { method: 'GET', url: `${context.baseUrl}${path}`, headers: anthropicHeaders(credential) },
        read: readAnthropic(credential),
        policy: anthropicSyncPolicy,
        accept: (answer) => (isNothingComplete(answer) ? { data: [], has_more: false } : undefined),
      }),
  }
}

function rfc3339(instant: number): string {
  return new Date(instant).toISOString().replace('.000Z', 'Z')
}

/** How Anthropic says that no day of the range is complete yet. Nothing is known then; nothing has failed. */
function isNothingComplete(answer: Answer): boolean {
  return answer.status === 400 && /ending date must be after starting date/i.test(answer.words ?? '')
}
