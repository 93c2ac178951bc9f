import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openrouterAdapter } from '../../../main/providers/openrouter.ts'
import type { KeyKind } from '../../../shared/providers.ts'
import {
  type OpenRouterKeyName,
  type OpenRouterSimulator,
  startOpenRouterSimulator,
} from '../../simulators/openrouter.ts'
import { addUp, type Bench, DAY, fetchAll, lastDays, listEveryKey, NOW, openBench, TODAY } from './support.ts'

let bench: Bench
let openrouter: OpenRouterSimulator

beforeEach(async () => {
  bench = openBench()
  openrouter = await startOpenRouterSimulator({ now: () => NOW })
})

afterEach(async () => {
  await bench.close()
  await openrouter.close()
})

function validate(name: OpenRouterKeyName, kind: KeyKind = 'standard') {
  return openrouterAdapter.validate({ secret: openrouter.keys[name], kind }, bench.context(openrouter.url))
}

function plan(name: OpenRouterKeyName, kind: KeyKind, days: number) {
  const credential = { secret: openrouter.keys[name], kind }
  return openrouterAdapter.planUsage?.(credential, lastDays(days), bench.context(openrouter.url)) ?? []
}

describe('testing an OpenRouter key', () => {
  it.each([
    ['standard', 'standard', 'valid', 'standard'],
    ['unlimited', 'unknown', 'valid', 'standard'],
    ['management', 'admin', 'valid', 'admin'],
    ['provisioning', 'admin', 'valid', 'admin'],
    ['management', 'unknown', 'valid', 'admin'],
    ['management', 'standard', 'wrong_kind', 'admin'],
    ['standard', 'admin', 'wrong_kind', 'standard'],
    ['usedUp', 'standard', 'spend_limit', 'standard'],
    ['revoked', 'standard', 'invalid', null],
    ['noCredit', 'standard', 'no_credit', null],
    ['rateLimited', 'standard', 'rate_limited', null],
  ] as const)('reads the answer for %s, stored as %s, as %s', async (name, kind, outcome, reportedKind) => {
    expect(await validate(name, kind)).toMatchObject({ outcome, reportedKind })
  })

  it('reads what is left of the key and of the account', async () => {
    expect((await validate('standard')).balances).toEqual([
      { label: 'remaining of the key limit', amount: '12.5', unit: 'USD' },
    ])
    expect((await validate('management', 'admin')).balances).toEqual([
      { label: 'credit', amount: '74.75', unit: 'USD' },
    ])
  })

  it('stays valid when only the balance cannot be read, and says so', async () => {
    openrouter.setFault({ kind: 'html', path: '/credits' })
    const result = await validate('management', 'admin')
    expect(result).toMatchObject({ outcome: 'valid', balances: [] })
    expect(result.message).toMatch(/balance could not be read.*HTML/)
  })

  it('reads the code in the body of a 200', async () => {
    openrouter.setFault({ kind: 'error-200', body: { error: { code: 402, message: 'Insufficient credits' } } })
    expect(await validate('standard')).toMatchObject({ outcome: 'no_credit', status: 200 })
  })

  it('reads a reset in epoch milliseconds', async () => {
    const { rateLimits } = await validate('rateLimited')
    expect(rateLimits).toMatchObject([{ limit: 20, remaining: 0, resetsAt: NOW + 60_000 }])
  })
})

describe('usage and costs of OpenRouter', () => {
  it.each([7, 30, 90])(
    'adds up to what is known of %i days, today included, one row per day and model',
    async (days) => {
      const window = lastDays(days)
      const { facts, buckets } = await fetchAll(plan('management', 'admin', days), bench.context(openrouter.url))
      expect(addUp(facts)).toEqual({ cachedInputTokens: 0, ...openrouter.totals(window.from, window.to) })
      expect(buckets.size).toBe(Math.min(days, 31))
      expect(Math.min(...buckets)).toBe(Math.max(window.from, TODAY - 30 * DAY))
      const identities = facts.map((fact) => `${fact.day} ${fact.model}`)
      expect(new Set(identities).size).toBe(identities.length)
    },
  )

  it('reads the counter of a normal key for today, apart from the bill of the account', async () => {
    const { facts } = await fetchAll(plan('standard', 'standard', 30), bench.context(openrouter.url))
    expect(facts).toMatchObject([
      { day: TODAY, costNanos: 750_000_000n, currency: 'USD', provenance: 'metered', requests: null },
    ])
  })

  it('says that a normal key stored as an admin key is of the wrong kind', async () => {
    const pending = fetchAll(plan('standard', 'admin', 30), bench.context(openrouter.url))
    await expect(pending).rejects.toMatchObject({ outcome: 'wrong_kind' })
  })

  it.each([
    [
      { data: [{ date: '2026-09-08', model: 'm', requests: -1, prompt_tokens: 0, completion_tokens: 0, usage: 0 }] },
      /requests/,
    ],
    [
      { data: [{ date: '2026-99-08', model: 'm', requests: 1, prompt_tokens: 0, completion_tokens: 0, usage: 0 }] },
      /does not exist/,
    ],
    [{ data: null }, /data/],
  ])('refuses figures that cannot be: %o', async (body, message) => {
    openrouter.setFault({ kind: 'status', status: 200, body })
    const pending = fetchAll(plan('management', 'admin', 7), bench.context(openrouter.url))
    await expect(pending).rejects.toThrow(message)
  })
})

describe('listing the keys of OpenRouter', () => {
  const admin = () => ({ secret: openrouter.keys.management, kind: 'admin' }) as const

  it('raises the offset until a page is empty and finds disabled keys too', async () => {
    const items = await listEveryKey(openrouterAdapter, admin(), bench.context(openrouter.url))
    expect(items).toHaveLength(90)
    expect(items.filter((item) => item.status === 'disabled')).toHaveLength(10)
  })

  it('stops when the offset is ignored', async () => {
    const data = [{ hash: 'same', name: 'Key' }]
    openrouter.setFault({ kind: 'status', status: 200, body: { data } })
    const pending = listEveryKey(openrouterAdapter, admin(), bench.context(openrouter.url))
    await expect(pending).rejects.toThrow(/fetched already/)
  })
})
