import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeFacts, noFigures } from '../../../main/providers/facts.ts'
import { missingScopes } from '../../../main/providers/openai/answers.ts'
import type { UsageFact } from '../../../main/providers/provider.ts'
import { counterSchema, DAY_MS, PageTrail, readAmount, splitWindow } from '../../../main/providers/reports.ts'

describe('splitting a window', () => {
  it('covers every day once, in parts that are long enough and about the same length', () => {
    const start = Date.UTC(2026, 0, 1)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 800 }), fc.integer({ min: 1, max: 180 }), (days, max) => {
        const parts = splitWindow({ from: start, to: start + days * DAY_MS }, max)
        expect(parts[0]?.from).toBe(start)
        expect(parts.at(-1)?.to).toBe(start + days * DAY_MS)
        parts.slice(1).forEach((part, index) => {
          expect(part.from).toBe(parts[index]?.to)
        })
        const lengths = parts.map((part) => (part.to - part.from) / DAY_MS)
        expect(Math.max(...lengths)).toBeLessThanOrEqual(max)
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1)
        expect(parts).toHaveLength(Math.ceil(days / max))
      }),
    )
  })

  it('has no parts when there are no days', () => {
    expect(splitWindow({ from: 0, to: 0 }, 31)).toEqual([])
    expect(splitWindow({ from: DAY_MS, to: 0 }, 31)).toEqual([])
  })
})

describe('merging facts', () => {
  const fact = fc.record({
    day: fc.constantFrom(0, DAY_MS),
    model: fc.constantFrom(null, 'a', 'b'),
    project: fc.constantFrom(null, 'a'),
    requests: fc.option(fc.nat(1_000)),
    costNanos: fc.option(fc.bigInt(0n, 10n ** 12n)),
  })

  it('leaves one fact per day and dimensions, and the sums as they were', () => {
    fc.assert(
      fc.property(fc.array(fact), (parts) => {
        const facts = parts.map((part): UsageFact => ({ ...noFigures, ...part, provenance: 'metered' }))
        const merged = mergeFacts(facts)
        const identities = merged.map(({ day, model, project }) => JSON.stringify([day, model, project]))
        expect(new Set(identities).size).toBe(identities.length)
        const cost = (all: readonly UsageFact[]) => all.reduce((sum, { costNanos }) => sum + (costNanos ?? 0n), 0n)
        const requests = (all: readonly UsageFact[]) => all.reduce((sum, one) => sum + (one.requests ?? 0), 0)
        expect(cost(merged)).toBe(cost(facts))
        expect(requests(merged)).toBe(requests(facts))
      }),
    )
  })

  it('keeps "not said" apart from zero', () => {
    const base: UsageFact = { ...noFigures, day: 0, provenance: 'metered' }
    expect(mergeFacts([base, base])).toMatchObject([{ requests: null, costNanos: null }])
    expect(mergeFacts([base, { ...base, requests: 0 }])).toMatchObject([{ requests: 0 }])
  })
})

describe('following pages', () => {
  it('ends where there is no more', () => {
    expect(new PageTrail('X', 5).next(null, false, 'left over')).toBeNull()
  })

  it('stops at a missing token, a circle and too many pages', () => {
    expect(() => new PageTrail('X', 5).next(null, true, null)).toThrow(/not how to get/)
    const circle = new PageTrail('X', 5)
    expect(circle.next(null, true, 'a')).toBe('a')
    expect(circle.next('a', true, 'b')).toBe('b')
    expect(() => circle.next('b', true, 'a')).toThrow(/fetched already/)
    const endless = new PageTrail('X', 3)
    const walk = () => {
      let token: string | null = null
      for (let page = 0; page < 10; page += 1) token = endless.next(token, true, `page-${page}`)
    }
    expect(walk).toThrow(/more than 3 pages/)
  })

  it('allows the same page to be asked for again after a failure', () => {
    const trail = new PageTrail('X', 5)
    expect(trail.next('a', true, 'b')).toBe('b')
    expect(trail.next('a', true, 'b')).toBe('b')
  })
})

describe('amounts and scopes', () => {
  it.each([
    [0.4213, 0, 421_300_000n],
    ['12.50', 0, 12_500_000_000n],
    ['41280.000000', -2, 412_800_000_000n],
    ['0.000001', -2, 10n],
    ['-3.5', 0, -3_500_000_000n],
    [1e-7, 0, 100n],
  ])('reads %s shifted by %i', (value, shift, nanos) => {
    expect(readAmount('X', value, shift)).toBe(nanos)
  })

  it.each(['NaN', 'Infinity', '', '1,5', '12 USD', Number.NaN, Number.POSITIVE_INFINITY])('refuses %s', (value) => {
    expect(() => readAmount('X', value)).toThrow(/not a number/)
  })

  it.each([
    ['Missing scopes: api.usage.read. Check that you have the correct role.', ['api.usage.read']],
    ['Missing scopes: model.read, model.request', ['model.read', 'model.request']],
    ['You have insufficient permissions for this operation.', []],
  ])('reads the scopes in "%s"', (words, scopes) => {
    expect(missingScopes(words)).toEqual(scopes)
  })
})

describe('figures that cannot be right', () => {
  it('are refused, so that sums of the others stay exact', () => {
    expect(counterSchema.safeParse(1e15).success).toBe(true)
    for (const figure of [1e15 + 1, 2 ** 53, 1e300, -1, 0.5])
      expect(counterSchema.safeParse(figure).success).toBe(false)
    expect(readAmount('OpenAI', '100000000')).toBe(10n ** 17n)
    for (const amount of ['100000001', '-100000001', 1e40]) {
      expect(() => readAmount('OpenAI', amount)).toThrow(/cannot be right|not a number/)
    }
  })
})
