import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRetryAfter } from '../../../main/http/retry-after.ts'
import {
  parseDuration,
  parseReset,
  readAnthropicRateLimits,
  readBraveRateLimits,
  readBraveWindows,
  readNamedWindowRateLimits,
  readPlainRateLimits,
  readSplitRateLimits,
} from '../../../main/providers/rate-limits.ts'

const NOW = Date.UTC(2026, 8, 10, 12)

describe('the reset of a rate limit', () => {
  it.each([
    ['12ms', NOW + 12],
    ['1s', NOW + 1_000],
    ['6m0s', NOW + 360_000],
    ['1h2m3.5s', NOW + 3_723_500],
    ['2m59.56s', NOW + 179_560],
    ['1d2h', NOW + 93_600_000],
    ['1.5m', NOW + 90_000],
    ['250us', NOW],
    ['1500µs', NOW + 2],
    ['0', NOW],
    ['183945', NOW + 183_945_000],
    ['0.5', NOW + 500],
    ['1788220800', 1_788_220_800_000],
    ['1788220800123', 1_788_220_800_123],
    ['2026-09-10T12:01:00Z', NOW + 60_000],
    ['2026-09-10T14:01:00+02:00', NOW + 60_000],
    [' 1s ', NOW + 1_000],
  ])('reads %s', (text, expected) => {
    expect(parseReset(text, NOW)).toBe(expected)
  })

  it.each(['', 'soon', '-5', '5x', 'm', '1s!', '1m later', '2026-99-99T00:00:00Z', 'NaN', 'Infinity', '9'.repeat(40)])(
    'makes nothing of %s',
    (text) => {
      expect(parseReset(text, NOW)).toBeNull()
    },
  )

  it('reads every duration it could have been given', () => {
    const part = fc.record({ h: fc.nat(99), m: fc.nat(59), s: fc.nat(59), ms: fc.nat(999) })
    fc.assert(
      fc.property(part, ({ h, m, s, ms }) => {
        expect(parseDuration(`${h}h${m}m${s}s${ms}ms`)).toBe(h * 3_600_000 + m * 60_000 + s * 1_000 + ms)
      }),
    )
  })

  it('gives an instant or null for any text, and never one before now for a span', () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[0-9.hmsdun: TZ+-]{0,30}$/),
      fc.integer().map(String),
      fc.double().map(String),
    )
    fc.assert(
      fc.property(hostile, (text) => {
        const at = parseReset(text, NOW)
        if (at !== null) expect(Number.isInteger(at) && at >= 0 && at <= 8.64e15).toBe(true)
        const span = parseDuration(text)
        if (span !== null) expect(span).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})

describe('Retry-After', () => {
  it.each([
    ['42', 42_000],
    ['0', 0],
    ['1.5', 1_500],
    ['Thu, 10 Sep 2026 12:00:30 GMT', 30_000],
    ['Thu, 10 Sep 2026 11:00:00 GMT', 0],
    [undefined, null],
    ['', null],
    ['later', null],
    ['may 5', null],
    ['-3', null],
    ['9'.repeat(30), null],
  ])('reads %s', (text, expected) => {
    expect(parseRetryAfter(text, NOW)).toBe(expected)
  })

  it('gives a finite wait or null for any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const wait = parseRetryAfter(text, NOW)
        if (wait !== null) expect(Number.isFinite(wait) && wait >= 0).toBe(true)
      }),
    )
  })
})

describe('rate-limit headers', () => {
  it('reads those of Groq with a window each', () => {
    const headers = {
      'x-ratelimit-limit-requests': '14400',
      'x-ratelimit-remaining-requests': '14399',
      'x-ratelimit-reset-requests': '6s',
      'x-ratelimit-limit-tokens': '18000',
    }
    expect(readSplitRateLimits(headers, NOW, { requests: 86_400, tokens: 60 })).toEqual([
      { name: 'requests', limit: 14_400, remaining: 14_399, resetsAt: NOW + 6_000, windowSeconds: 86_400 },
      { name: 'tokens', limit: 18_000, remaining: null, resetsAt: null, windowSeconds: 60 },
    ])
  })

  it('reads those of GitHub, Mistral and Anthropic', () => {
    const github = { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1789041600' }
    expect(readPlainRateLimits(github, NOW, 'requests', 3_600)).toEqual([
      { name: 'requests', limit: 5_000, remaining: 0, resetsAt: 1_789_041_600_000, windowSeconds: 3_600 },
    ])
    const mistral = { 'x-ratelimit-limit-req-minute': '60', 'x-ratelimit-remaining-req-minute': '59' }
    expect(readNamedWindowRateLimits(mistral)).toEqual([
      { name: 'requests', limit: 60, remaining: 59, resetsAt: null, windowSeconds: 60 },
    ])
    const anthropic = { 'anthropic-ratelimit-tokens-limit': '80000', 'anthropic-ratelimit-tokens-reset': 'never' }
    expect(readAnthropicRateLimits(anthropic, NOW)).toEqual([
      { name: 'tokens', limit: 80_000, remaining: null, resetsAt: null, windowSeconds: 60 },
    ])
  })

  it("pairs the entries of Brave's lists and takes 0 for unlimited", () => {
    const headers = {
      'x-ratelimit-limit': '50, 0',
      'x-ratelimit-policy': '50;w=1, 0;w=2592000',
      'x-ratelimit-remaining': '49, 0',
      'x-ratelimit-reset': '1, 183945',
    }
    expect(readBraveRateLimits(headers, NOW)).toEqual([
      { name: 'requests', limit: 50, remaining: 49, resetsAt: NOW + 1_000, windowSeconds: 1 },
      { name: 'requests', limit: null, remaining: null, resetsAt: NOW + 183_945_000, windowSeconds: 2_592_000 },
    ])
  })

  it('puts the windows of Brave in order, however many there are, and does without a policy', () => {
    const three = {
      'x-ratelimit-limit': '2000, 1, 100',
      'x-ratelimit-policy': '2000;w=2678400, 1;w=1, 100; w=86400',
      'x-ratelimit-remaining': '118, 0',
    }
    expect(readBraveWindows(three, NOW).map(({ windowSeconds, remaining }) => [windowSeconds, remaining])).toEqual([
      [1, 0],
      [86_400, null],
      [2_678_400, 118],
    ])
    const bare = { 'x-ratelimit-limit': '1, 2000', 'x-ratelimit-remaining': '0, 118' }
    expect(readBraveWindows(bare, NOW).map(({ windowSeconds }) => windowSeconds)).toEqual([1, 2_678_400])
  })

  it('says nothing where there is nothing, and never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (limit, policy, reset) => {
        const headers = { 'x-ratelimit-limit': limit, 'x-ratelimit-policy': policy, 'x-ratelimit-reset': reset }
        for (const { limit: read } of readBraveRateLimits(headers, NOW)) expect(read === null || read > 0).toBe(true)
        readPlainRateLimits(headers, NOW, 'requests', null)
      }),
    )
    expect(readSplitRateLimits({}, NOW, { requests: null, tokens: null })).toEqual([])
  })
})
