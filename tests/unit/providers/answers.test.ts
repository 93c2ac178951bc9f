import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readJson, wordsOf } from '../../../main/providers/answers.ts'
import {
  identityText,
  labelText,
  redactedText,
  SecretRemover,
  shorten,
  withoutSecret,
} from '../../../main/providers/provider-text.ts'

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

describe('a secret in other forms', () => {
  const lower = key.toLowerCase()
  const percent = [...Buffer.from(key)].map((byte) => `%${byte.toString(16)}`).join('')
  it.each([
    ['upper case', key.toUpperCase()],
    ['lower case', lower],
    ['percent-encoded', percent],
    ['Base64', Buffer.from(key).toString('base64')],
    ['Base64 within a longer text', Buffer.from(`u:${key}:p`).toString('base64')],
    ['hex', Buffer.from(key).toString('hex').toUpperCase()],
    ['spaces between the characters', [...key].join(' ')],
    ['invisible characters between', [...key].join('\u200b')],
  ])('%s', (_what, form) => {
    const clean = withoutSecret(`no luck with ${form} today`, key)
    expect(clean).toContain('no luck with ')
    expect(clean).toContain(' today')
    for (let at = 0; at + 12 <= form.length; at += 1) expect(clean).not.toContain(form.slice(at, at + 12))
    expect(clean.length).toBeLessThan(60)
  })

  it('leaves prose alone that only looks like the beginning of a key', () => {
    const admin = `sk-${'ant'}-${'admin'}01-${key.slice(8)}`
    const text = 'An important admin asked for sk, proj and ant keys in 2026: see example.com/a%20b'
    expect(withoutSecret(text, admin)).toBe(text)
  })
})

describe('hostile lengths', () => {
  const texts = Object.fromEntries(
    ['a', '*', 'aa**', 'a..', '%61%', '\n ', key].map((piece) => [piece, Buffer.alloc(10_000_000, piece).toString()]),
  )
  it.each(Object.entries(texts))('ten megabytes of %j: reads no more than it needs', (_what, text) => {
    const remover = new SecretRemover(key)
    // The best of three: the machine may be busy with something else.
    const durations = [1, 2, 3].map(() => {
      const started = performance.now()
      shorten(withoutSecret(text, key))
      labelText(text, remover)
      identityText(text, remover)
      redactedText(text, remover)
      return performance.now() - started
    })
    expect(Math.min(...durations)).toBeLessThan(50)
  })
})

describe('labels', () => {
  const secret = new SecretRemover(key)
  it('are one line without control and direction characters', () => {
    expect(labelText(' a\u0000b\n\u202ec\u2028d\u2066 ', secret)).toBe('a b c d')
    expect(labelText('\u202e', secret)).toBeNull()
    expect(labelText('👩\u200d💻', secret)).toBe('👩\u200d💻')
  })

  it('have at most 200 characters; long identities stay distinct', () => {
    const long = 'x'.repeat(300)
    expect(labelText(long, secret)).toHaveLength(200)
    expect(identityText(`${long}1`, secret)).toHaveLength(200)
    expect(identityText(`${long}1`, secret)).not.toBe(identityText(`${long}2`, secret))
    expect(identityText('model-1', secret)).toBe('model-1')
    expect(identityText(`${key}1`, secret)).toBe('[key]1')
  })

  it('keep redacted forms and clean what only looks like one', () => {
    for (const redacted of [`${key.slice(0, 11)}...${key.slice(-4)}`, `sk-${'or'}-v1-0e6****1c96`, '...abcd']) {
      expect(redactedText(redacted, secret)).toBe(redacted)
    }
    expect(redactedText(`${key}...abcd`, secret)).toBe('[key]...abcd')
    expect(redactedText(key, secret)).toBe('[key]')
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
