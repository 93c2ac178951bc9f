import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readJson, shorten, withoutSecret, wordsOf } from '../../../main/providers/answers.ts'

const key = ['sk', 'proj', 'Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z'].join('-')

describe('taking a secret out of a text', () => {
  it.each([
    [`Incorrect API key provided: ${key}. Try again.`, 'Incorrect API key provided: [key]. Try again.'],
    [
      `Incorrect API key provided: ${key.slice(0, 8)}${'*'.repeat(20)}${key.slice(-4)}.`,
      /^Incorrect API key provided: (\[key\])+$/,
    ],
    [`Key ****${key.slice(-4)} is invalid`, 'Key [key] is invalid'],
    [`Key sk-...${key.slice(-4)} is invalid`, 'Key [key] is invalid'],
    ['Please wait... and try again', 'Please wait... and try again'],
    ['Rate limit reached. Try in 41.7s.', 'Rate limit reached. Try in 41.7s.'],
  ])('%s', (text, expected) => {
    const clean = withoutSecret(text, key)
    if (typeof expected === 'string') expect(clean).toBe(expected)
    else expect(clean).toMatch(expected)
  })

  it('leaves no eight characters of it in a row, wherever and however it is repeated', () => {
    const secrets = fc.stringMatching(/^[A-Za-z0-9_.+/=-]{8,80}$/)
    const around = fc.string({ maxLength: 30 })
    fc.assert(
      fc.property(secrets, around, around, fc.nat(80), fc.nat(80), (secret, before, after, start, length) => {
        const piece = secret.slice(start % secret.length).slice(0, 8 + length)
        const texts = [`${before}${secret}${after}`, `${before}${piece}${after}${piece}`, encodeURIComponent(secret)]
        for (const text of texts) {
          const clean = withoutSecret(text, secret).replaceAll('[key]', '\n')
          for (let at = 0; at + 8 <= secret.length; at += 1) expect(clean).not.toContain(secret.slice(at, at + 8))
        }
      }),
    )
  })
})

describe('reading bodies', () => {
  it.each([
    ['{"a":1}', { kind: 'json', value: { a: 1 } }],
    ['\uFEFF[1]', { kind: 'json', value: [1] }],
    ['', { kind: 'not-json', looksLike: 'empty' }],
    [' \n', { kind: 'not-json', looksLike: 'empty' }],
    ['<html>', { kind: 'not-json', looksLike: 'html' }],
    ['{"a":[1,', { kind: 'not-json', looksLike: 'truncated' }],
    ['Bad gateway', { kind: 'not-json', looksLike: 'text' }],
  ])('%j', (body, expected) => {
    expect(readJson({ body })).toEqual(expected)
  })

  it.each([
    [{ error: { message: 'a' } }, 'a'],
    [[{ error: { message: 'b' } }], 'b'],
    [{ errors: [{ detail: 'c' }] }, 'c'],
    [{ detail: { message: 'd' } }, 'd'],
    [{ detail: 'e' }, 'e'],
    [{ error: 'f', code: 'x' }, 'f'],
    [{ message: 'g' }, 'g'],
    [{ data: [] }, null],
    [null, null],
    ['text', null],
  ])('finds the words in %j', (value, words) => {
    expect(wordsOf(value)).toBe(words)
  })

  it('never throws on any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const words = wordsOf(value)
        expect(words === null || typeof words === 'string').toBe(true)
      }),
    )
  })

  it('keeps at most 4 KiB on one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 6_000 }), (text) => {
        const short = shorten(text)
        expect(Buffer.byteLength(short)).toBeLessThanOrEqual(4_096)
        expect(short).not.toContain('\n')
      }),
      { numRuns: 50 },
    )
    expect(Buffer.byteLength(shorten('ü'.repeat(10_000)))).toBeLessThanOrEqual(4_096)
  })
})
