import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detectKey, isKeyName, MASK_DOTS, maskKey, readPaste } from '../../shared/key-formats.ts'
import { MAX_KEY_LENGTH } from '../../shared/limits.ts'
import { keyKinds, providerIds } from '../../shared/providers.ts'
import { fill, hex, lower, samples } from './key-formats-samples.ts'

describe('detectKey', () => {
  it.each(samples)('UD-KEY-02: row $rule is a $kind key of $provider', ({ rule, value, provider, kind, name }) => {
    const found = detectKey(value, { variableName: name ?? null })
    expect(found).toMatchObject({ rule, provider, kind })
    expect(found.confidence).not.toBe('none')
  })

  it('knows all 28 rows and the two variants', () => {
    expect(new Set(samples.map((sample) => sample.rule)).size).toBe(30)
  })

  it.each([
    ['UD-FMT-01', `sk-${'proj'}-short`, 'openai', 'project'],
    ['UD-FMT-02', `sk-${'admin'}-short`, 'openai', 'admin'],
    ['UD-FMT-04', `sk-${fill(30)}`, 'openai', 'legacy'],
    ['UD-FMT-05', `sk-${'ant'}-something-new`, 'anthropic', 'standard'],
    ['UD-FMT-06', 'BSAx', 'brave', 'standard'],
  ] as const)('%s: the prefix alone says the provider, with a note', (_id, value, provider, kind) => {
    const found = detectKey(value)
    expect(found).toMatchObject({ provider, kind })
    expect(['medium', 'weak']).toContain(found.confidence)
    expect(found.note).not.toBeNull()
  })

  it.each([fill(32), fill(40), hex(32), hex(40), 'hello', 'grok 24/12/24', '', '\u{1f511}'])(
    'UD-KEY-07: keeps what it does not know (%s) as custom',
    (value) => {
      expect(detectKey(value)).toEqual({
        provider: 'custom',
        kind: 'unknown',
        confidence: 'none',
        rule: null,
        note: null,
      })
    },
  )

  it('lets the name decide between forms that several providers share', () => {
    const shared = `sk-${lower(32)}`
    expect(detectKey(shared)).toMatchObject({ provider: 'deepseek', confidence: 'weak' })
    expect(detectKey(shared, { variableName: 'DEEPSEEK_API_KEY' })).toMatchObject({
      provider: 'deepseek',
      confidence: 'medium',
    })
    expect(detectKey(shared, { variableName: 'OPENAI_API_KEY' })).toMatchObject({ provider: 'openai', kind: 'legacy' })
    expect(detectKey(shared, { variableName: 'MISTRAL_API_KEY' })).toMatchObject({ provider: 'mistral' })
    expect(detectKey(hex(32), { variableName: 'AZURE_OPENAI_API_KEY' })).toMatchObject({ provider: 'custom' })
  })

  it('does not let the name overrule a telling form, but says that they disagree', () => {
    const groq = detectKey(`gsk_${fill(52)}`, { variableName: 'OPENAI_API_KEY' })
    expect(groq.provider).toBe('groq')
    expect(groq.note).toContain('OpenAI')
  })

  it.each([
    ['ANTHROPIC_ADMIN_KEY', 'anthropic', 'admin'],
    ['OPENAI_API_KEY', 'openai', 'project'],
    ['STRIPE_WEBHOOK_SECRET', 'stripe', 'signing-secret'],
    ['VITE_GEMINI_KEY', 'gemini', 'standard'],
  ] as const)('takes the word of %s for a value without a form', (variableName, provider, kind) => {
    expect(detectKey('some-unknown-value', { variableName })).toMatchObject({
      provider,
      kind,
      confidence: 'weak',
      rule: null,
    })
  })

  it('says of access tokens that they are no API keys', () => {
    for (const value of [`ya29.${fill(60)}`, `eyJ${fill(20)}.${fill(40)}.${fill(40)}`]) {
      expect(detectKey(value)).toMatchObject({ kind: 'oauth-token' })
      expect(detectKey(value).note).toContain('not an API key')
    }
  })

  it('answers for every string, in its own words', () => {
    const heads = samples.map((sample) => sample.head)
    const hostile = fc
      .tuple(fc.constantFrom(...heads), fc.string({ unit: 'binary', maxLength: 300 }))
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), hostile), fc.option(fc.string()), (value, variableName) => {
        const found = detectKey(value, { variableName })
        expect(providerIds).toContain(found.provider)
        expect(keyKinds).toContain(found.kind)
        expect(found.confidence === 'none').toBe(found.provider === 'custom' && found.kind === 'unknown')
      }),
    )
  })

  it('is not slowed down by a megabyte of anything', () => {
    const heads = ['', 'sk-', 'sk-ant-api03-', 'ghs_1_', 'whsec_', '"', 'A=', 'A_', ' ', '=', 'NAME=', 'sk_live_']
    const bodies = ['a', ' ', '-', '=', '.', 'a.', '_', '"', '\n', '\\', 'A_', '\u{1f511}', '{"', '=#', '\t#']
    const started = performance.now()
    for (const head of heads) {
      for (const body of bodies) {
        const text = head + body.repeat(Math.floor(1_000_000 / body.length))
        for (const hostile of [text, `${text}!`, `${text.slice(0, MAX_KEY_LENGTH - 1)}!`]) {
          detectKey(hostile)
          maskKey(hostile)
          expect(() => readPaste(hostile)).not.toThrow(RangeError)
        }
      }
    }
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})

describe('maskKey', () => {
  it.each(samples)('UD-KEY-14: row $rule keeps its prefix "$head" and the last four', ({ value, head }) => {
    expect(maskKey(value)).toBe(`${head}${MASK_DOTS}${value.slice(-4)}`)
  })

  it('does not show the length', () => {
    expect(maskKey(`sk-${'proj'}-${fill(40)}`)).toHaveLength(maskKey(`sk-${'proj'}-${fill(150)}`).length)
  })

  it('shows no tail of a short value, and nothing of a short unknown one', () => {
    expect(maskKey(`sk-${'proj'}-abcdefghijk`)).toBe(`sk-proj-${MASK_DOTS}`)
    expect(maskKey('hunter2')).toBe(MASK_DOTS)
    expect(maskKey('')).toBe(MASK_DOTS)
    expect(maskKey('correct-horse-battery')).toBe(`${MASK_DOTS}tery`)
  })

  it('never shows more than the prefix and four characters', () => {
    const heads = fc.constantFrom('', ...samples.map((sample) => sample.head))
    fc.assert(
      fc.property(heads, fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 200 }), (head, body) => {
        const secret = head + body
        const [shownHead = '', shownTail = '', ...more] = maskKey(secret).split(MASK_DOTS)
        expect(more).toHaveLength(0)
        expect(secret.startsWith(shownHead)).toBe(true)
        expect(secret.endsWith(shownTail)).toBe(true)
        expect(shownTail.length).toBeLessThanOrEqual(4)
        expect(secret.length - shownHead.length - shownTail.length).toBeGreaterThanOrEqual(shownTail === '' ? 0 : 8)
        expect(maskKey(secret + body).startsWith(shownHead)).toBe(true)
      }),
    )
  })

  it('takes for a head only what stands in the table', () => {
    const known = new Set(['', 'sk-ant-', 'sk-or-', 'rkcs_', 'ya29.', 'eyJ', ...samples.map((sample) => sample.head)])
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 100 }), (secret) => {
        expect(known).toContain(maskKey(secret).split(MASK_DOTS)[0])
      }),
    )
  })
})

describe('isKeyName', () => {
  it.each([
    'OPENAI_API_KEY',
    'STRIPE_PUBLISHABLE_KEY',
    'GH_TOKEN',
    'MY_SECRET',
    'apiKey',
    'API-KEY',
    'GITHUB_PAT',
    'KEY',
  ])('%s names a key', (name) => {
    expect(isKeyName(name)).toBe(true)
  })
  it.each(['DATABASE_URL', 'PORT', 'MONKEY', 'TOKEN_LIMIT', 'NODE_ENV'])('%s does not', (name) => {
    expect(isKeyName(name)).toBe(false)
  })
})
