import { nextPage, type PagingFault, readPageToken, type SimulatedAnswer, type SimulatedRequest } from '../server.ts'
import { costRows, DAY, type Organization, type Row, usageRows } from './data.ts'
import { type OpenAiKeyName, openAiKeys } from './keys.ts'

interface OpenAiState {
  paging: PagingFault
  readonly pageSize: number | null
  /** Calls made with each key, for the keys that answer differently after a while. */
  readonly calls: Map<string, number>
}

const COST_BY_KEY_FROM = 1_764_979_200
const DIMENSIONS: Readonly<Record<string, readonly string[]>> = {
  completions: ['project_id', 'user_id', 'api_key_id', 'model', 'batch', 'service_tier'],
  embeddings: ['project_id', 'user_id', 'api_key_id', 'model'],
  moderations: ['project_id', 'user_id', 'api_key_id', 'model'],
  images: ['project_id', 'user_id', 'api_key_id', 'model', 'size', 'source'],
  audio_speeches: ['project_id', 'user_id', 'api_key_id', 'model'],
  audio_transcriptions: ['project_id', 'user_id', 'api_key_id', 'model'],
}

type Failure = readonly [
  status: number,
  code: string | null,
  type: string,
  message: string,
  headers?: Record<string, string>,
]

const PERMISSIONS = 'You have insufficient permissions for this operation.'

const FAILURES: Partial<Record<OpenAiKeyName, Failure>> = {
  withoutPermission: [403, null, 'invalid_request_error', PERMISSIONS],
  noCredit: [429, 'credit_balance_exhausted', 'insufficient_quota', 'Your credit balance is exhausted.'],
  insufficientQuota: [429, 'insufficient_quota', 'insufficient_quota', 'You exceeded your current quota.'],
  organizationLimit: [429, 'organization_spend_limit_exceeded', 'insufficient_quota', 'Monthly limit reached.'],
  projectLimit: [429, 'project_spend_limit_exceeded', 'insufficient_quota', 'Project limit reached.'],
  usageLimit: [429, 'organization_usage_limit_exceeded', 'insufficient_quota', 'Usage limit reached.'],
  rateLimited: [
    429,
    'rate_limit_exceeded',
    'requests',
    'Rate limit reached. Please try again in 41.724s.',
    { 'retry-after': '42' },
  ],
  notMember: [401, null, 'invalid_request_error', 'You must be a member of an organization to use the API.'],
  wrongIp: [401, 'ip_not_authorized', 'invalid_request_error', 'Your IP is not authorized to use this key.'],
  wrongCountry: [
    403,
    'unsupported_country_region_territory',
    'request_forbidden',
    'Country, region, or territory not supported',
  ],
  overloaded: [503, 'server_is_overloaded', 'server_error', 'The server is overloaded.'],
}

export function answerOpenAi(
  organization: Organization,
  state: OpenAiState,
  request: SimulatedRequest,
): SimulatedAnswer {
  const secret = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  const name = (Object.keys(openAiKeys) as OpenAiKeyName[]).find((candidate) => openAiKeys[candidate] === secret)
  const answer =
    name === undefined || name === 'revoked' ? incorrectKey(secret) : answerKey(organization, state, request, name)
  return { ...answer, key: name ?? null, headers: { ...limits, ...answer.headers } }
}

const limits = {
  'openai-organization': 'simulated-org',
  'x-request-id': 'req_simulated',
  'x-ratelimit-limit-requests': '500',
  'x-ratelimit-remaining-requests': '499',
  'x-ratelimit-reset-requests': '120ms',
  'x-ratelimit-limit-tokens': '200000',
  'x-ratelimit-remaining-tokens': '198000',
  'x-ratelimit-reset-tokens': '6m0s',
}

function fail([status, code, type, message, headers]: Failure, param: string | null = null): SimulatedAnswer {
  return { status, body: { error: { message, type, param, code } }, ...(headers ? { headers } : {}) }
}

function incorrectKey(secret: string): SimulatedAnswer {
  const masked = `${secret.slice(0, 8)}${'*'.repeat(20)}${secret.slice(-4)}`
  const message = `Incorrect API key provided: ${masked}. You can find your API key in your account settings.`
  return fail([401, 'invalid_api_key', 'invalid_request_error', message])
}

function missing(scope: string, status = 403): SimulatedAnswer {
  const advice = 'Check that you have the correct role in your organization.'
  return fail([status, null, 'invalid_request_error', `${PERMISSIONS} Missing scopes: ${scope}. ${advice}`])
}

function answerKey(
  organization: Organization,
  state: OpenAiState,
  request: SimulatedRequest,
  name: OpenAiKeyName,
): SimulatedAnswer {
  const failure = FAILURES[name]
  if (failure !== undefined) return fail(failure)
  const calls = (state.calls.get(name) ?? 0) + 1
  state.calls.set(name, calls)
  if (name === 'flapping' && calls <= 2) return fail([403, null, 'invalid_request_error', PERMISSIONS])
  const isAdmin = name === 'admin' || name === 'adminWithoutUsage'
  const { path } = request
  if (path === '/models') {
    if (isAdmin || name === 'restricted') return missing('api.model.read')
    return { status: 200, body: { object: 'list', data: [{ id: 'gpt-sim-2026-01-01', object: 'model' }] } }
  }
  if (!path.startsWith('/organization/')) return fail([404, null, 'invalid_request_error', `Unknown path ${path}`])
  if (!isAdmin) return missing('api.usage.read', 401)
  const isReport = path.startsWith('/organization/usage/') || path === '/organization/costs'
  if (isReport && name === 'adminWithoutUsage') return missing('api.usage.read')
  if (isReport) return report(organization, state, request)
  return list(organization, request)
}

function badRequest(message: string, param: string | null, code: string | null = null): SimulatedAnswer {
  return fail([400, code, 'invalid_request_error', message], param)
}

function report(organization: Organization, state: OpenAiState, request: SimulatedRequest): SimulatedAnswer {
  const { path, query } = request
  const isCosts = path === '/organization/costs'
  const kind = isCosts ? 'costs' : path.slice('/organization/usage/'.length)
  const allowed = isCosts ? ['project_id', 'line_item', 'api_key_id', 'user_id'] : DIMENSIONS[kind]
  if (allowed === undefined) return fail([404, null, 'invalid_request_error', `Unknown usage ${kind}`])
  const start = Number(query.get('start_time') ?? Number.NaN)
  if (!Number.isInteger(start)) return badRequest('start_time is required.', 'start_time', 'invalid_type')
  const groupBy = [...query.getAll('group_by[]'), ...query.getAll('group_by')]
  const unknown = groupBy.find((dimension) => !allowed.includes(dimension))
  if (unknown !== undefined) return badRequest(`Invalid group_by ${unknown}. Use ${allowed.join(', ')}.`, 'group_by')
  if (isCosts && groupBy.includes('api_key_id') && start < COST_BY_KEY_FROM) {
    const message = 'group_by api_key_id is only available from 2025-12-06.'
    return badRequest(message, 'start_time', 'invalid_request_error')
  }
  const limit = Number(query.get('limit') ?? 7)
  const max = isCosts ? 180 : 31
  if (!Number.isInteger(limit) || limit < 1 || limit > max) return badRequest(`limit must be 1 to ${max}.`, 'limit')
  const offset = readPageToken(path, query)
  if (offset === null) return badRequest('The page token does not belong to this query.', 'page')
  const end = Number(query.get('end_time') ?? Math.floor(organization.now() / 1_000))
  return page(organization, state, request, { kind, groupBy, start, end, limit: Math.min(limit, 31), offset })
}

function page(
  organization: Organization,
  state: OpenAiState,
  { path, query }: SimulatedRequest,
  wanted: { kind: string; groupBy: string[]; start: number; end: number; limit: number; offset: number },
): SimulatedAnswer {
  const first = Math.floor((wanted.start * 1_000) / DAY) * DAY
  const last = Math.min(wanted.end * 1_000, organization.now())
  const days = Array.from({ length: Math.max(0, Math.ceil((last - first) / DAY)) }, (_, at) => first + at * DAY)
  const size = Math.min(wanted.limit, state.pageSize ?? wanted.limit)
  const shown = days.slice(wanted.offset, wanted.offset + size)
  const data = shown.map((day) => ({
    object: 'bucket',
    start_time: day / 1_000,
    end_time: day / 1_000 + 86_400,
    results: group(
      wanted.kind === 'costs' ? costRows(organization, day) : usageRows(organization, wanted.kind, day),
      wanted,
    ),
  }))
  const next = wanted.offset + size
  return { status: 200, body: { object: 'page', data, ...nextPage(state.paging, path, query, next, days.length) } }
}

function group(rows: readonly Row[], { kind, groupBy }: { kind: string; groupBy: string[] }): unknown[] {
  const groups = new Map<string, { keys: Record<string, string | null>; figures: Record<string, number> }>()
  for (const row of rows) {
    const keys = Object.fromEntries(
      (['project_id', 'api_key_id', 'model', 'line_item'] as const).map((name) => [
        name,
        groupBy.includes(name) ? row[name] : null,
      ]),
    )
    const id = JSON.stringify(keys)
    const entry = groups.get(id) ?? { keys, figures: {} }
    for (const [name, value] of Object.entries(row.figures)) entry.figures[name] = (entry.figures[name] ?? 0) + value
    groups.set(id, entry)
  }
  return [...groups.values()].map(({ keys, figures }, index) =>
    kind === 'costs' ? costResult(keys, figures.micros ?? 0, index) : usageResult(kind, keys, figures),
  )
}

function usageResult(kind: string, keys: Record<string, string | null>, figures: Record<string, number>): unknown {
  const { line_item: _lineItem, ...dimensions } = keys
  return {
    object: `organization.usage.${kind}.result`,
    ...figures,
    ...dimensions,
    user_id: null,
    batch: null,
    service_tier: null,
  }
}

/** Every fifth amount is text, as production has sent now and then. */
function costResult(keys: Record<string, string | null>, micros: number, index: number): unknown {
  const { model: _model, ...dimensions } = keys
  const value = index % 5 === 4 ? (micros / 1e6).toFixed(6) : micros / 1e6
  return { object: 'organization.costs.result', amount: { value, currency: 'usd' }, ...dimensions }
}

function list(organization: Organization, { path, query }: SimulatedRequest): SimulatedAnswer {
  const created = Math.floor(organization.firstDay / 1_000)
  if (path === '/organization/projects') {
    const shown = organization.projects.filter(
      (project) => query.get('include_archived') === 'true' || !project.archived,
    )
    const item = shown.map(({ id, name, archived }) => ({
      id,
      name,
      created_at: created,
      status: archived ? 'archived' : 'active',
    }))
    return idPage(item, query)
  }
  if (path === '/organization/admin_api_keys') {
    const { admin } = openAiKeys
    const redacted = `${admin.slice(0, 12)}...${admin.slice(-4)}`
    return idPage(
      [{ id: 'key_admin', name: 'Keyhold', redacted_value: redacted, created_at: created, last_used_at: null }],
      query,
    )
  }
  const projectId = /^\/organization\/projects\/([^/]+)\/api_keys$/.exec(path)?.[1]
  const project = organization.projects.find(({ id }) => id === projectId)
  if (project === undefined) return fail([404, null, 'invalid_request_error', `Unknown path ${path}`])
  // The second key of each project belongs to somebody who has left it: hidden unless all are asked for.
  const isAny = query.get('owner_project_access') === 'any'
  const keys = project.keys.filter((_, index) => isAny || index !== 1)
  const items = keys.map(({ id, name }, index) => ({
    id,
    name,
    redacted_value: `sk-proj-${id.slice(-3)}...${String(index).padStart(4, '0')}`,
    created_at: created,
    last_used_at: index === 0 ? created + 86_400 : null,
    owner_project_access: index === 1 ? 'inactive' : 'active',
  }))
  return idPage(items, query)
}

function idPage(
  all: readonly { readonly id: string; readonly [field: string]: unknown }[],
  query: URLSearchParams,
): SimulatedAnswer {
  const limit = Number(query.get('limit') ?? 20)
  if (limit < 1 || limit > 100) return badRequest('limit must be 1 to 100.', 'limit')
  const after = query.get('after')
  const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1
  const data = all.slice(start, start + limit)
  const body = { object: 'list', data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null }
  return { status: 200, body: { ...body, has_more: start + limit < all.length } }
}
