import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HttpFailure, type HttpFailureKind } from '../../../main/http/http-client.ts'
import { ProviderError } from '../../../main/providers/provider.ts'
import { diagnoses } from '../../../main/usage/diagnoses.ts'
import { diagnosisSchema } from '../../../shared/contract/usage.ts'
import { Problem } from '../../../shared/problems.ts'
import type { ValidationOutcome } from '../../../shared/providers.ts'
import { DAY, daysAgo, onePage, openBench, remoteKey, syncAll, type TestBench, tokens } from './support.ts'

let bench: TestBench

beforeEach(() => {
  bench = openBench()
})

afterEach(async () => {
  await bench.close()
})

async function cardsAfter(error: Error): Promise<string[]> {
  bench.keys.add(1)
  bench.scripts.set('openai', { plan: () => [{ report: 'usage', page: () => Promise.reject(error) }] })
  await syncAll(bench)
  const cards = bench.usage.diagnostics()
  for (const card of cards) {
    expect(diagnosisSchema.parse(card)).toEqual(card)
    expect(`${card.cause} ${card.remedies.join(' ')}`).not.toMatch(/\{|undefined/)
    expect(card.remedies.length).toBeGreaterThan(0)
  }
  return cards.map(({ id }) => id)
}

const providerError = (outcome: ValidationOutcome) =>
  new ProviderError(outcome, {
    code: 'PROVIDER_FAILED',
    message: 'said so',
    cause: 'said so',
    remedies: [],
    retryAfterMs: DAY,
  })

describe('diagnostics', () => {
  it.each([
    ['valid_limited', 'permission-denied:openai'],
    ['invalid', 'authentication-failed:openai'],
    ['blocked', 'blocked:openai'],
    ['no_credit', 'no-credit:openai'],
    ['spend_limit', 'spend-limit:openai'],
    ['rate_limited', 'rate-limited:openai'],
    ['wrong_kind', 'wrong-kind:openai'],
    ['unknown', 'unreadable-answer:openai'],
  ] as const)('explain the outcome %s (UD-TRB-01, UD-TRB-02)', async (outcome, id) => {
    expect(await cardsAfter(providerError(outcome))).toEqual([id])
  })

  it.each([
    ['timeout', 'timeout:openai'],
    ['network', 'network:openai'],
    ['tls', 'no-secure-connection:openai'],
    ['bad-url', 'bad-address:openai'],
    ['too-large', 'unreadable-answer:openai'],
  ] as const satisfies readonly [HttpFailureKind, string][])('explain the failure %s', async (kind, id) => {
    expect(await cardsAfter(new HttpFailure(kind, 'no answer'))).toEqual([id])
  })

  it.each([
    ['FORBIDDEN', 'admin-key-held-back:openai'],
    ['VAULT_LOCKED', 'vault-locked'],
    ['SECRET_UNREADABLE', 'secret-unreadable:openai'],
    ['STORE_FAILED', 'not-stored:openai'],
    ['INTERNAL', 'unexpected:openai'],
  ] as const)('explain the problem %s', async (code, id) => {
    expect(await cardsAfter(new Problem(code, 'It went wrong.'))).toEqual([id])
  })

  it('name the keys that cannot read usage, and say that this is no fault (UD-TRB-03)', () => {
    bench.keys.add(1, { isSource: false, provider: 'gemini', kind: 'standard', name: 'Gemini key' })
    bench.keys.add(2, { isSource: false, provider: 'openai', kind: 'project', name: 'Project key' })
    const [card] = bench.usage.diagnostics()
    expect(card).toMatchObject({ id: 'cannot-read-usage', severity: 'info', consoleUrl: null })
    expect(card?.keys.map(({ name }) => name)).toEqual(['Gemini key', 'Project key'])
  })

  it('do not name keys whose usage comes with their admin key', async () => {
    bench.keys.add(1).add(2, { isSource: false, kind: 'project' }).add(3, { isSource: false, kind: 'project' })
    bench.keys.redactions.set('sk-…aaaa', 2)
    bench.scripts.set('openai', {
      keys: async () => [remoteKey('key_a', 'Shop', 'sk-…aaaa')],
      plan: () => [onePage('usage', [tokens(daysAgo(0), 'key_a', 1)])],
    })
    await syncAll(bench)
    const [card, ...others] = bench.usage.diagnostics()
    expect(others).toEqual([])
    expect(card?.keys.map(({ id }) => id)).toEqual([3])
  })

  it('leave out keys with an admin key, and count all of the others though they name only some', () => {
    for (let id = 1; id <= 300; id += 1) bench.keys.add(id, { isSource: false, kind: 'project', isLinked: id <= 20 })
    const [card] = bench.usage.diagnostics()
    expect(card).toMatchObject({ id: 'cannot-read-usage', keyCount: 280 })
    expect(card?.keys).toHaveLength(50)
    expect(card?.keys[0]?.id).toBe(21)
  })

  it('gather the keys of one provider on one card with its console, and put errors first', async () => {
    for (const id of [1, 2]) bench.keys.add(id)
    bench.keys.add(3, { isSource: false, kind: 'project' })
    bench.scripts.set('openai', {
      plan: () => [{ report: 'usage', page: () => Promise.reject(providerError('invalid')) }],
    })
    await syncAll(bench)
    const [first, second] = bench.usage.diagnostics()
    expect(first?.keys.map(({ id }) => id)).toEqual([1, 2])
    expect(first?.consoleUrl).toMatch(/^https:\/\/platform\.openai\.com/)
    expect(second?.id).toBe('cannot-read-usage')
  })

  it('go away when the next sync works, tell an empty report, and notice old figures', async () => {
    await cardsAfter(providerError('unknown'))
    bench.scripts.set('openai', { plan: () => [onePage('usage', [])] })
    await syncAll(bench)
    expect(bench.usage.diagnostics().map(({ id }) => id)).toEqual(['nothing-reported:openai'])
    bench.scripts.set('openai', { plan: () => [onePage('usage', [tokens(daysAgo(0), 'k', 1)])] })
    await syncAll(bench)
    expect(bench.usage.diagnostics()).toEqual([])
    bench.clock.advance(8 * DAY)
    expect(bench.usage.diagnostics().map(({ id }) => id)).toEqual(['stale:openai'])
  })

  it('have a text for every class, in plain sentences', () => {
    for (const { title, cause, remedies } of Object.values(diagnoses)) {
      expect(title).not.toBe('')
      for (const sentence of [cause, ...remedies]) expect(sentence).toMatch(/^[A-Z{].*\.$/s)
    }
  })
})
