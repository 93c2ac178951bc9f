import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HttpFailure } from '../../../main/http/http-client.ts'
import { COST_BY_KEY_FROM } from '../../../main/providers/openai/usage.ts'
import { openaiAdapter } from '../../../main/providers/openai.ts'
import type { KeyKind } from '../../../shared/providers.ts'
import type { OpenAiKeyName } from '../../simulators/openai/keys.ts'
import { type OpenAiOptions, type OpenAiSimulator, startOpenAiSimulator } from '../../simulators/openai.ts'
import type { Fault } from '../../simulators/server.ts'
import { addUp, type Bench, DAY, fetchAll, lastDays, listEveryKey, NOW, openBench } from './support.ts'

let bench: Bench
let openai: OpenAiSimulator

async function restart(options: OpenAiOptions = {}): Promise<void> {
  await openai.close()
  openai = await startOpenAiSimulator({ now: () => NOW, ...options })
}

beforeEach(async () => {
  bench = openBench()
  openai = await startOpenAiSimulator({ now: () => NOW })
})

afterEach(async () => {
  await bench.close()
  await openai.close()
})

function validate(name: OpenAiKeyName, kind: KeyKind = 'project') {
  return openaiAdapter.validate({ secret: openai.keys[name], kind }, bench.context(openai.url))
}

function plan(days: number, kind: KeyKind = 'admin') {
  const credential = { secret: openai.keys.admin, kind }
  return openaiAdapter.planUsage?.(credential, lastDays(days), bench.context(openai.url)) ?? []
}

describe('testing an OpenAI key', () => {
  it.each([
    ['project', 'valid', []],
    ['serviceAccount', 'valid', []],
    ['restricted', 'valid_limited', ['api.model.read']],
    ['revoked', 'invalid', []],
    ['noCredit', 'no_credit', []],
    ['insufficientQuota', 'no_credit', []],
    ['organizationLimit', 'spend_limit', []],
    ['projectLimit', 'spend_limit', []],
    ['usageLimit', 'spend_limit', []],
    ['rateLimited', 'rate_limited', []],
    ['notMember', 'blocked', []],
    ['wrongIp', 'blocked', []],
    ['wrongCountry', 'blocked', []],
    ['overloaded', 'unknown', []],
  ] as const)('reads the answer for %s as %s', async (name, outcome, missingScopes) => {
    const result = await validate(name)
    expect(result).toMatchObject({ outcome, missingScopes })
    expect(result.message).not.toContain(openai.keys[name].slice(0, 12))
    expect(result.message).not.toContain(openai.keys[name].slice(-4))
    if (outcome !== 'valid') expect(result.remedies.length).toBeGreaterThan(0)
  })

  it('names the organization and the rate limits', async () => {
    const result = await validate('project')
    expect(result.owner).toBe('simulated-org')
    expect(result.rateLimits).toEqual([
      { name: 'requests', limit: 500, remaining: 499, resetsAt: NOW + 120, windowSeconds: null },
      { name: 'tokens', limit: 200_000, remaining: 198_000, resetsAt: NOW + 360_000, windowSeconds: 60 },
    ])
  })

  it('believes "insufficient permissions" without scopes only when it keeps coming', async () => {
    expect(await validate('flapping')).toMatchObject({ outcome: 'valid' })
    expect(openai.requests).toHaveLength(3)
    expect(await validate('withoutPermission')).toMatchObject({ outcome: 'valid_limited', certain: false })
    expect(openai.requests).toHaveLength(7)
  })

  it('does not wait for a rate limit: it is an answer', async () => {
    await validate('rateLimited')
    expect(openai.requests).toHaveLength(1)
    expect(bench.waits).toEqual([])
  })

  it('asks an admin key for costs, which is what a sync needs', async () => {
    expect(await validate('admin', 'admin')).toMatchObject({ outcome: 'valid', status: 200 })
    expect(openai.requests[0]?.path).toBe('/v1/organization/costs')
    expect(await validate('adminWithoutUsage', 'admin')).toMatchObject({
      outcome: 'valid_limited',
      missingScopes: ['api.usage.read'],
    })
  })

  it('tells a key of the wrong kind', async () => {
    expect(await validate('project', 'admin')).toMatchObject({ outcome: 'wrong_kind' })
    expect(await validate('admin', 'project')).toMatchObject({ outcome: 'wrong_kind', reportedKind: 'admin' })
    expect(await validate('revoked', 'admin')).toMatchObject({ outcome: 'invalid' })
  })

  it.each([
    [{ kind: 'html' }, /HTML page/],
    [{ kind: 'html', status: 401 }, /HTML page/],
    [{ kind: 'truncated' }, /breaks off/],
    [{ kind: 'empty' }, /nothing/],
    [{ kind: 'error-200' }, /Something broke inside/],
    [{ kind: 'redirect' }, /redirect/],
    [{ kind: 'huge' }, /larger than/],
    [{ kind: 'reset' }, /broke off/],
    [{ kind: 'status', status: 200, body: { hello: 'world' } }, /nothing certain/],
    [{ kind: 'status', status: 500, body: {} }, /problem of its own/],
  ] as const satisfies readonly (readonly [Fault, RegExp])[])('knows nothing after %o', async (fault, message) => {
    openai.setFault(fault)
    const result = await validate('project')
    expect(result.outcome).toBe('unknown')
    expect(result.certain).toBe(false)
    expect(result.message).toMatch(message)
    expect(result.remedies.length).toBeGreaterThan(0)
  })

  it('recovers from one lost connection', async () => {
    openai.setFault({ kind: 'reset', times: 1 })
    expect(await validate('project')).toMatchObject({ outcome: 'valid' })
  })

  it('throws only when it is cancelled', async () => {
    openai.setFault({ kind: 'hang' })
    const controller = new AbortController()
    const pending = openaiAdapter.validate(
      { secret: openai.keys.project, kind: 'project' },
      bench.context(openai.url, controller.signal),
    )
    controller.abort()
    await expect(pending).rejects.toMatchObject({ name: 'HttpFailure', kind: 'aborted' })
  })
})

describe('usage and costs of OpenAI', () => {
  it.each([7, 30, 90])('adds up to the truth over %i days', async (days) => {
    const { from, to } = lastDays(days)
    const fetched = await fetchAll(plan(days), bench.context(openai.url))
    expect(addUp(fetched.facts)).toEqual(openai.totals(from, to))
    expect(fetched.buckets.size).toBe(days)
    expect(openai.requests.every(({ status }) => status === 200)).toBe(true)
  })

  it('gives the same through many small pages', async () => {
    await restart({ pageSize: 4 })
    const { from, to } = lastDays(90)
    const chains = plan(90)
    const fetched = await fetchAll(chains, bench.context(openai.url))
    expect(fetched.pages).toBeGreaterThan(chains.length * 5)
    expect(addUp(fetched.facts)).toEqual(openai.totals(from, to))
  })

  it('has independent chains of at most 31 days, each with its own identity', () => {
    const chains = plan(90)
    expect(new Set(chains.map((chain) => chain.identity)).size).toBe(chains.length)
    expect(chains.every((chain) => chain.expectedPages === 1)).toBe(true)
    expect(chains.filter((chain) => chain.report === 'costs')).toHaveLength(3)
  })

  it('keeps apart what is null and what is zero, and the money of the line items', async () => {
    const { facts } = await fetchAll(plan(30), bench.context(openai.url))
    const image = facts.find((fact) => fact.model === 'images-sim-1')
    expect(image).toMatchObject({ inputTokens: null, outputTokens: null, costNanos: null, provenance: 'metered' })
    expect(facts.some((fact) => fact.remoteKeyId === 'key_deleted')).toBe(true)
    expect(facts.some((fact) => fact.remoteKeyId === null && fact.provenance === 'metered')).toBe(true)
    const storage = facts.find((fact) => fact.lineItem === 'vector store storage')
    expect(storage).toMatchObject({ costNanos: 120_000_000n, currency: 'USD', provenance: 'billed', requests: null })
  })

  it('asks for costs by key only from 6 December 2025 on', async () => {
    const now = COST_BY_KEY_FROM + 20 * DAY + DAY / 2
    await restart({ now: () => now })
    const window = { from: COST_BY_KEY_FROM - 20 * DAY, to: COST_BY_KEY_FROM + 20 * DAY }
    const credential = { secret: openai.keys.admin, kind: 'admin' } as const
    const context = bench.context(openai.url)
    const chains = openaiAdapter.planUsage?.(credential, window, context) ?? []
    const { facts } = await fetchAll(chains, context)
    const costs = facts.filter((fact) => fact.costNanos !== null)
    expect(costs.filter((fact) => fact.day < COST_BY_KEY_FROM).every((fact) => fact.remoteKeyId === null)).toBe(true)
    expect(costs.some((fact) => fact.day >= COST_BY_KEY_FROM && fact.remoteKeyId !== null)).toBe(true)
    expect(addUp(facts).costNanos).toBe(openai.totals(window.from, window.to).costNanos)
  })

  it('refuses a key that cannot be asked', () => {
    expect(() => plan(7, 'project')).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ code: 'INVALID_INPUT' }) }),
    )
  })

  it.each([
    ['null-next', /not how to get the next one/],
    ['repeated-next', /fetched already/],
  ] as const)('stops a chain whose pages are %s', async (paging, message) => {
    openai.setPaging(paging)
    const [chain] = plan(7)
    if (!chain) throw new Error('nothing planned')
    await expect(fetchAll([chain], bench.context(openai.url))).rejects.toThrow(message)
    expect(openai.requests.length).toBeLessThanOrEqual(3)
  })

  it.each([
    [{ kind: 'html' }, /HTML page/],
    [{ kind: 'truncated' }, /breaks off/],
    [{ kind: 'error-200' }, /Something broke inside/],
    [{ kind: 'huge' }, /larger than/],
    [{ kind: 'redirect' }, /redirect/],
    [{ kind: 'status', status: 200, body: { data: [], next_page: null } }, /has_more/],
    [{ kind: 'status', status: 200, body: costs({ value: 'NaN', currency: 'usd' }) }, /not a number/],
    [{ kind: 'status', status: 200, body: costs({ value: 1, currency: 'dollars' }) }, /currency/],
    [{ kind: 'status', status: 200, body: costs({ value: 1, currency: 'usd' }, 1_788_825_601) }, /00:00 UTC/],
  ] as const satisfies readonly (readonly [Fault, RegExp])[])(
    'fails, and not with zero, after %o',
    async (fault, message) => {
      const [chain] = plan(7)
      openai.setFault(fault)
      await expect(chain?.fetch(null, bench.context(openai.url))).rejects.toMatchObject({
        name: 'ProviderError',
        message: expect.stringMatching(message),
        problem: { code: 'PROVIDER_FAILED' },
      })
    },
  )

  it('waits as long as a 429 asks and goes on', async () => {
    openai.setFault({ kind: 'status', status: 429, times: 2, headers: { 'retry-after': '7' }, body: {} })
    const [chain] = plan(7)
    await expect(chain?.fetch(null, bench.context(openai.url))).resolves.toBeDefined()
    expect(bench.waits).toEqual([7_000, 7_000])
  })

  it('does not wait for a 429 about money or for one that takes an hour', async () => {
    const [chain] = plan(7)
    const body = { error: { message: 'x', type: 'insufficient_quota', code: 'organization_spend_limit_exceeded' } }
    openai.setFault({ kind: 'status', status: 429, times: 1, body })
    await expect(chain?.fetch(null, bench.context(openai.url))).rejects.toMatchObject({ outcome: 'spend_limit' })
    openai.setFault({ kind: 'status', status: 429, times: 1, headers: { 'retry-after': '3600' }, body: {} })
    await expect(chain?.fetch(null, bench.context(openai.url))).rejects.toMatchObject({
      outcome: 'rate_limited',
      problem: { retryAfterMs: 3_600_000 },
    })
    expect(bench.waits).toEqual([])
  })

  it('gives up on a server that stays broken, with growing pauses', async () => {
    openai.setFault({ kind: 'status', status: 503, body: { error: { message: 'busy', code: 'server_is_overloaded' } } })
    const [chain] = plan(7)
    await expect(chain?.fetch(null, bench.context(openai.url))).rejects.toThrow(/overloaded/)
    expect(bench.waits).toHaveLength(2)
    expect(bench.waits[1]).toBeGreaterThanOrEqual(bench.waits[0] ?? 0)
  })

  it('ends a hanging page when it is cancelled', async () => {
    openai.setFault({ kind: 'stall' })
    const controller = new AbortController()
    const [chain] = plan(7)
    const pending = chain?.fetch(null, bench.context(openai.url, controller.signal))
    controller.abort()
    await expect(pending).rejects.toBeInstanceOf(HttpFailure)
  })
})

function costs(amount: { value: unknown; currency: string }, start = 1_788_825_600) {
  const results = [{ amount, line_item: null, project_id: null, api_key_id: null }]
  return { object: 'page', data: [{ start_time: start, results }], has_more: false, next_page: null }
}

describe('listing the keys of an OpenAI organization', () => {
  function listAll() {
    return listEveryKey(openaiAdapter, { secret: openai.keys.admin, kind: 'admin' }, bench.context(openai.url))
  }

  it('finds the keys of every project, also hidden and archived ones, and the admin keys', async () => {
    await restart({ projects: 23, keysPerProject: 3 })
    const items = await listAll()
    expect(items).toHaveLength(23 * 3 + 1)
    expect(new Set(items.map((item) => item.remoteId)).size).toBe(items.length)
    expect(items.some((item) => item.status === 'inactive')).toBe(true)
    expect(items.some((item) => item.status === 'project archived')).toBe(true)
    expect(items.at(-1)).toMatchObject({ remoteId: 'key_admin', project: null, status: 'admin key' })
  })

  it('goes on inside a project that has more keys than a page', async () => {
    await restart({ projects: 3, keysPerProject: 250 })
    const items = await listAll()
    expect(items).toHaveLength(3 * 250 + 1)
    expect(new Set(items.map((item) => item.remoteId)).size).toBe(items.length)
  })

  it('refuses positions it did not give out', async () => {
    const credential = { secret: openai.keys.admin, kind: 'admin' } as const
    for (const cursor of ['nonsense', Buffer.from('{"stage":"x"}').toString('base64url')]) {
      await expect(openaiAdapter.listKeys?.(credential, cursor, bench.context(openai.url))).rejects.toMatchObject({
        problem: { code: 'INVALID_INPUT' },
      })
    }
    expect(openai.requests).toHaveLength(0)
  })
})
