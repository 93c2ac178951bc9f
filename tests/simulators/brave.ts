import {
  keyBody,
  type ServerOptions,
  type SimulatedAnswer,
  type SimulatedRequest,
  type Simulator,
  startSimulator,
} from './server.ts'

function key(label: string): string {
  return `BSA${keyBody(`brave-${label}`, 28)}`
}

/** One key per situation. */
const braveKeys = {
  /** A grandfathered plan: 1 request a second, 2,000 a month. */
  free: key('free'),
  /** Pay as you go: 50 a second, no monthly limit (0). */
  payAsYouGo: key('pay-as-you-go'),
  revoked: key('revoked'),
  noSubscription: key('no-subscription'),
  notInPlan: key('not-in-plan'),
  rateLimited: key('rate-limited'),
  quotaLimited: key('quota-limited'),
  /** As if something on the way had taken the header away. */
  headerLost: key('header-lost'),
} as const
export type BraveKeyName = keyof typeof braveKeys

export interface BraveOptions extends ServerOptions {
  /** Answers searches of the free plan as if so many had been made this month before. */
  readonly usedThisMonth?: number | (() => number)
  /** Errors as `errors: [{…}]`, the documented variant, and not as `error: {…}`. */
  readonly errorsAsArray?: boolean
  /** Seconds until the quota starts over. */
  readonly resetSeconds?: number | (() => number)
}

export interface BraveSimulator extends Simulator {
  readonly keys: typeof braveKeys
  /** Searches that would have been billed. */
  readonly billed: number
}

/**
 * A server that behaves as the Brave Search API does: the key is checked before the parameters, so a search without
 * a query tells good keys (422 VALIDATION) from bad ones (422 SUBSCRIPTION_TOKEN_INVALID) and is not billed. Rate
 * headers are comma lists, present on 200 and 429 and absent on 422; a limit of 0 is none.
 */
export async function startBraveSimulator(options: BraveOptions = {}): Promise<BraveSimulator> {
  const state = { billed: 0 }
  const server = await startSimulator('/res/v1', options, (request) => answerBrave(options, state, request))
  return Object.defineProperty(Object.assign(server, { keys: braveKeys, billed: 0 }), 'billed', {
    get: () => state.billed,
  })
}

function answerBrave(options: BraveOptions, state: { billed: number }, request: SimulatedRequest): SimulatedAnswer {
  const secret = request.headers['x-subscription-token']
  const name = (Object.keys(braveKeys) as BraveKeyName[]).find((known) => braveKeys[known] === secret)
  const fail = (status: number, code: string, meta: object, headers?: Record<string, string>): SimulatedAnswer => {
    const error = { id: 'c0ffee', status, code, detail: `Simulated ${code}`, meta }
    const body = { type: 'ErrorResponse', ...(options.errorsAsArray ? { errors: [error] } : { error }), time: 1 }
    return { status, body, key: name ?? null, ...(headers ? { headers } : {}) }
  }
  if (request.path !== '/web/search') return fail(404, 'RESOURCE_NOT_FOUND', {})
  if (secret === undefined || name === 'headerLost') {
    return fail(422, 'VALIDATION', { errors: [{ loc: ['header', 'x-subscription-token'], msg: 'Field required' }] })
  }
  if (name === undefined || name === 'revoked') {
    return fail(422, 'SUBSCRIPTION_TOKEN_INVALID', { component: 'authentication' })
  }
  if (name === 'noSubscription') return fail(404, 'SUBSCRIPTION_NOT_FOUND', { component: 'authentication' })
  if (name === 'notInPlan') return fail(400, 'OPTION_NOT_IN_PLAN', { component: 'authentication' })
  const used = present(options.usedThisMonth, 1_882) + state.billed
  const reset = present(options.resetSeconds, 183_945)
  const headers = rateHeaders(name, used, reset)
  if (name === 'rateLimited') {
    const meta = {
      plan: 'Search',
      rate_limit: 50,
      rate_current: 50,
      quota_limit: 0,
      quota_current: 14,
      component: 'rate_limiter',
    }
    return fail(429, 'RATE_LIMITED', meta, headers)
  }
  if (name === 'quotaLimited') {
    const meta = { plan: 'Free', rate_limit: 1, rate_current: 0, quota_limit: 2_000, quota_current: 2_000 }
    return fail(429, 'QUOTA_LIMITED', meta)
  }
  if (!request.query.get('q'))
    return fail(422, 'VALIDATION', { errors: [{ loc: ['query', 'q'], msg: 'Field required' }] })
  state.billed += 1
  const after = rateHeaders(name, used + 1, reset)
  return { status: 200, body: { type: 'search', web: { results: [] } }, key: name, headers: after }
}

function present(option: number | (() => number) | undefined, otherwise: number): number {
  return typeof option === 'function' ? option() : (option ?? otherwise)
}

function rateHeaders(name: BraveKeyName, used: number, reset: number): Record<string, string> {
  const isFree = name === 'free'
  return {
    'x-ratelimit-limit': isFree ? '1, 2000' : '50, 0',
    'x-ratelimit-policy': isFree ? '1;w=1, 2000;w=2678400' : '50;w=1, 0;w=2592000',
    'x-ratelimit-remaining': isFree ? `0, ${Math.max(0, 2_000 - used)}` : '49, 0',
    'x-ratelimit-reset': `1, ${reset}`,
  }
}
