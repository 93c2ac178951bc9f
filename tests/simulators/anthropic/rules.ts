import { nextPage, type PagingFault, readPageToken, type SimulatedAnswer, type SimulatedRequest } from '../server.ts'
import { type AnthropicOrganization, anthropicCosts, anthropicUsage, DAY, isComplete } from './data.ts'
import { type AnthropicKeyName, anthropicKeys } from './keys.ts'

interface AnthropicState {
  paging: PagingFault
  readonly pageSize: number | null
}

const USAGE_DIMENSIONS = ['api_key_id', 'workspace_id', 'model', 'service_tier', 'context_window', 'inference_geo']
const COST_DIMENSIONS = ['workspace_id', 'description']

type Failure = readonly [status: number, type: string, message: string, headers?: Record<string, string>]

const CREDIT = 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.'
const LIMIT = 'You have reached your specified API usage limits. You will regain access on 2026-12-01.'

const FAILURES: Partial<Record<AnthropicKeyName, Failure>> = {
  revoked: [401, 'authentication_error', 'invalid x-api-key'],
  revokedAdmin: [401, 'authentication_error', 'invalid x-api-key'],
  noCredit: [400, 'invalid_request_error', CREDIT],
  spendLimit: [400, 'invalid_request_error', LIMIT],
  billing: [402, 'billing_error', 'There is a problem with your payment.'],
  noPermission: [403, 'permission_error', 'Your API key does not have permission to use the specified resource.'],
  notFound: [404, 'not_found_error', 'The requested resource could not be found.'],
  rateLimited: [429, 'rate_limit_error', 'This request would exceed your rate limit.', { 'retry-after': '30' }],
  tierCap: [429, 'rate_limit_error', 'This request would exceed your monthly spend limit.'],
  badRequest: [400, 'invalid_request_error', 'limit: Input should be a valid integer'],
  overloaded: [529, 'overloaded_error', 'Overloaded'],
}

export function answerAnthropic(
  organization: AnthropicOrganization,
  state: AnthropicState,
  request: SimulatedRequest,
): SimulatedAnswer {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  const secret = request.headers['x-api-key'] ?? bearer ?? ''
  const name = (Object.keys(anthropicKeys) as AnthropicKeyName[]).find((known) => anthropicKeys[known] === secret)
  const answer = answerKey(organization, state, request, name, bearer !== undefined)
  const resets = new Date(organization.now() + 60_000).toISOString()
  const limits = {
    'request-id': 'req_simulated',
    'anthropic-ratelimit-requests-limit': '50',
    'anthropic-ratelimit-requests-remaining': '49',
    'anthropic-ratelimit-requests-reset': resets,
    'anthropic-ratelimit-input-tokens-limit': '50000',
    'anthropic-ratelimit-input-tokens-remaining': '49000',
    'anthropic-ratelimit-input-tokens-reset': resets,
  }
  return { ...answer, key: name ?? null, headers: { ...limits, ...answer.headers } }
}

function fail([status, type, message, headers]: Failure): SimulatedAnswer {
  const body = { type: 'error', error: { type, message }, request_id: 'req_simulated' }
  return { status, body, ...(headers ? { headers } : {}) }
}

function badRequest(message: string): SimulatedAnswer {
  return fail([400, 'invalid_request_error', message])
}

function answerKey(
  organization: AnthropicOrganization,
  state: AnthropicState,
  request: SimulatedRequest,
  name: AnthropicKeyName | undefined,
  isBearer: boolean,
): SimulatedAnswer {
  if (request.headers['anthropic-version'] === undefined) return badRequest('anthropic-version: header is required')
  if (request.headers.origin !== undefined) {
    return fail([
      401,
      'authentication_error',
      'CORS requests are not allowed for this Organization because of settings',
    ])
  }
  if (name === undefined) return fail([401, 'authentication_error', 'invalid x-api-key'])
  if (name === 'oauth' && (!isBearer || !request.headers['anthropic-beta']?.includes('oauth-2025-04-20'))) {
    return fail([401, 'authentication_error', 'OAuth authentication is currently not supported.'])
  }
  const failure = FAILURES[name]
  if (failure !== undefined) return fail(failure)
  const isAdmin = name === 'admin' || name === 'adminWithoutReports'
  const { path } = request
  if (!path.startsWith('/organizations/')) {
    if (path !== '/models') return fail([404, 'not_found_error', `Not found: ${path}`])
    if (isAdmin) return fail([401, 'authentication_error', 'invalid x-api-key'])
    return { status: 200, body: { data: [{ type: 'model', id: 'claude-sim-4' }], has_more: false } }
  }
  if (!isAdmin) return fail([401, 'authentication_error', 'invalid x-api-key'])
  if (path === '/organizations/me') {
    return { status: 200, body: { id: 'org_simulated', type: 'organization', name: 'Simulated Organization' } }
  }
  if (path === '/organizations/api_keys') return keyList(organization, request)
  if (name === 'adminWithoutReports') return fail([403, 'permission_error', 'Your key may not read reports.'])
  if (path === '/organizations/usage_report/messages') return report(organization, state, request, false)
  if (path === '/organizations/cost_report') return report(organization, state, request, true)
  return fail([404, 'not_found_error', `Not found: ${path}`])
}

function report(
  organization: AnthropicOrganization,
  state: AnthropicState,
  { path, query }: SimulatedRequest,
  isCost: boolean,
): SimulatedAnswer {
  const from = Date.parse(query.get('starting_at') ?? '')
  const to = Date.parse(query.get('ending_at') ?? new Date(organization.now()).toISOString())
  if (!Number.isFinite(from) || !Number.isFinite(to)) return badRequest('starting_at: Field required')
  const allowed = isCost ? COST_DIMENSIONS : USAGE_DIMENSIONS
  const groupBy = query.getAll('group_by[]')
  if (groupBy.some((name) => !allowed.includes(name))) return badRequest(`group_by: use ${allowed.join(', ')}`)
  const limit = Number(query.get('limit') ?? 7)
  if (!Number.isInteger(limit) || limit < 1 || limit > 31) return badRequest('limit: should be between 1 and 31')
  const offset = readPageToken(path, query)
  if (offset === null) return badRequest('page: does not belong to this query')
  const first = Math.floor(from / DAY) * DAY
  const last = Math.min(to, organization.now())
  const all = Array.from({ length: Math.max(0, Math.ceil((last - first) / DAY)) }, (_, at) => first + at * DAY)
  const days = isCost ? all.filter((day) => isComplete(organization, day)) : all
  if (days.length === 0) return badRequest('Invalid date range: ending date must be after starting date')
  const size = Math.min(limit, state.pageSize ?? limit)
  const data = days.slice(offset, offset + size).map((day) => ({
    starting_at: new Date(day).toISOString().replace('.000Z', 'Z'),
    ending_at: new Date(day + DAY).toISOString().replace('.000Z', 'Z'),
    results: isCost ? costResults(organization, day, groupBy) : usageResults(organization, day, groupBy),
  }))
  return { status: 200, body: { data, ...nextPage(state.paging, path, query, offset + size, days.length) } }
}

function usageResults(organization: AnthropicOrganization, day: number, groupBy: string[]): unknown[] {
  return anthropicUsage(organization, day).map((row) => ({
    uncached_input_tokens: row.uncached,
    cache_creation: { ephemeral_5m_input_tokens: row.created5m, ephemeral_1h_input_tokens: row.created1h },
    cache_read_input_tokens: row.read,
    output_tokens: row.output,
    server_tool_use: { web_search_requests: 2 },
    api_key_id: groupBy.includes('api_key_id') ? row.api_key_id : null,
    workspace_id: groupBy.includes('workspace_id') ? row.workspace_id : null,
    model: groupBy.includes('model') ? row.model : null,
    service_tier: null,
    context_window: null,
  }))
}

function costResults(organization: AnthropicOrganization, day: number, groupBy: string[]): unknown[] {
  const byDescription = groupBy.includes('description')
  return anthropicCosts(organization, day).map((row) => ({
    // Cents with many decimals, as text.
    amount: `${Math.floor(row.units / 100)}.${String(row.units % 100).padStart(2, '0')}0000`,
    currency: 'USD',
    workspace_id: groupBy.includes('workspace_id') ? row.workspace_id : null,
    description: byDescription ? row.description : null,
    cost_type: byDescription ? 'tokens' : null,
    model: byDescription ? row.model : null,
  }))
}

const KEY_COUNT = 130

function keyList(organization: AnthropicOrganization, { query }: SimulatedRequest): SimulatedAnswer {
  const limit = Number(query.get('limit') ?? 20)
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) return badRequest('limit: should be 1 to 1000')
  const after = query.get('after_id')
  const start = after === null ? 0 : Number(after.replace('apikey_', ''))
  const ids = Array.from({ length: KEY_COUNT }, (_, index) => index + 1).slice(start, start + limit)
  const data = ids.map((id) => ({
    id: `apikey_${id}`,
    type: 'api_key',
    name: `Key ${id}`,
    partial_key_hint: `sk-ant-api03-R2D...${String(id).padStart(4, '0')}`,
    status: id % 10 === 0 ? 'archived' : 'active',
    created_at: new Date(organization.firstDay).toISOString(),
    scope:
      id % 3 === 0
        ? { type: 'organization' }
        : { type: 'workspace', workspace_id: id % 2 === 0 ? 'wrkspc_research' : null },
    workspace_id: id % 2 === 0 ? 'wrkspc_research' : null,
  }))
  const body = { data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null }
  return { status: 200, body: { ...body, has_more: start + limit < KEY_COUNT } }
}
