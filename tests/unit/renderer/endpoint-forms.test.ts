import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  conditionWords,
  faultWords,
  retentionWords,
  shareWords,
} from '../../../renderer/features/receiver/endpoint-words.ts'
import {
  draftOfAnswer,
  draftOfRule,
  moved,
  newFault,
  readAnswer,
  readRule,
} from '../../../renderer/features/receiver/forms-model.ts'
import { freeSlug, slugFrom } from '../../../renderer/features/receiver/slug.ts'
import { numberBetween } from '../../../renderer/ui/number-between.ts'
import { ruleSchema, slugSchema } from '../../../shared/contract/receiver.ts'
import { receiverLimits } from '../../../shared/limits.ts'
import { usualBehaviour } from '../../../shared/receiver-defaults.ts'

const when = { methods: [], path: '', header: null, field: null, verdict: null }

describe('slugs', () => {
  test.each([
    ['Shop events', 'shop-events'],
    ['Größe & Co.', 'grosse-co'],
    ['  --Stripe (test)_ ', 'stripe-test'],
    ['日本', ''],
    ['A_b', 'a_b'],
  ])('%s becomes %s', (name, slug) => expect(slugFrom(name)).toBe(slug))

  test('whatever the name, the suggestion is taken by the contract and is free', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), fc.nat(12), (name, copies) => {
        const taken = new Set<string>()
        for (let made = 0; made <= copies; made += 1) {
          const slug = freeSlug(name, taken)
          if (slug === '') return
          expect(taken.has(slug)).toBe(false)
          expect(slugSchema.parse(slug)).toBe(slug)
          taken.add(slug)
        }
      }),
    )
  })

  test('a number is added within the longest length', () => {
    const long = 'x'.repeat(receiverLimits.slug)
    expect(freeSlug(long, new Set([long]))).toBe(`${'x'.repeat(receiverLimits.slug - 2)}-2`)
  })
})

describe('rules and answers', () => {
  const rules = fc.record({
    name: fc.stringMatching(/^[a-zA-Z]{1,20}$/),
    when: fc.record({
      methods: fc.array(fc.constantFrom('GET', 'POST', 'PURGE')),
      path: fc.constantFrom('', '/orders/*', '/a?b=*'),
      header: fc.option(fc.record({ name: fc.constantFrom('X-A', 'host'), contains: fc.string() })),
      field: fc.option(fc.record({ path: fc.constantFrom('type', 'data.id'), equals: fc.string({ minLength: 1 }) })),
      verdict: fc.option(fc.constantFrom('valid' as const, 'invalid' as const)),
    }),
    answer: fc.record({
      status: fc.integer({ min: 200, max: 599 }),
      headers: fc.array(
        fc.record({ name: fc.constantFrom('X-A', 'X-B'), value: fc.stringMatching(/^([!-~]+( [!-~]+)*)?$/) }),
      ),
      body: fc.string(),
      delayMs: fc.integer({ min: 0, max: 60_000 }),
    }),
  })

  test('opening a rule and saving it changes nothing', () => {
    fc.assert(
      fc.property(rules, (rule) => {
        const valid = ruleSchema.parse(rule)
        expect(readRule(draftOfRule(valid))).toEqual({ rule: valid })
      }),
    )
  })

  test('what is missing is said at its field', () => {
    const draft = { ...draftOfAnswer(usualBehaviour.answer), status: '', headers: 'no colon' }
    expect(readAnswer(draft)).toEqual({
      messages: {
        status: 'Give a status from 200 to 599.',
        headers: 'Line 1 is no header: write “Name: value”.',
      },
    })
    const rule = { ...draftOfRule(null), headerContains: 'eu', fieldEquals: 'paid' }
    expect(readRule(rule)).toEqual({
      messages: {
        name: 'Give the rule a name: captured requests say which one answered.',
        headerName: 'Say which header.',
        fieldPath: 'Say which field.',
      },
    })
    const withoutValue = { ...draftOfRule(null), name: 'Paid', fieldPath: 'type' }
    expect(readRule(withoutValue)).toEqual({ messages: { fieldEquals: 'Say which value it has.' } })
  })

  test('a number outside of its bounds is refused, never bent', () => {
    const draft = draftOfAnswer(usualBehaviour.answer)
    expect(readAnswer({ ...draft, status: 99_999, delayMs: -1 })).toEqual({
      messages: {
        status: 'Give a status from 200 to 599.',
        delayMs: 'Give milliseconds from 0, which answers at once, to 60,000.',
      },
    })
    expect(numberBetween(0, 0, 65_535)).toBe(0)
    expect(numberBetween(65_536, 0, 65_535)).toBeNull()
    expect(numberBetween('', 0, 65_535)).toBeNull()
  })

  test('an entry is moved by one place and stays at the ends', () => {
    expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c'])
    expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b'])
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b'])
    expect(moved(['a', 'b'], 1, 1)).toEqual(['a', 'b'])
  })
})

describe('words', () => {
  test.each([
    [0, 'no request'],
    [0.25, '1 in 4 requests'],
    [1 / 3, '1 in 3 requests'],
    [0.37, '37 % of requests'],
    [0.01, '1 in 100 requests'],
    [1, 'every request'],
  ])('a share of %s is %s', (share, words) => expect(shareWords(share).words).toBe(words))

  test('a fault is a sentence', () => {
    expect(faultWords(newFault('reset'))).toBe('1 in 4 requests is reset.')
    expect(faultWords({ ...newFault('gone'), probability: 0.37 })).toBe('37 % of requests get 410.')
    expect(faultWords({ kind: 'slow-drip', probability: 1, bytesPerSecond: 1 })).toBe(
      'Every request gets the answer at 1 byte a second.',
    )
    expect(faultWords({ kind: 'fail-first', probability: 1, count: 2, status: 503 })).toBe(
      'The first 2 attempts of every event get 503.',
    )
    expect(faultWords({ kind: 'fail-first', probability: 0.5, count: 1, status: 500 })).toBe(
      'The first attempt of 1 in 2 events gets 500.',
    )
  })

  test('a condition says all that has to be so', () => {
    expect(conditionWords(when)).toBe('Any request')
    expect(
      conditionWords({
        methods: ['POST', 'PUT'],
        path: '/orders/*',
        header: { name: 'X-Shop', contains: '' },
        field: { path: 'type', equals: 'paid' },
        verdict: 'invalid',
      }),
    ).toBe('POST or PUT to /orders/* where X-Shop is there and type is “paid” and the signature is invalid')
  })

  test('bounds of what is kept, and that there is none', () => {
    expect(retentionWords({ maxCount: 100_000, maxAgeDays: 1, maxBytes: 2_097_152 })).toBe(
      'Up to 100,000 requests, 1 day, 2 MB',
    )
    expect(retentionWords({ maxCount: null, maxAgeDays: null, maxBytes: null })).toBe('Without limit')
  })
})
