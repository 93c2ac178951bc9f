import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { costsByKey, type DayFact } from '../../../main/usage/apportion.ts'

const base: DayFact = {
  report: 'costs',
  remoteKeyId: '',
  project: 'p',
  model: '',
  lineItem: '',
  currency: '',
  provenance: 'metered',
  requests: null,
  inputTokens: null,
  outputTokens: null,
  cachedInputTokens: null,
  costNanos: null,
}
const used = (remoteKeyId: string, model: string, inputTokens: number, outputTokens = 0, project = 'p'): DayFact => ({
  ...base,
  report: 'usage',
  remoteKeyId,
  project,
  model,
  inputTokens,
  outputTokens,
})
const billed = (costNanos: bigint, fields: Partial<DayFact> = {}): DayFact => ({
  ...base,
  provenance: 'billed',
  currency: 'USD',
  costNanos,
  ...fields,
})
const parts = (facts: readonly DayFact[]) =>
  costsByKey(facts).map(({ remoteKeyId, provenance, costNanos }) => [remoteKeyId, provenance, costNanos])

describe('costs brought down to keys', () => {
  it('follow the tokens of the same project', () => {
    expect(parts([billed(100n), used('a', 'm', 20, 10), used('b', 'm', 70), used('c', 'm', 900, 0, 'other')])).toEqual([
      ['a', 'apportioned', 30n],
      ['b', 'apportioned', 70n],
    ])
  })

  it('follow the tokens of the model, named by the cost or by its line item, dated or not', () => {
    const tokens = [used('a', 'm-2026-01-01', 10), used('b', 'm-2026-01-01', 30), used('b', 'other', 1_000)]
    for (const named of [{ model: 'm-2026-01-01' }, { lineItem: 'm-2026-01-01, input' }, { lineItem: 'm, output' }]) {
      expect(parts([billed(40n, named), ...tokens])).toEqual([
        ['a', 'apportioned', 10n],
        ['b', 'apportioned', 30n],
      ])
    }
    expect(parts([billed(40n, { lineItem: 'web search' }), used('a', 'm', 1), used('b', 'other', 3)])).toEqual([
      ['a', 'apportioned', 10n],
      ['b', 'apportioned', 30n],
    ])
  })

  it('stay without a key where the tokens are, and where nothing was metered', () => {
    expect(parts([billed(10n), used('', 'm', 60), used('a', 'm', 40)])).toEqual([
      ['', 'apportioned', 6n],
      ['a', 'apportioned', 4n],
    ])
    expect(parts([billed(10n, { model: 'unused' }), used('a', 'm', 40)])).toEqual([['', 'apportioned', 10n]])
    expect(parts([billed(10n), used('', 'm', 60)])).toEqual([['', 'billed', 10n]])
  })

  it('are left alone where the report names keys itself', () => {
    expect(parts([billed(10n, { remoteKeyId: 'a' }), billed(3n), used('a', 'm', 5)])).toEqual([['', 'billed', 3n]])
  })

  it('add up to the bill exactly, per currency, whatever was metered', () => {
    const name = fc.constantFrom('', 'a', 'b', 'c')
    const project = fc.constantFrom('', 'p', 'q')
    const model = fc.constantFrom('', 'm', 'm-2026-01-01', 'n')
    const usage = fc.record({ remoteKeyId: name, project, model, input: fc.nat(), output: fc.nat() })
    const bill = fc.record({
      project,
      model,
      lineItem: fc.constantFrom('', 'm, input', 'storage'),
      currency: fc.constantFrom('USD', 'CNY'),
      costNanos: fc.bigInt({ min: -(10n ** 15n), max: 10n ** 18n }),
    })
    fc.assert(
      fc.property(fc.array(usage, { maxLength: 12 }), fc.array(bill, { maxLength: 12 }), (usages, bills) => {
        const facts = [
          ...usages.map(({ input, output, ...fields }) => ({ ...used('', '', input, output), ...fields })),
          ...bills.map(({ costNanos, ...fields }) => billed(costNanos, fields)),
        ]
        const split = costsByKey(facts)
        for (const currency of ['USD', 'CNY']) {
          const sum = (costs: readonly { currency: string; costNanos: bigint | null }[]) =>
            costs.filter((one) => one.currency === currency).reduce((a, { costNanos }) => a + (costNanos ?? 0n), 0n)
          expect(sum(split)).toBe(sum(bills))
        }
      }),
    )
  })
})
