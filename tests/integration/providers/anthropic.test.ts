import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anthropicAdapter } from '../../../main/providers/anthropic.ts'
import type { KeyKind } from '../../../shared/providers.ts'
import type { AnthropicKeyName } from '../../simulators/anthropic/keys.ts'
import { type AnthropicOptions, type AnthropicSimulator, startAnthropicSimulator } from '../../simulators/anthropic.ts'
import { addUp, type Bench, DAY, fetchAll, lastDays, listEveryKey, NOW, openBench, TODAY } from './support.ts'

let bench: Bench
let anthropic: AnthropicSimulator

async function restart(options: AnthropicOptions): Promise<void> {
  await anthropic.close()
  anthropic = await startAnthropicSimulator({ now: () => NOW, ...options })
}

beforeEach(async () => {
  bench = openBench()
  anthropic = await startAnthropicSimulator({ now: () => NOW })
})

afterEach(async () => {
  await bench.close()
  await anthropic.close()
})

function validate(name: AnthropicKeyName, kind: KeyKind = 'standard') {
  return anthropicAdapter.validate({ secret: anthropic.keys[name], kind }, bench.context(anthropic.url))
}

function plan(window: { from: number; to: number }, kind: KeyKind = 'admin') {
  const credential = { secret: anthropic.keys.admin, kind }
  return anthropicAdapter.planUsage?.(credential, window, bench.context(anthropic.url)) ?? []
}

describe('testing an Anthropic key', () => {
  it.each([
    ['standard', 'standard', 'valid'],
    ['oauth', 'oauth-token', 'valid'],
    ['oauth', 'unknown', 'valid'],
    ['admin', 'admin', 'valid'],
    ['admin', 'unknown', 'valid'],
    ['revoked', 'standard', 'invalid'],
    ['revokedAdmin', 'admin', 'invalid'],
    ['noCredit', 'standard', 'no_credit'],
    ['billing', 'standard', 'no_credit'],
    ['spendLimit', 'standard', 'spend_limit'],
    ['tierCap', 'standard', 'spend_limit'],
    ['rateLimited', 'standard', 'rate_limited'],
    ['noPermission', 'standard', 'valid_limited'],
    ['notFound', 'standard', 'invalid'],
    ['badRequest', 'standard', 'unknown'],
    ['overloaded', 'standard', 'unknown'],
    ['standard', 'admin', 'wrong_kind'],
    ['admin', 'standard', 'wrong_kind'],
  ] as const)('reads the answer for %s, stored as %s, as %s', async (name, kind, outcome) => {
    const result = await validate(name, kind)
    expect(result.outcome).toBe(outcome)
    expect(result.certain).toBe(!['unknown', 'wrong_kind'].includes(outcome) && name !== 'notFound')
  })

  it('names the organization of an admin key, and reads the rate limits', async () => {
    const result = await validate('admin', 'admin')
    expect(result.owner).toBe('Simulated Organization')
    expect(result.rateLimits).toEqual([
      { name: 'requests', limit: 50, remaining: 49, resetsAt: NOW + 60_000, windowSeconds: 60 },
      { name: 'input-tokens', limit: 50_000, remaining: 49_000, resetsAt: NOW + 60_000, windowSeconds: 60 },
    ])
  })

  it('sends no Origin and says who it is', async () => {
    await validate('standard')
    expect(anthropic.requests[0]).toMatchObject({ hasOrigin: false, userAgent: 'Keyhold/0.0.0-test' })
  })

  it('does not take an HTML page or an empty object for an answer', async () => {
    anthropic.setFault({ kind: 'html', status: 403 })
    expect(await validate('standard')).toMatchObject({ outcome: 'unknown', status: 403 })
    anthropic.setFault({ kind: 'status', status: 200, body: {} })
    expect(await validate('standard')).toMatchObject({ outcome: 'unknown', status: 200 })
  })
})

describe('usage and costs of Anthropic', () => {
  it.each([7, 30, 90])('adds up to the truth over %i days, cents and nested tokens included', async (days) => {
    const window = lastDays(days)
    const { facts, buckets } = await fetchAll(plan(window), bench.context(anthropic.url))
    expect(addUp(facts)).toEqual({ requests: 0, ...anthropic.totals(window.from, window.to) })
    expect(buckets.size).toBe(days)
    expect(facts.every((fact) => fact.requests === null)).toBe(true)
  })

  it('gives the same through many small pages', async () => {
    await restart({ pageSize: 3 })
    const window = lastDays(90)
    const { facts } = await fetchAll(plan(window), bench.context(anthropic.url))
    expect(addUp(facts).costNanos).toBe(anthropic.totals(window.from, window.to).costNanos)
  })

  it('calls the workspace without an id the default one and leaves Console traffic without a key', async () => {
    const { facts } = await fetchAll(plan(lastDays(7)), bench.context(anthropic.url))
    expect(new Set(facts.map((fact) => fact.project))).toEqual(new Set(['default', 'wrkspc_research']))
    expect(facts.some((fact) => fact.remoteKeyId === null && fact.inputTokens !== null)).toBe(true)
    expect(facts.filter((fact) => fact.costNanos !== null).every((fact) => fact.provenance === 'billed')).toBe(true)
  })

  it('does not ask for costs of a range in which no day is complete', async () => {
    const window = { from: TODAY, to: TODAY + DAY }
    const { facts } = await fetchAll(plan(window), bench.context(anthropic.url))
    expect(anthropic.requests.every(({ status }) => status === 200)).toBe(true)
    expect(facts.some((fact) => fact.costNanos !== null)).toBe(true)
  })

  it('takes the refusal of such a range as "nothing known yet"', async () => {
    const body = {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'Invalid date range: ending date must be after starting date' },
    }
    anthropic.setFault({ kind: 'status', status: 400, body })
    const [chain] = plan(lastDays(7))
    expect(await chain?.fetch(null, bench.context(anthropic.url))).toEqual({ facts: [], buckets: [], nextToken: null })
  })

  it('reads "41280.000000" cents as 412.80 dollars', async () => {
    const results = [{ amount: '41280.000000', currency: 'USD', workspace_id: null, description: 'x', model: null }]
    const data = [{ starting_at: '2026-09-08T00:00:00Z', results }]
    anthropic.setFault({ kind: 'status', status: 200, body: { data, has_more: false, next_page: null } })
    const [chain] = plan(lastDays(7))
    const page = await chain?.fetch(null, bench.context(anthropic.url))
    expect(page?.facts).toMatchObject([{ costNanos: 412_800_000_000n, currency: 'USD' }])
  })

  it('does not wait for the monthly cap', async () => {
    anthropic.setFault({ kind: 'status', status: 429, body: { error: { type: 'rate_limit_error', message: 'cap' } } })
    const [chain] = plan(lastDays(7))
    await expect(chain?.fetch(null, bench.context(anthropic.url))).rejects.toMatchObject({ outcome: 'spend_limit' })
    expect(bench.waits).toEqual([])
  })

  it.each(['null-next', 'repeated-next'] as const)('stops a chain whose pages are %s', async (paging) => {
    anthropic.setPaging(paging)
    const [chain] = plan(lastDays(7))
    if (!chain) throw new Error('nothing planned')
    await expect(fetchAll([chain], bench.context(anthropic.url))).rejects.toMatchObject({ name: 'ProviderError' })
  })

  it('refuses a key that cannot be asked', () => {
    expect(() => plan(lastDays(7), 'standard')).toThrow(/admin key/)
  })
})

describe('listing the keys of an Anthropic organization', () => {
  it('finds all of them and tells the default workspace from keys of the organization', async () => {
    const credential = { secret: anthropic.keys.admin, kind: 'admin' } as const
    const items = await listEveryKey(anthropicAdapter, credential, bench.context(anthropic.url))
    expect(items).toHaveLength(130)
    expect(items[0]).toMatchObject({ remoteId: 'apikey_1', project: 'default', status: 'active' })
    expect(items[2]).toMatchObject({ remoteId: 'apikey_3', project: null })
    expect(items[9]).toMatchObject({ status: 'archived', project: 'wrkspc_research' })
  })
})
