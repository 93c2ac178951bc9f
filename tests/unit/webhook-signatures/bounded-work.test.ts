import { createHmac, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { ActiveEndpoint } from '../../../main/receiver/thread/active-endpoints.ts'
import { usualBehaviour } from '../../../shared/receiver-defaults.ts'
import type { SchemeId } from '../../../shared/webhook-schemes.ts'
import { mistakenBodies } from '../../../shared/webhook-signatures/doctor/body-candidates.ts'
import { rewrittenJson } from '../../../shared/webhook-signatures/doctor/json-styles.ts'
import { signatureTexts } from '../../../shared/webhook-signatures/doctor/loose-claim.ts'
import { Budget } from '../../../shared/webhook-signatures/doctor/search.ts'
import { twilio } from '../../../shared/webhook-signatures/rules/url-bound.ts'
import {
  createVerifier,
  diagnose,
  generateSecret,
  type SignedRequest,
  sign,
} from '../../../shared/webhook-signatures.ts'

const NOW = 1_770_000_000_000
const FORM = 'application/x-www-form-urlencoded'
const URL_CALLED = 'https://a.example/h/x'
const SECRET = 'of-the-endpoint'
const MB = 1_000_000

function twilioForm(body: string, url = URL_CALLED): SignedRequest {
  const bytes = Buffer.from(body)
  const message = { method: 'POST', url, body: bytes, id: 'x', timestamp: NOW, contentType: FORM }
  const rawHeaders = ['Content-Type', FORM, ...sign('twilio', message, [SECRET]).flat()]
  return { method: 'POST', url, rawHeaders, body: bytes }
}

function twilioVerdict(request: SignedRequest) {
  return createVerifier('twilio', [SECRET])(request, NOW)
}

function diagnosed(scheme: SchemeId | null, request: SignedRequest, secret = SECRET) {
  return diagnose(scheme, request, { secrets: [{ label: '', secret }], otherSecrets: [], urls: [], now: NOW })
}

const parameters = (count: number) => Array.from({ length: count }, (_, at) => `${at}=x`).join('&')

describe('what Twilio signs', () => {
  it('is made of 1,000 parameters and of 8 KB of URL', () => {
    expect(twilioVerdict(twilioForm(parameters(1_000)))).toMatchObject({ ok: true })
    const url = `${URL_CALLED}?${'a&'.repeat(4_000)}`
    expect(twilioVerdict(twilioForm('a=1', url))).toMatchObject({ ok: true })
  })

  it.each<[string, RegExp, SignedRequest]>([
    ['1,001 parameters', /1,000 parameters/, twilioForm(parameters(1_001))],
    ['a form of 300 KB', /256 KB/, twilioForm(`a=${'x'.repeat(300_000)}`)],
    ['a URL of 20,000 parameters', /8192 characters/, twilioForm('a=1', `${URL_CALLED}?${'a&'.repeat(20_000)}`)],
  ])('is not made of %s, and the verdict says so', (_name, said, request) => {
    expect(twilioVerdict(request)).toMatchObject({
      ok: false,
      reason: 'mismatch',
      message: expect.stringMatching(said),
    })
    expect(diagnosed('twilio', request)).toMatchObject([
      { cause: 'unexplained', sentence: expect.stringMatching(said) },
    ])
  })

  it('is sorted once for all forms of the URL', () => {
    const sort = vi.spyOn(Array.prototype, 'sort')
    try {
      const { rawHeaders, body } = twilioForm('b=1&a=2')
      sort.mockClear()
      const other = { method: 'POST', url: `${URL_CALLED}?q=%7e`, rawHeaders, body: Buffer.from(body) }
      expect(twilioVerdict(other)).toMatchObject({ ok: false })
      // The names, and the values of each of the two.
      expect(sort.mock.calls.length).toBe(3)
    } finally {
      sort.mockRestore()
    }
  })

  it('has the values of a repeated name of a URL side by side', () => {
    const forms = twilio.urlForms?.('https://a.example/?b=1&a=2&b=3') ?? []
    expect(forms).toContain('https://a.example/?b=1&b=3&a=2')
  })
})

describe('what strangers send', () => {
  it('is not parsed for a timestamp before its signature is right', () => {
    const parse = vi.spyOn(JSON, 'parse')
    try {
      const body = Buffer.from(`{"webhookTimestamp":${NOW}}`)
      const judged = (signature: string) =>
        createVerifier('linear', [SECRET])(
          { method: 'POST', url: null, rawHeaders: ['linear-signature', signature], body },
          NOW,
        )
      expect(judged('0'.repeat(64))).toMatchObject({ reason: 'mismatch' })
      expect(parse).not.toHaveBeenCalled()
      expect(judged(createHmac('sha256', SECRET).update(body).digest('hex'))).toMatchObject({
        ok: true,
        timestamp: NOW,
      })
    } finally {
      parse.mockRestore()
    }
  })

  it('has at most four signatures made with key pairs', () => {
    const judged = (count: number) => {
      const list = `v1a,${'A'.repeat(86)}== `.repeat(count)
      const rawHeaders = ['webhook-id', 'a', 'webhook-timestamp', String(NOW / 1_000), 'webhook-signature', list]
      const secret = `whpk_${Buffer.alloc(32, 3).toString('base64')}`
      return createVerifier('standard-webhooks', [secret])(
        { method: 'POST', url: null, rawHeaders, body: Buffer.alloc(0) },
        NOW,
      ).reason
    }
    expect([judged(4), judged(5)]).toEqual(['mismatch', 'header-malformed'])
  })

  it.each<[SchemeId, string]>([
    ['standard-webhooks', 'webhook-signature'],
    ['stripe', 'stripe-signature'],
    ['outpost', 'x-outpost-signature'],
  ])('is no list of 1 MB for %s', (scheme, name) => {
    const rawHeaders = ['webhook-id', 'a', 'webhook-timestamp', '1', name, `v0=${','.repeat(MB)}`]
    const verdict = createVerifier(scheme, [SECRET])(
      { method: 'POST', url: null, rawHeaders, body: Buffer.alloc(0) },
      NOW,
    )
    expect(verdict).toMatchObject({ reason: 'header-malformed', message: expect.stringContaining('more than 64') })
  })
})

describe('the doctor', () => {
  it('stops when its time is over, after the steps it always takes', () => {
    let now = 0
    const budget = new Budget(() => now)
    expect(Array.from({ length: 20 }, () => budget.step())).not.toContain(false)
    now = 301
    expect([budget.step(), budget.exhausted, budget.spend(0, 0)]).toEqual([false, true, false])
    const slow = new Budget(() => (now += 1_000))
    expect(Array.from({ length: 10 }, () => slow.step())).toEqual([...Array(8).fill(true), false, false])
  })

  it('takes no value of a header above 2 KB for a signature', () => {
    expect(signatureTexts(`"<${'a'.repeat(64)}>"`)).toEqual(['a'.repeat(64)])
    expect(signatureTexts(`a${'"'.repeat(3_000)}b`)).toEqual([])
  })

  it('writes a deep JSON in no style that makes it many times longer', () => {
    const body = Buffer.from(`${'['.repeat(190)}${'1,'.repeat(20_000)}1${']'.repeat(190)}`)
    const sizes = [...rewrittenJson(body)].map((written) => written.body.length)
    expect(sizes.length).toBeGreaterThan(0)
    expect(Math.max(...sizes)).toBeLessThan(4 * body.length)
  })

  it.each([
    ['spaces', `{"a":"${' '.repeat(120_000)}"}`],
    ['letters and spaces', `a${' '.repeat(120_000)}!`],
    ['parameters', 'a&'.repeat(60_000)],
  ])('makes all candidates of a body of %s in less than it may take for one diagnosis', (_name, text) => {
    const request = { method: 'POST', url: null, rawHeaders: ['content-type', FORM], body: Buffer.from(text) }
    const began = process.cpuUsage()
    expect([...mistakenBodies(request)].length).toBeGreaterThan(5)
    const { user, system } = process.cpuUsage(began)
    // Quadratic ones took half a minute.
    expect((user + system) / 1_000).toBeLessThan(3_000)
  })
})

describe('a public key for a secret', () => {
  const spki = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey
  const body = Buffer.from('{"id":"forged"}')
  const judged = (headers: readonly string[], scheme: SchemeId, secret: string, origin: 'set' | 'detected') =>
    createVerifier(scheme, [secret], null, origin)({ method: 'POST', url: URL_CALLED, rawHeaders: headers, body }, NOW)

  it.each<[string, string]>([
    ['of Discord', 'a1'.repeat(32)],
    ['of Discord, with a line break', `${'A1'.repeat(32)}\n`],
    ['of Standard Webhooks', `whpk_${Buffer.alloc(32, 3).toString('base64')}`],
    ['of SendGrid', spki.export({ format: 'der', type: 'spki' }).toString('base64')],
    ['in PEM', spki.export({ format: 'pem', type: 'spki' }).toString()],
  ])('%s is no key of a MAC and no token of a scheme that was detected', (_name, secret) => {
    const mac = createHmac('sha256', secret).update(body).digest('hex')
    const github = ['X-Hub-Signature-256', `sha256=${mac}`]
    expect(judged(github, 'github', secret, 'detected')).toMatchObject({
      reason: 'secret-format',
      message: expect.stringContaining('set the scheme of the endpoint'),
    })
    expect(judged(['X-Gitlab-Token', secret], 'gitlab-token', secret, 'detected')).toMatchObject({ ok: false })
    expect(judged(github, 'github', secret, 'set')).toMatchObject({ ok: true })
    const request = { method: 'POST', url: URL_CALLED, rawHeaders: github, body }
    expect(diagnosed(null, request, secret)).toMatchObject([
      { cause: 'secret-format', certain: false, remedy: expect.stringContaining('Set the scheme') },
    ])
    expect(diagnosed('github', request, secret)).toEqual([])
  })

  it.each<[SchemeId | null, string]>([
    [null, 'invalid'],
    ['github', 'valid'],
  ])('in the receiver, with the scheme %s of the endpoint', (scheme, verdict) => {
    const secret = 'a1'.repeat(32)
    const secrets = [{ label: '', secret }]
    const endpoint = new ActiveEndpoint({
      id: 1,
      slug: 'x',
      scheme,
      schemeOptions: null,
      secrets,
      behaviour: usualBehaviour,
    })
    const mac = createHmac('sha256', secret).update(body).digest('hex')
    const rawHeaders = ['X-Hub-Signature-256', `sha256=${mac}`]
    expect(endpoint.judge({ method: 'POST', url: URL_CALLED, rawHeaders, body }, NOW, true)).toMatchObject({ verdict })
  })

  it('is still one where its own scheme was detected', () => {
    const { secret, publicKey = '' } = generateSecret('discord')
    const message = { method: 'POST', url: URL_CALLED, body, id: 'x', timestamp: NOW, contentType: null }
    expect(judged(sign('discord', message, [secret]).flat(), 'discord', publicKey, 'detected')).toMatchObject({
      ok: true,
    })
  })

  it('leaves the other secrets of the endpoint usable', () => {
    const message = { method: 'POST', url: URL_CALLED, body, id: 'x', timestamp: NOW, contentType: null }
    const rawHeaders = sign('github', message, [SECRET]).flat()
    const verify = createVerifier('github', ['a1'.repeat(32), SECRET], null, 'detected')
    expect(verify({ method: 'POST', url: URL_CALLED, rawHeaders, body }, NOW)).toMatchObject({
      ok: true,
      matchedSecret: 1,
    })
  })

  it.each<SchemeId>(['github', 'shopify', 'gitlab-token', 'square'])('is not what is made for %s', (scheme) => {
    const { secret } = generateSecret(scheme)
    const message = { method: 'POST', url: URL_CALLED, body, id: 'x', timestamp: NOW, contentType: null }
    expect(judged(sign(scheme, message, [secret]).flat(), scheme, secret, 'detected')).toMatchObject({ ok: true })
  })
})
