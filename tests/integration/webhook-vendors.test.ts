import { Signature } from '@hubspot/api-client'
import { LinearWebhookClient } from '@linear/sdk/webhooks'
import { sign as octokitSign, verify as octokitVerify } from '@octokit/webhooks-methods'
import { Paddle } from '@paddle/paddle-node-sdk'
import { isValidSlackRequest } from '@slack/bolt'
import { verifyKey } from 'discord-interactions'
import fc from 'fast-check'
import { WebhooksHelper } from 'square'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import Stripe from 'stripe'
import { Webhook as SvixWebhook } from 'svix'
import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import type { SchemeId } from '../../shared/webhook-schemes.ts'
import { generateSecret, type MessageToSign, prepareToSign, sign, verify } from '../../shared/webhook-signatures.ts'

/**
 * The vendors' own packages accept what is signed here, refuse it when it was changed, and what they sign (where they
 * can) is accepted here. Bodies are text, because that is what most of the packages take.
 */

const runs = { numRuns: 60 }
const text = fc.oneof(
  fc.json(),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }).filter((value) => value.isWellFormed()),
)
const secretText = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((value) => value.isWellFormed() && value.trim() !== '')
const keyBytes = fc.uint8Array({ minLength: 24, maxLength: 64 })
const id = fc.stringMatching(/^[A-Za-z0-9_]{1,40}$/)
const url = fc.webUrl({ validSchemes: ['https', 'http'], withQueryParameters: true })

interface Signed {
  readonly message: MessageToSign
  readonly headers: Record<string, string>
}

/** Signed now: several packages look at the clock and cannot be told the time. */
function signedBy(scheme: SchemeId, secret: string, changes: Partial<MessageToSign>): Signed {
  const message = prepareToSign(scheme, {
    method: 'POST',
    url: 'https://hooks.example.com/in',
    body: Buffer.alloc(0),
    id: 'msg_1',
    timestamp: Date.now(),
    contentType: 'application/json',
    ...changes,
  })
  const pairs = sign(scheme, message, [secret]).map(([name, value]) => [name.toLowerCase(), value] as const)
  return { message, headers: Object.fromEntries(pairs) }
}

function accepts(
  scheme: SchemeId,
  secret: string,
  headers: readonly string[],
  body: string,
  changes: Partial<MessageToSign> = {},
): boolean {
  const { method = 'POST', url: called = null } = changes
  return verify(scheme, { method, url: called, rawHeaders: headers, body: Buffer.from(body) }, [secret], Date.now()).ok
}

function passes(check: () => unknown): boolean {
  try {
    check()
    return true
  } catch {
    return false
  }
}

describe('Standard Webhooks and Svix', () => {
  it.each([
    ['standard-webhooks', 'webhook', StandardWebhook],
    ['svix', 'svix', SvixWebhook],
  ] as const)('%s', (scheme, prefix, Webhook) => {
    fc.assert(
      fc.property(text, keyBytes, id, (body, key, messageId) => {
        const secret = `whsec_${Buffer.from(key).toString('base64')}`
        const { headers } = signedBy(scheme, secret, { body: Buffer.from(body), id: messageId })
        const package_ = new Webhook(secret)
        // What remains after the signature is right is that the library parses JSON.
        const verdict = (payload: string) =>
          passes(() => package_.verify(payload, headers)) || isJsonError(package_, payload, headers)
        expect(verdict(body)).toBe(true)
        expect(verdict(`${body} `)).toBe(false)
        const at = new Date()
        const theirs = package_.sign(messageId, at, body)
        const stamp = String(Math.floor(at.getTime() / 1_000))
        const rawHeaders = [`${prefix}-id`, messageId, `${prefix}-timestamp`, stamp, `${prefix}-signature`, theirs]
        expect(accepts(scheme, secret, rawHeaders, body)).toBe(true)
        expect(accepts(scheme, secret, rawHeaders, `${body} `)).toBe(false)
      }),
      runs,
    )
  })

  function isJsonError(
    webhook: StandardWebhook | SvixWebhook,
    payload: string,
    headers: Record<string, string>,
  ): boolean {
    try {
      webhook.verify(payload, headers)
      return true
    } catch (error) {
      return error instanceof SyntaxError
    }
  }
})

describe('Stripe', () => {
  const stripe = new Stripe(`sk_test_${'x'.repeat(24)}`)

  it('accepts and is accepted, several secrets included', () => {
    fc.assert(
      fc.property(fc.json(), secretText, secretText, (body, secret, other) => {
        const message = {
          method: 'POST',
          url: '',
          body: Buffer.from(body),
          id: 'x',
          timestamp: Date.now(),
          contentType: null,
        }
        const header = sign('stripe', message, [other, secret])[0]?.[1] ?? ''
        const check = (payload: string) => passes(() => stripe.webhooks.constructEvent(payload, header, secret))
        expect(check(body)).toBe(true)
        expect(check(`${body} `)).toBe(false)
        const theirs = stripe.webhooks.generateTestHeaderString({ payload: body, secret })
        expect(accepts('stripe', secret, ['Stripe-Signature', theirs], body)).toBe(true)
        expect(accepts('stripe', secret, ['Stripe-Signature', theirs], `${body} `)).toBe(false)
      }),
      runs,
    )
  })

  it('agrees about the last second and about the future', () => {
    const secret = `whsec_${'x'.repeat(24)}`
    const body = '{}'
    const timestamp = 1_770_000_000
    const header = stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp })
    for (const after of [-86_400_000, 0, 300_000, 300_999, 301_000, 86_400_000]) {
      const now = timestamp * 1_000 + after
      const theirs = passes(() => stripe.webhooks.constructEvent(body, header, secret, undefined, undefined, now))
      const request = { method: 'POST', url: null, rawHeaders: ['Stripe-Signature', header], body: Buffer.from(body) }
      expect(verify('stripe', request, [secret], now).ok).toBe(theirs)
    }
  })
})

describe('GitHub', () => {
  it('accepts and is accepted', async () => {
    await fc.assert(
      fc.asyncProperty(text, secretText, async (body, secret) => {
        const { headers } = signedBy('github', secret, { body: Buffer.from(body) })
        const ours = headers['x-hub-signature-256'] ?? ''
        expect(await octokitVerify(secret, body, ours)).toBe(true)
        expect(await octokitVerify(secret, `${body} `, ours)).toBe(false)
        const theirs = await octokitSign(secret, body)
        expect(accepts('github', secret, ['X-Hub-Signature-256', theirs], body)).toBe(true)
        expect(accepts('github', secret, ['X-Hub-Signature-256', theirs], `${body} `)).toBe(false)
      }),
      runs,
    )
  })
})

describe('Slack', () => {
  const check = (secret: string, body: string, headers: Record<string, string>, nowMilliseconds: number) =>
    isValidSlackRequest({
      signingSecret: secret,
      body,
      headers: {
        'x-slack-signature': headers['x-slack-signature'] ?? '',
        'x-slack-request-timestamp': Number(headers['x-slack-request-timestamp']),
      },
      nowMilliseconds,
    })

  it('accepts', () => {
    fc.assert(
      fc.property(text, secretText, (body, secret) => {
        const { headers } = signedBy('slack', secret, { body: Buffer.from(body) })
        expect(check(secret, body, headers, Date.now())).toBe(true)
        expect(check(secret, `${body} `, headers, Date.now())).toBe(false)
      }),
      runs,
    )
  })

  it('agrees about the last second and about the future', () => {
    const timestamp = 1_770_000_000_000
    const { headers, message } = signedBy('slack', 's', { timestamp, body: Buffer.from('{}') })
    const rawHeaders = Object.entries(headers).flat()
    for (const after of [-86_400_000, 0, 300_000, 300_999, 301_000, 86_400_000]) {
      const now = timestamp + after
      const ours = verify('slack', { method: 'POST', url: null, rawHeaders, body: message.body }, ['s'], now).ok
      expect(ours).toBe(check('s', '{}', headers, now))
    }
  })
})

describe('Twilio', () => {
  const fields = fc.dictionary(
    fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,10}$/),
    fc.oneof(fc.string({ maxLength: 12 }), fc.array(fc.string({ maxLength: 6 }), { minLength: 2, maxLength: 4 })),
    { maxKeys: 6 },
  )

  it('accepts forms and is accepted, repeated fields included', () => {
    fc.assert(
      fc.property(fields, secretText, url, (params, secret, called) => {
        const form = new URLSearchParams()
        for (const [name, value] of Object.entries(params)) for (const one of [value].flat()) form.append(name, one)
        const body = form.toString()
        const contentType = 'application/x-www-form-urlencoded'
        const { headers, message } = signedBy('twilio', secret, { url: called, body: Buffer.from(body), contentType })
        const ours = headers['x-twilio-signature'] ?? ''
        expect(message.url).toBe(called)
        expect(twilio.validateRequest(secret, ours, called, params)).toBe(true)
        expect(twilio.validateRequest(secret, ours, called, { ...params, More: '1' })).toBe(false)
        const theirs = twilio.getExpectedTwilioSignature(secret, called, params)
        const rawHeaders = ['Content-Type', contentType, 'X-Twilio-Signature', theirs]
        expect(accepts('twilio', secret, rawHeaders, body, { url: called })).toBe(true)
        expect(accepts('twilio', secret, rawHeaders, `${body}&More=1`, { url: called })).toBe(false)
      }),
      runs,
    )
  })

  it('accepts other bodies through their hash', () => {
    fc.assert(
      fc.property(text, secretText, url, (body, secret, called) => {
        const { headers, message } = signedBy('twilio', secret, { url: called, body: Buffer.from(body) })
        const check = (payload: string) =>
          twilio.validateRequestWithBody(secret, headers['x-twilio-signature'] ?? '', message.url, payload)
        expect(check(body)).toBe(true)
        expect(check(`${body} `)).toBe(false)
        const rawHeaders = Object.entries(headers).flat()
        expect(accepts('twilio', secret, rawHeaders, body, { url: message.url })).toBe(true)
        expect(accepts('twilio', secret, rawHeaders, `${body} `, { url: message.url })).toBe(false)
      }),
      runs,
    )
  })

  it('agrees about every form of the URL', () => {
    const base = "https://a.example/x'y?b=it's&a=1%202&b=%27"
    const forms = [
      base,
      base.replace('a.example', 'a.example:443'),
      base.replace('a.example', 'a.example:8443'),
      base.replace('https', 'http'),
    ]
    for (const signedUrl of [...forms, new URL(base).toString(), "https://a.example/x'y?b=it's&b='&a=1%202"]) {
      const signature = twilio.getExpectedTwilioSignature('t', signedUrl, {})
      for (const called of forms) {
        const ours = accepts('twilio', 't', ['X-Twilio-Signature', signature], '', { url: called })
        expect([signedUrl, called, ours]).toEqual([
          signedUrl,
          called,
          twilio.validateRequest('t', signature, called, {}),
        ])
      }
    }
  })
})

describe('Square', () => {
  it('accepts', async () => {
    await fc.assert(
      fc.asyncProperty(text, secretText, url, async (requestBody, signatureKey, notificationUrl) => {
        const { headers } = signedBy('square', signatureKey, { url: notificationUrl, body: Buffer.from(requestBody) })
        const signatureHeader = headers['x-square-hmacsha256-signature'] ?? ''
        const check = (body: string, called: string) =>
          WebhooksHelper.verifySignature({ requestBody: body, signatureHeader, signatureKey, notificationUrl: called })
        expect(await check(requestBody, notificationUrl)).toBe(true)
        expect(await check(`${requestBody} `, notificationUrl)).toBe(false)
        expect(await check(requestBody, `${notificationUrl}/`)).toBe(false)
      }),
      runs,
    )
  })
})

describe('HubSpot', () => {
  /** The package leaves the escapes of the URL to its caller; ports and paths without any are enough here. */
  const plainUrl = fc.webUrl({ validSchemes: ['https'] }).map((value) => value.replaceAll('%', ''))

  it.each([
    ['v1', 'hubspot-v1', 'x-hubspot-signature'],
    ['v2', 'hubspot-v2', 'x-hubspot-signature'],
    ['v3', 'hubspot-v3', 'x-hubspot-signature-v3'],
  ] as const)('%s', (signatureVersion, scheme, header) => {
    fc.assert(
      fc.property(
        text,
        secretText,
        plainUrl,
        fc.constantFrom('POST', 'PUT'),
        (requestBody, clientSecret, called, method) => {
          const timestamp = Date.now()
          const { headers } = signedBy(scheme, clientSecret, {
            method,
            url: called,
            body: Buffer.from(requestBody),
            timestamp,
          })
          const options = {
            clientSecret,
            url: called,
            method,
            timestamp,
            signatureVersion,
            signature: headers[header] ?? '',
          }
          expect(Signature.isValid({ ...options, requestBody })).toBe(true)
          expect(Signature.isValid({ ...options, requestBody: `${requestBody} ` })).toBe(false)
          const theirs = Signature.getSignature(method, signatureVersion, { ...options, requestBody })
          const rawHeaders = [header, theirs, 'X-HubSpot-Request-Timestamp', String(timestamp)]
          expect(accepts(scheme, clientSecret, rawHeaders, requestBody, { method, url: called })).toBe(true)
          expect(accepts(scheme, clientSecret, rawHeaders, `${requestBody} `, { method, url: called })).toBe(false)
        },
      ),
      runs,
    )
  })
})

describe('Paddle', () => {
  const { webhooks } = new Paddle(`pdl_${'x'.repeat(24)}`)

  it('accepts', async () => {
    await fc.assert(
      fc.asyncProperty(text, secretText, async (body, secret) => {
        const { headers } = signedBy('paddle', secret, { body: Buffer.from(body) })
        const header = headers['paddle-signature'] ?? ''
        expect(await webhooks.isSignatureValid(body, secret, header)).toBe(true)
        expect(await webhooks.isSignatureValid(`${body} `, secret, header)).toBe(false)
      }),
      runs,
    )
  })
})

describe('Linear', () => {
  it('accepts', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 }), secretText, (event, secret) => {
        const body = JSON.stringify({ ...event, webhookTimestamp: 1 })
        const { headers, message } = signedBy('linear', secret, { body: Buffer.from(body) })
        const client = new LinearWebhookClient(secret)
        const check = (payload: Uint8Array) =>
          passes(() => client.verify(Buffer.from(payload), headers['linear-signature'] ?? ''))
        expect(check(message.body)).toBe(true)
        expect(check(Buffer.concat([message.body, Buffer.from(' ')]))).toBe(false)
      }),
      runs,
    )
  })
})

describe('Discord', () => {
  it('accepts', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (body) => {
        const { secret, publicKey = '' } = generateSecret('discord')
        const { headers } = signedBy('discord', secret, { body: Buffer.from(body) })
        const check = (payload: string) =>
          verifyKey(payload, headers['x-signature-ed25519'] ?? '', headers['x-signature-timestamp'] ?? '', publicKey)
        expect(await check(body)).toBe(true)
        expect(await check(`${body} `)).toBe(false)
      }),
      runs,
    )
  })
})
