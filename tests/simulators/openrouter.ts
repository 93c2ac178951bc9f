import {
  hexBody,
  type ServerOptions,
  type SimulatedAnswer,
  type SimulatedRequest,
  type Simulator,
  seededNumber,
  startSimulator,
} from './server.ts'

const DAY = 86_400_000
const PAGE = 40
const KEY_COUNT = 90

function key(label: string): string {
  return `sk-or-v1-${hexBody(`openrouter-${label}`, 64)}`
}

/** One key per situation. The kinds look alike: only `/key` tells them apart. */
const openRouterKeys = {
  management: key('management'),
  /** Still told by the old field `is_provisioning_key`. */
  provisioning: key('provisioning'),
  /** 12.5 of 20 dollars left, 0.75 spent today. */
  standard: key('standard'),
  unlimited: key('unlimited'),
  usedUp: key('used-up'),
  revoked: key('revoked'),
  noCredit: key('no-credit'),
  rateLimited: key('rate-limited'),
} as const
export type OpenRouterKeyName = keyof typeof openRouterKeys

interface OpenRouterOptions extends ServerOptions {
  readonly seed?: number
  readonly now?: () => number
}

interface OpenRouterTotals {
  readonly requests: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costNanos: bigint
}

export interface OpenRouterSimulator extends Simulator {
  readonly keys: typeof openRouterKeys
  /** What a complete and correct sync of the window adds up to; nothing is known beyond thirty complete days. */
  totals(from: number, to: number): OpenRouterTotals
}

/**
 * A server that behaves as the OpenRouter API does: `/key`, `/credits`, `/keys` (by offset, until a page is empty)
 * and `/activity` (thirty complete UTC days, today only when asked for by date; several rows per day and model, one
 * for each endpoint). Money is in dollars.
 */
export async function startOpenRouterSimulator(options: OpenRouterOptions = {}): Promise<OpenRouterSimulator> {
  const seed = options.seed ?? 1
  const now = options.now ?? Date.now
  const server = await startSimulator('/api/v1', options, (request) => answerOpenRouter(seed, now(), request))
  return Object.assign(server, {
    keys: openRouterKeys,
    totals: (from: number, to: number) => addUp(seed, now(), from, to),
  })
}

function fail(code: number, message: string, headers?: Record<string, string>): SimulatedAnswer {
  return { status: code, body: { error: { code, message } }, ...(headers ? { headers } : {}) }
}

function answerOpenRouter(seed: number, now: number, request: SimulatedRequest): SimulatedAnswer {
  const secret = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  const name = (Object.keys(openRouterKeys) as OpenRouterKeyName[]).find((known) => openRouterKeys[known] === secret)
  return { ...answerKey(seed, now, request, name), key: name ?? null }
}

function answerKey(
  seed: number,
  now: number,
  { path, query }: SimulatedRequest,
  name: OpenRouterKeyName | undefined,
): SimulatedAnswer {
  if (name === undefined || name === 'revoked') return fail(401, 'User not found.')
  if (name === 'noCredit') return fail(402, 'Insufficient credits.')
  if (name === 'rateLimited') {
    const headers = {
      'x-ratelimit-limit': '20',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(now + 60_000),
    }
    return fail(429, 'Rate limit exceeded: free-models-per-min.', headers)
  }
  const isManagement = name === 'management' || name === 'provisioning'
  if (path === '/key') return { status: 200, body: { data: keyInfo(name) } }
  if (!['/credits', '/keys', '/activity'].includes(path)) return fail(404, 'Not found')
  if (!isManagement) return fail(403, 'Only management keys can perform this operation')
  if (path === '/credits') return { status: 200, body: { data: { total_credits: 100.5, total_usage: 25.75 } } }
  return path === '/keys' ? keyList(query) : activity(seed, now, query)
}

function keyInfo(name: OpenRouterKeyName) {
  const limited = name === 'standard' || name === 'usedUp'
  return {
    label: 'sk-or-v1-0ff...1ce',
    limit: limited ? 20 : null,
    limit_remaining: name === 'standard' ? 12.5 : name === 'usedUp' ? 0 : null,
    limit_reset: null,
    usage: 7.5,
    usage_daily: 0.75,
    usage_weekly: 2.25,
    usage_monthly: 7.5,
    is_free_tier: false,
    ...(name === 'provisioning' ? { is_provisioning_key: true } : { is_management_key: name === 'management' }),
    rate_limit: { requests: -1, interval: '10s' },
  }
}

function keyList(query: URLSearchParams): SimulatedAnswer {
  const offset = Number(query.get('offset') ?? 0)
  const all = Array.from({ length: KEY_COUNT }, (_, index) => ({
    hash: hexBody(`hash-${index}`, 64),
    name: `Key ${index + 1}`,
    label: `sk-or-v1-${hexBody(`hash-${index}`, 3)}...${hexBody(`tail-${index}`, 3)}`,
    disabled: index % 9 === 8,
    created_at: '2026-01-15T10:00:00Z',
    workspace_id: 'ws_default',
  }))
  const shown = query.get('include_disabled') === 'true' ? all : all.filter((entry) => !entry.disabled)
  return { status: 200, body: { data: shown.slice(offset, offset + PAGE) } }
}

function activity(seed: number, now: number, query: URLSearchParams): SimulatedAnswer {
  const today = Math.floor(now / DAY) * DAY
  const date = query.get('date')
  if (date === null) {
    const days = Array.from({ length: 30 }, (_, index) => today - (index + 1) * DAY)
    return { status: 200, body: { data: days.flatMap((day) => rowsOf(seed, day)) } }
  }
  const day = Date.parse(`${date}T00:00:00Z`)
  if (!(day <= today && day >= today - 30 * DAY))
    return fail(400, 'Date must be within the last 30 (completed) UTC days')
  return { status: 200, body: { data: rowsOf(seed, day) } }
}

function rowsOf(seed: number, day: number) {
  if (seededNumber(seed, 7, 'openrouter', day) === 0) return []
  const date = new Date(day).toISOString().slice(0, 10)
  return ['maker/model-a', 'maker/model-b'].flatMap((model) =>
    ['endpoint-1', 'endpoint-2'].map((endpoint_id) => {
      const number = (name: string, below: number) =>
        seededNumber(seed, below, 'openrouter', day, name, model, endpoint_id)
      return {
        date,
        model,
        model_permaslug: model,
        endpoint_id,
        provider_name: endpoint_id,
        requests: number('requests', 300),
        prompt_tokens: number('prompt', 400_000),
        completion_tokens: number('completion', 90_000),
        reasoning_tokens: number('reasoning', 9_000),
        usage: number('usage', 3_000_000) / 1e6,
        byok_usage_inference: 0.5,
      }
    }),
  )
}

function addUp(seed: number, now: number, from: number, to: number): OpenRouterTotals {
  const today = Math.floor(now / DAY) * DAY
  const totals = { requests: 0, inputTokens: 0, outputTokens: 0, costNanos: 0n }
  for (let day = Math.max(from, today - 30 * DAY); day < Math.min(to, today + DAY); day += DAY) {
    for (const row of rowsOf(seed, day)) {
      totals.requests += row.requests
      totals.inputTokens += row.prompt_tokens
      totals.outputTokens += row.completion_tokens
      totals.costNanos += BigInt(Math.round(row.usage * 1e6)) * 1_000n
    }
  }
  return totals
}
