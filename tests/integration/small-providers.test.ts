import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttpClient } from '../../main/http/undici-client.ts'
import { cohereAdapter } from '../../main/providers/cohere.ts'
import { deepseekAdapter } from '../../main/providers/deepseek.ts'
import { elevenlabsAdapter } from '../../main/providers/elevenlabs.ts'
import { geminiAdapter } from '../../main/providers/gemini.ts'
import { githubAdapter } from '../../main/providers/github.ts'
import { groqAdapter } from '../../main/providers/groq.ts'
import { mistralAdapter } from '../../main/providers/mistral.ts'
import { perplexityAdapter } from '../../main/providers/perplexity.ts'
import type { CallContext, ProviderAdapter, ValidationResult } from '../../main/providers/provider.ts'
import { stripeAdapter } from '../../main/providers/stripe.ts'
import { xaiAdapter } from '../../main/providers/xai.ts'
import { validationSchema } from '../../shared/contract/keys.ts'
import { type KeyKind, type ValidationOutcome, validationOutcomes } from '../../shared/providers.ts'
import { elevenlabsReset } from '../simulators/small/elevenlabs.ts'
import { type FaultName, faultNames } from '../simulators/small/faults.ts'
import { githubReset } from '../simulators/small/github.ts'
import {
  type SmallProviderId,
  type SmallProvidersSimulator,
  smallProviderIds,
  startSmallProvidersSimulator,
} from '../simulators/small-providers.ts'

const adapters: Record<SmallProviderId, ProviderAdapter> = {
  cohere: cohereAdapter,
  deepseek: deepseekAdapter,
  elevenlabs: elevenlabsAdapter,
  gemini: geminiAdapter,
  github: githubAdapter,
  groq: groqAdapter,
  mistral: mistralAdapter,
  perplexity: perplexityAdapter,
  stripe: stripeAdapter,
  xai: xaiAdapter,
}

const NOW = Date.parse('2029-12-31T23:30:00Z')

let simulator: SmallProvidersSimulator
const http = createHttpClient({ userAgent: 'Keyhold/test' })

beforeAll(async () => {
  simulator = await startSmallProvidersSimulator()
})

afterAll(async () => {
  await http.close()
  await simulator.close()
})

interface Call {
  readonly secret?: string
  readonly kind?: KeyKind
  readonly baseUrl?: string
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

function validate(provider: SmallProviderId, name: string, call: Call = {}): Promise<ValidationResult> {
  const { timeoutMs } = call
  const context: CallContext = {
    http: timeoutMs === undefined ? http : { send: (request) => http.send({ ...request, timeoutMs }) },
    baseUrl: call.baseUrl ?? simulator.urls[provider],
    clock: { now: () => NOW },
    // The pauses between repeats are not what is tested here.
    wait: async () => {},
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  }
  const secret = call.secret ?? simulator.key(provider, name)
  return adapters[provider].validate({ secret, kind: call.kind ?? 'project' }, context)
}

/** Provider, case of its simulator, outcome, certainty, and words the message or a remedy must hold. */
const rows: readonly [SmallProviderId, string, ValidationOutcome, 'certain' | 'probable', RegExp][] = [
  ['xai', 'good', 'valid', 'certain', /accepts this key/],
  ['xai', 'revoked', 'invalid', 'certain', /management key is refused here too/],
  ['xai', 'revoked-401', 'invalid', 'certain', /does not know this key/],
  ['xai', 'other-400', 'unknown', 'probable', /header x-something is malformed/],
  ['xai', 'key-disabled', 'blocked', 'certain', /disabled/],
  ['xai', 'key-blocked', 'blocked', 'certain', /has blocked it/],
  ['xai', 'team-blocked', 'blocked', 'certain', /team it belongs to is blocked/],
  ['xai', 'no-credit', 'no_credit', 'probable', /used all credit or reached its monthly/],
  ['xai', 'no-credit-429', 'no_credit', 'probable', /used all credit or reached its monthly/],
  ['xai', 'limited', 'rate_limited', 'certain', /limiting requests/],
  ['xai', 'other-403', 'unknown', 'probable', /Something new/],

  ['gemini', 'good', 'valid', 'certain', /accepts this key/],
  ['gemini', 'revoked', 'invalid', 'certain', /wrong, revoked or expired/],
  ['gemini', 'revoked-array', 'invalid', 'certain', /wrong, revoked or expired/],
  ['gemini', 'expired', 'invalid', 'certain', /has expired/],
  ['gemini', 'leaked', 'blocked', 'certain', /found in public/],
  ['gemini', 'service-blocked', 'valid_limited', 'certain', /may not be used for Gemini/],
  ['gemini', 'service-disabled', 'valid_limited', 'certain', /Generative Language API/],
  ['gemini', 'other-403', 'valid_limited', 'probable', /does not have permission/],
  ['gemini', 'ip-blocked', 'blocked', 'certain', /this IP address/],
  ['gemini', 'suspended', 'blocked', 'certain', /project it belongs to is suspended/],
  ['gemini', 'billing-disabled', 'no_credit', 'certain', /billing is off/],
  ['gemini', 'location', 'blocked', 'probable', /place this machine is in/],
  ['gemini', 'other-400', 'unknown', 'probable', /Invalid value/],
  ['gemini', 'limited', 'rate_limited', 'certain', /Try again in 41 seconds/],

  ['mistral', 'good', 'valid', 'certain', /accepts this key/],
  ['mistral', 'revoked', 'invalid', 'certain', /wait a few minutes/],
  ['mistral', 'revoked-message', 'invalid', 'certain', /Codestral/],
  ['mistral', 'revoked-no-body', 'invalid', 'probable', /does not accept this key/],
  ['mistral', 'gateway-401', 'unknown', 'probable', /HTML page/],
  ['mistral', 'limited', 'rate_limited', 'certain', /limiting requests/],
  ['mistral', 'other-403', 'unknown', 'probable', /Something new/],

  ['groq', 'good', 'valid', 'certain', /accepts this key/],
  ['groq', 'revoked', 'invalid', 'certain', /does not accept this key/],
  ['groq', 'plan', 'valid_limited', 'certain', /plan of its organisation/],
  ['groq', 'org-restricted', 'blocked', 'certain', /restricted the organisation/],
  ['groq', 'limited', 'rate_limited', 'certain', /Try again in 7 seconds/],
  ['groq', 'other-403', 'unknown', 'probable', /Something new/],

  ['perplexity', 'good', 'valid', 'probable', /one real request/],
  ['perplexity', 'revoked', 'invalid', 'probable', /has API credit/],
  ['perplexity', 'json-401', 'invalid', 'probable', /most likely does not accept/],
  ['perplexity', 'other-400', 'unknown', 'probable', /Field required/],
  ['perplexity', 'limited', 'rate_limited', 'probable', /limiting requests/],

  ['deepseek', 'good', 'valid', 'certain', /accepts this key/],
  ['deepseek', 'two-currencies', 'valid', 'certain', /accepts this key/],
  ['deepseek', 'revoked', 'invalid', 'certain', /does not accept this key/],
  ['deepseek', 'no-credit', 'no_credit', 'certain', /no credit left/],
  ['deepseek', 'no-credit-402', 'no_credit', 'certain', /no credit left/],
  ['deepseek', 'odd-balance', 'unknown', 'probable', /nothing certain/],
  ['deepseek', 'other-401', 'invalid', 'probable', /Something new/],
  ['deepseek', 'limited', 'rate_limited', 'certain', /limiting requests/],

  ['github', 'good', 'valid', 'certain', /of octo-operator\. Its scopes: repo, read:org\./],
  ['github', 'fine-grained', 'valid', 'certain', /of octo-operator\.$/m],
  ['github', 'expires', 'valid', 'certain', /It expires on 2030-02-03\./],
  ['github', 'revoked', 'invalid', 'certain', /wrong, revoked or expired/],
  ['github', 'limited', 'rate_limited', 'certain', /Try again in 30 minutes/],
  ['github', 'secondary-limit', 'rate_limited', 'certain', /Try again in 60 seconds/],
  ['github', 'secondary-limit-text', 'rate_limited', 'certain', /Wait a moment/],
  ['github', 'sso', 'valid_limited', 'probable', /Configure SSO/],
  ['github', 'saml-text', 'valid_limited', 'probable', /single sign-on/],
  ['github', 'no-permission', 'valid_limited', 'probable', /not accessible by personal access token/],
  ['github', 'suspended', 'blocked', 'probable', /suspended the account/],
  ['github', 'other-403', 'unknown', 'probable', /Something new/],
  ['github', 'other-401', 'invalid', 'probable', /Requires authentication/],

  ['stripe', 'good', 'valid', 'certain', /test mode/],
  ['stripe', 'good-live', 'valid', 'certain', /live mode/],
  ['stripe', 'revoked', 'invalid', 'certain', /wrong, revoked or rolled/],
  ['stripe', 'expired', 'invalid', 'certain', /has expired/],
  ['stripe', 'platform-expired', 'invalid', 'certain', /90 days/],
  ['stripe', 'secret-required', 'wrong_kind', 'certain', /publishable/],
  ['stripe', 'restricted', 'valid_limited', 'certain', /may not read the balance/],
  ['stripe', 'restricted-400', 'valid_limited', 'probable', /may not read the balance/],
  ['stripe', 'ip-blocked', 'blocked', 'probable', /IP address/],
  ['stripe', 'other-403', 'valid_limited', 'probable', /Something new/],
  ['stripe', 'other-400', 'unknown', 'probable', /unknown parameter/],
  ['stripe', 'other-401', 'invalid', 'probable', /Something new/],
  ['stripe', 'limited', 'rate_limited', 'certain', /limiting requests/],
  ['stripe', 'limited-400', 'rate_limited', 'certain', /limiting requests/],
  ['stripe', 'lock-timeout', 'unknown', 'probable', /cannot be accessed right now/],
  ['stripe', 'card', 'unknown', 'probable', /declined/],

  ['elevenlabs', 'good', 'valid', 'certain', /87500 of 100000 credits are left until 2030-01-01\./],
  ['elevenlabs', 'used-up', 'valid', 'certain', /0 of 100000 credits/],
  ['elevenlabs', 'subscription-fails', 'valid', 'certain', /credits could not be read/],
  ['elevenlabs', 'revoked', 'invalid', 'certain', /does not accept this key/],
  ['elevenlabs', 'revoked-code', 'invalid', 'certain', /does not accept this key/],
  ['elevenlabs', 'revoked-string', 'invalid', 'certain', /does not accept this key/],
  ['elevenlabs', 'scoped', 'valid_limited', 'certain', /Give the key the permission user_read/],
  ['elevenlabs', 'scoped-new-reply', 'valid_limited', 'certain', /Give the key the permission user_read/],
  ['elevenlabs', 'quota-exceeded', 'no_credit', 'certain', /credits are used up/],
  ['elevenlabs', 'unusual-activity', 'blocked', 'probable', /unusual activity/],
  ['elevenlabs', 'not-verifiable', 'unknown', 'probable', /could not verify/],
  ['elevenlabs', 'other-401', 'invalid', 'probable', /Something new/],
  ['elevenlabs', 'limited', 'rate_limited', 'certain', /limiting requests/],

  ['cohere', 'good', 'valid', 'certain', /accepts this key/],
  ['cohere', 'revoked', 'invalid', 'certain', /does not accept this key/],
  ['cohere', 'not-valid', 'invalid', 'certain', /not valid/],
  ['cohere', 'no-verdict', 'unknown', 'probable', /nothing certain/],
  ['cohere', 'other-401', 'invalid', 'probable', /refused this key/],
  ['cohere', 'limited', 'rate_limited', 'certain', /1000 calls a month/],
]

describe('what a test of a key finds, provider by provider', () => {
  it.each(rows)('%s: %s is %s (%s)', async (provider, name, outcome, certainty, words) => {
    const result = await validate(provider, name)
    expect({ outcome: result.outcome, certain: result.certain }).toEqual({
      outcome,
      certain: certainty === 'certain',
    })
    expect([result.message, ...result.remedies].join('\n')).toMatch(words)
    expect(result.status).not.toBeNull()
    if (outcome !== 'valid') expect(result.remedies).not.toEqual([])
    expectPresentable(result, simulator.key(provider, name))
  })

  it('covers every case the simulators know', () => {
    const covered = new Set(rows.map(([provider, name]) => `${provider}/${name}`))
    const known = smallProviderIds.flatMap((provider) =>
      Object.keys(simulator.keys[provider])
        .filter((name) => !faultNames.some((fault) => fault === name))
        .map((name) => `${provider}/${name}`),
    )
    // The installation token needs a prefix of its own and has its own test below.
    expect(known.filter((entry) => !covered.has(entry))).toEqual(['github/installation'])
  })

  it.each(smallProviderIds)('%s: a key nobody made is not taken as good', async (provider) => {
    const result = await validate(provider, 'good', { secret: 'x'.repeat(40) })
    expect(result.outcome).toBe('invalid')
  })
})

describe('what else an answer tells', () => {
  it('xAI: the team', async () => {
    expect(await validate('xai', 'good')).toMatchObject({ owner: 'Team team-7' })
  })

  it('xAI: a refused management key is of the wrong kind', async () => {
    expect(await validate('xai', 'revoked', { kind: 'admin' })).toMatchObject({ outcome: 'wrong_kind', certain: false })
  })

  it('DeepSeek: every part of the balance in each currency, to the cent', async () => {
    const { balances } = await validate('deepseek', 'two-currencies')
    expect(balances).toEqual([
      { label: 'available', amount: '110', unit: 'CNY' },
      { label: 'granted', amount: '10', unit: 'CNY' },
      { label: 'topped up', amount: '100', unit: 'CNY' },
      { label: 'available', amount: '9.8', unit: 'USD' },
      { label: 'granted', amount: '0.3', unit: 'USD' },
      { label: 'topped up', amount: '9.5', unit: 'USD' },
    ])
  })

  it('Stripe: minor units by currency, also where they are not hundredths', async () => {
    const { balances } = await validate('stripe', 'good')
    expect(balances).toEqual([
      { label: 'available', amount: '1234.56', unit: 'USD' },
      { label: 'available', amount: '5000', unit: 'JPY' },
      { label: 'available', amount: '1.25', unit: 'KWD' },
      { label: 'pending', amount: '-2.5', unit: 'USD' },
    ])
  })

  it('Stripe: the permission a restricted key lacks', async () => {
    expect(await validate('stripe', 'restricted')).toMatchObject({ missingScopes: ['rak_balance_read'] })
  })

  it.each([
    ['publishable', ['pk', 'live', 'x'.repeat(40)].join('_')],
    ['signing-secret', `whsec_${'x'.repeat(40)}`],
  ] as const)('Stripe: a %s key is not sent anywhere', async (kind, secret) => {
    const before = simulator.requests.length
    const result = await validate('stripe', 'good', { secret, kind })
    expect(result).toMatchObject({ outcome: 'unknown', certain: true, status: null, reportedKind: kind })
    expect(simulator.requests.length).toBe(before)
  })

  it('ElevenLabs: credits, overage in money, and the permission a key lacks', async () => {
    expect(elevenlabsReset * 1_000).toBe(Date.parse('2030-01-01T00:00:00Z'))
    expect(await validate('elevenlabs', 'good')).toMatchObject({
      owner: 'Ada',
      balances: [
        { label: 'left', amount: '87500', unit: 'credits' },
        { label: 'included', amount: '100000', unit: 'credits' },
        { label: 'overage', amount: '1.25', unit: 'USD' },
      ],
    })
    expect(await validate('elevenlabs', 'scoped')).toMatchObject({ missingScopes: ['user_read'], balances: [] })
  })

  it('Cohere: the organisation', async () => {
    expect(await validate('cohere', 'good')).toMatchObject({ owner: 'Organisation org-42' })
  })

  it('GitHub: the user and the hourly limit, also while it is exhausted', async () => {
    const limit = { name: 'requests', limit: 5_000, resetsAt: githubReset * 1_000, windowSeconds: 3_600 }
    expect(await validate('github', 'good')).toMatchObject({
      owner: 'octo-operator',
      rateLimits: [{ ...limit, remaining: 4_987 }],
    })
    expect(await validate('github', 'limited')).toMatchObject({ rateLimits: [{ ...limit, remaining: 0 }] })
  })

  it('GitHub: an installation token is asked for its repositories, and the outcome is not certain', async () => {
    const key = ['ghs', 'x'.repeat(36)].join('_')
    const refused = await validate('github', 'installation', { secret: key })
    expect(refused.outcome).toBe('invalid')
    expect(simulator.requests.at(-1)?.path).toBe('/installation/repositories?per_page=1')
    const accepted = await validate('github', 'installation', { secret: simulator.installationToken })
    expect(accepted).toMatchObject({ outcome: 'valid', certain: false, owner: null })
  })

  it('Groq: requests per day, tokens per minute', async () => {
    expect((await validate('groq', 'good')).rateLimits).toEqual([
      { name: 'requests', limit: 14_400, remaining: 14_370, resetsAt: NOW + 179_560, windowSeconds: 86_400 },
      { name: 'tokens', limit: 18_000, remaining: 17_997, resetsAt: NOW + 7_660, windowSeconds: 60 },
    ])
  })

  it('Mistral: the window is in the name and there is no reset', async () => {
    expect((await validate('mistral', 'good')).rateLimits).toEqual([
      { name: 'requests', limit: 60, remaining: 58, resetsAt: null, windowSeconds: 60 },
      { name: 'tokens', limit: 500_000, remaining: 499_000, resetsAt: null, windowSeconds: 60 },
    ])
  })

  it('Perplexity: the probe asks for a model that does not exist, so that nothing is billed', async () => {
    await validate('perplexity', 'good')
    const request = simulator.requests.findLast(({ provider }) => provider === 'perplexity')
    expect(JSON.parse(request?.body ?? '{}')).toMatchObject({ model: 'keyhold-key-check', max_tokens: 1 })
  })
})

/** Every fault leaves the key undecided, but for these. */
const decided: Partial<Record<SmallProviderId, Partial<Record<FaultName, ValidationOutcome>>>> = {
  // An HTML page with 401 is how Perplexity refuses a key.
  perplexity: { 'portal-401': 'invalid', truncated: 'unknown' },
}

describe.each(smallProviderIds)('%s: what goes wrong on the way', (provider) => {
  const faults = faultNames.filter((name) => name !== 'flaky' && name !== 'never')

  it.each(faults)('%s says nothing certain about the key', async (fault) => {
    const result = await validate(provider, fault)
    const expected = decided[provider]?.[fault] ?? 'unknown'
    expect({ outcome: result.outcome, certain: result.certain }).toEqual({ outcome: expected, certain: false })
    expectPresentable(result, simulator.key(provider, fault))
  })

  it('never: the test ends by itself', async () => {
    const result = await validate(provider, 'never', { timeoutMs: 150 })
    expect(result).toMatchObject({ outcome: 'unknown', certain: false, status: null })
    expect(result.message).toMatch(/did not answer in time/)
  })

  it('flaky: one repeat gets over a passing fault', async () => {
    const healthy = await validate(provider, 'good')
    expect((await validate(provider, 'flaky')).outcome).toBe(healthy.outcome)
  })

  it('nothing listens at the address', async () => {
    const result = await validate(provider, 'good', { baseUrl: 'http://127.0.0.1:9/nothing' })
    expect(result).toMatchObject({ outcome: 'unknown', certain: false, status: null })
  })

  it('an abort is thrown, not turned into an outcome', async () => {
    const controller = new AbortController()
    const pending = validate(provider, 'never', { signal: controller.signal })
    controller.abort()
    await expect(pending).rejects.toMatchObject({ name: 'HttpFailure', kind: 'aborted' })
  })

  it('a redirect is not followed', async () => {
    const result = await validate(provider, 'redirect')
    expect(result.message).toMatch(/redirect/)
  })

  it('the key is never in an address, and no Origin header is sent', () => {
    const seen = simulator.requests.filter((request) => request.provider === provider)
    expect(seen.length).toBeGreaterThan(faults.length)
    const keys = Object.values(simulator.keys[provider])
    for (const request of seen) {
      expect(keys.some((key) => request.url.includes(key))).toBe(false)
      expect(request.headers.origin).toBeUndefined()
      expect(request.headers['user-agent']).toBe('Keyhold/test')
    }
  })
})

/** A result fits the contract, is fit to be read, and holds nothing of the key beyond what every key shares. */
function expectPresentable(result: ValidationResult, key: string): void {
  expect(validationSchema.safeParse({ ...result, testedAt: NOW, durationMs: 1 }).error).toBeUndefined()
  expect(validationOutcomes).toContain(result.outcome)
  const text = JSON.stringify(result)
  expect(text).not.toContain(key)
  expect(text).not.toContain(key.slice(-12))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
  expect([result.message, ...result.remedies].join('')).not.toMatch(/[\u0000-\u001f]/)
  expect(result.message).toMatch(/^\S/)
  expect(result.message.length).toBeLessThan(4_200)
}
