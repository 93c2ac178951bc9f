import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { SchemeId } from '../../../shared/webhook-schemes.ts'
import { type DoctorCause, diagnose, sign } from '../../../shared/webhook-signatures.ts'
import {
  base64,
  diagnosed,
  expectCertain,
  header,
  hex,
  json,
  NOW,
  type Sender,
  URL_CALLED,
  whsec,
} from './broken-sender.ts'

describe('the doctor on URLs', () => {
  const arrivesAt = (url: string | null, signed: string, urls: string[] = [], scheme: SchemeId = 'square'): Sender => ({
    scheme,
    secret: hex,
    signs: { url: signed },
    arrives: { url },
    has: { urls },
  })
  const local = 'http://127.0.0.1:4590/h/orders'
  const tunnel = 'https://calm-fox.trycloudflare.com/h/orders'

  it.each<[string, Sender, DoctorCause, RegExp]>([
    ['the URL of a tunnel', arrivesAt(local, tunnel, [tunnel]), 'url-other', /calm-fox/],
    ['no URL known, one to try', arrivesAt(null, tunnel, [local, tunnel]), 'url-other', /calm-fox/],
    ['http for https', arrivesAt('http://a.example/h', 'https://a.example/h'), 'url-protocol', /https, not http/],
    ['a port too much', arrivesAt('https://a.example:8443/h', 'https://a.example/h'), 'url-port', /without the port/],
    [
      'the standard port written out',
      arrivesAt('https://a.example/h', 'https://a.example:443/h'),
      'url-port',
      /standard port/,
    ],
    ['a slash at the end', arrivesAt('https://a.example/h', 'https://a.example/h/'), 'url-slash', /slash/],
    ['no query', arrivesAt('https://a.example/h?x=1', 'https://a.example/h'), 'url-query', /query/],
    [
      'plus signs for spaces',
      arrivesAt('https://a.example/h?x=a%20b', 'https://a.example/h?x=a+b'),
      'url-encoding',
      /plus/,
    ],
    ['Twilio behind a tunnel', arrivesAt(local, tunnel, [tunnel], 'twilio'), 'url-other', /calm-fox/],
    ['HubSpot behind a tunnel', arrivesAt(local, tunnel, [tunnel], 'hubspot-v3'), 'url-other', /calm-fox/],
  ])('%s', (_name, sender, cause, words) => {
    expectCertain(sender, cause, words)
  })

  it('the host a proxy reports', () => {
    const headers = (all: string[]) => ['X-Forwarded-Host', 'calm-fox.example', 'X-Forwarded-Proto', 'https', ...all]
    const sender = arrivesAt('http://127.0.0.1:4590/h/orders', 'https://calm-fox.example/h/orders')
    expectCertain({ ...sender, arrives: { ...sender.arrives, headers } }, 'url-other', /calm-fox/)
  })

  it('says that it needs a URL where there is none to try', () => {
    expect(diagnosed(arrivesAt(null, tunnel))[0]).toMatchObject({ cause: 'url-unknown', certain: false })
  })

  it('never repeats a query, which may hold a token', () => {
    const token = 't'.repeat(20)
    const found = diagnosed(arrivesAt(local, `${tunnel}?token=${token}`, [`${tunnel}?token=${token}`]))
    expect(JSON.stringify(found)).not.toContain(token)
  })

  it('the method HubSpot signs', () => {
    expectCertain({ scheme: 'hubspot-v3', secret: hex, signs: { method: 'PUT' } }, 'method', /PUT/)
  })
})

describe('the doctor on timestamps, ids and headers', () => {
  const seconds = NOW / 1_000

  it.each<[string, Sender, DoctorCause]>([
    ['an old request', { scheme: 'stripe', secret: hex, signs: { timestamp: NOW - 3_600_000 } }, 'timestamp-old'],
    [
      'a clock that is ahead',
      { scheme: 'svix', secret: whsec, signs: { timestamp: NOW + 900_000 } },
      'timestamp-ahead',
    ],
    [
      'milliseconds for seconds',
      { scheme: 'svix', secret: whsec, signs: { timestamp: NOW * 1_000 } },
      'timestamp-unit',
    ],
    [
      'seconds for milliseconds',
      { scheme: 'hubspot-v3', secret: hex, signs: { timestamp: seconds } },
      'timestamp-unit',
    ],
    [
      'signed in seconds, written in milliseconds',
      {
        scheme: 'slack',
        secret: hex,
        arrives: { headers: header('x-slack-request-timestamp', (value) => `${value}000`) },
      },
      'timestamp-unit',
    ],
    [
      'an id shortened at its dot',
      {
        scheme: 'standard-webhooks',
        secret: whsec,
        arrives: { headers: header('webhook-id', (value) => `${value}.retry`) },
      },
      'id-with-dots',
    ],
    [
      'the header twice',
      { scheme: 'github', secret: hex, arrives: { headers: (all) => [...all, ...all.slice(-2)] } },
      'header-repeated',
    ],
    [
      'capital letters',
      {
        scheme: 'github',
        secret: hex,
        arrives: { headers: header('x-hub-signature-256', (value) => `sha256=${value.slice(7).toUpperCase()}`) },
      },
      'signature-case',
    ],
    [
      'base64 for hexadecimal',
      {
        scheme: 'github',
        secret: hex,
        arrives: {
          headers: header(
            'x-hub-signature-256',
            (value) => `sha256=${Buffer.from(value.slice(7), 'hex').toString('base64')}`,
          ),
        },
      },
      'signature-encoding',
    ],
    [
      'base64 for URLs',
      {
        scheme: 'shopify',
        secret: hex,
        signs: { body: Buffer.from('1') },
        arrives: { body: '1', headers: header('x-shopify-hmac-sha256', (value) => value.replace(/=$/, '')) },
      },
      'signature-encoding',
    ],
    [
      'no prefix',
      { scheme: 'github', secret: hex, arrives: { headers: header('x-hub-signature-256', (value) => value.slice(7)) } },
      'signature-prefix',
    ],
    [
      'another version',
      {
        scheme: 'slack',
        secret: hex,
        arrives: { headers: header('x-slack-signature', (value) => value.replace('v0', 'v1')) },
      },
      'signature-version',
    ],
    [
      'another version of Standard Webhooks',
      {
        scheme: 'standard-webhooks',
        secret: whsec,
        arrives: { headers: header('webhook-signature', (value) => value.replace('v1', 'v2')) },
      },
      'signature-version',
    ],
    [
      'a signature that was cut',
      {
        scheme: 'github',
        secret: hex,
        arrives: { headers: header('x-hub-signature-256', (value) => value.slice(0, 40)) },
      },
      'signature-truncated',
    ],
    [
      'a character changed by hand',
      {
        scheme: 'github',
        secret: hex,
        arrives: {
          headers: header('x-hub-signature-256', (value) => value.replace(/.$/, (last) => (last === '0' ? '1' : '0'))),
        },
      },
      'signature-altered',
    ],
  ])('%s', (_name, sender, cause) => {
    expectCertain(sender, cause)
  })

  it('says that an id with dots is odd even when another thing is at fault', () => {
    const found = diagnosed({
      scheme: 'standard-webhooks',
      secret: whsec,
      signs: { id: 'a.b' },
      has: { secret: `${whsec}\n` },
    })
    expect(found.map(({ cause }) => cause)).toEqual(['secret-whitespace', 'id-with-dots'])
  })

  it("Linear's missing timestamp", () => {
    const body = '{"type":"Issue"}'
    const [first] = diagnosed({ scheme: 'linear', secret: hex, signs: { body: Buffer.from(body) }, arrives: { body } })
    expect(first).toMatchObject({ cause: 'timestamp-missing' })
  })
})

describe('the doctor on what is signed and by whom', () => {
  it.each<[string, (secret: string) => string, RegExp]>([
    ['the body alone', (secret) => createHmac('sha256', secret).update(json).digest('hex'), /body alone/],
    [
      'timestamp and body without a dot',
      (secret) =>
        createHmac('sha256', secret)
          .update(`${NOW / 1_000}${json}`)
          .digest('hex'),
      /timestamp and body/,
    ],
  ])('%s', (_name, mac, words) => {
    const headers = header('stripe-signature', () => `t=${NOW / 1_000},v1=${mac(hex)}`)
    expectCertain({ scheme: 'stripe', secret: hex, arrives: { headers } }, 'signed-content', words)
  })

  it('another algorithm', () => {
    const mac = createHmac('sha512', hex).update(json).digest('hex')
    const headers = header('x-hub-signature-256', () => `sha256=${mac}`)
    expectCertain({ scheme: 'github', secret: hex, arrives: { headers } }, 'algorithm', /SHA-512/)
  })

  it.each<[SchemeId, SchemeId]>([
    ['github', 'stripe'],
    ['convoy-advanced', 'convoy-simple'],
    ['hubspot-v2', 'hubspot-v1'],
    ['slack', 'zoom'],
  ])('a request of %s where %s is set', (scheme, asScheme) => {
    expectCertain({ scheme, secret: hex, asScheme }, 'other-scheme')
  })

  it('another scheme with the secret of another endpoint', () => {
    const otherSecrets = [{ label: 'shop', secret: hex }]
    expectCertain(
      { scheme: 'github', secret: hex, asScheme: 'stripe', has: { secret: base64, otherSecrets } },
      'other-scheme',
      /shop/,
    )
  })

  it('the newer of two headers, though the older fits', () => {
    const older = sign(
      'hubspot-v1',
      { method: 'POST', url: '', body: Buffer.from(json), id: 'x', timestamp: NOW, contentType: null },
      [hex],
    )
    const arrives = { url: 'http://127.0.0.1/h', headers: (all: string[]) => [...all, ...older.flat()] }
    expectCertain({ scheme: 'hubspot-v3', secret: hex, arrives, has: { urls: [URL_CALLED] } }, 'url-other')
  })

  it('a header nobody knows, with what to set', () => {
    const options = { header: 'X-Acme-Signature', algorithm: 'sha512', encoding: 'base64', prefix: 'v9:' } as const
    const sender = { scheme: 'generic-hmac', secret: hex, options, asScheme: null } as const
    const message = {
      method: 'POST',
      url: URL_CALLED,
      body: Buffer.from(json),
      id: 'x',
      timestamp: NOW,
      contentType: null,
    }
    const rawHeaders = sign(sender.scheme, message, [hex], options).flat()
    const context = { secrets: [{ label: '', secret: hex }], otherSecrets: [], urls: [], now: NOW }
    const [first] = diagnose(null, { method: 'POST', url: null, rawHeaders, body: Buffer.from(json) }, context)
    expect(first).toMatchObject({ cause: 'unlisted-header', certain: true })
    expect(first?.remedy).toMatch(/x-acme-signature, SHA-512 in base64, prefix "v9:"/)
  })

  it('nothing signed at all', () => {
    const arrives = { headers: () => ['Content-Type', 'application/json'] }
    expect(diagnosed({ scheme: 'github', secret: hex, arrives })).toMatchObject([
      { cause: 'no-signature', certain: false },
    ])
  })

  it('the headers of another scheme with an unknown secret', () => {
    const [first] = diagnosed({ scheme: 'github', secret: hex, asScheme: 'stripe', has: { secret: base64 } })
    expect(first).toMatchObject({ cause: 'other-scheme', certain: false })
  })

  it('no secret at all', () => {
    expect(diagnosed({ scheme: 'github', secret: hex, has: { secrets: [] } })[0]).toMatchObject({ cause: 'no-secret' })
  })

  it('says so when nothing explains it', () => {
    const found = diagnosed({ scheme: 'github', secret: hex, has: { secret: base64 } })
    expect(found).toMatchObject([{ cause: 'unexplained', certain: false }])
  })

  it('has nothing to say about a valid request', () => {
    const message = {
      method: 'POST',
      url: URL_CALLED,
      body: Buffer.from(json),
      id: 'x',
      timestamp: NOW,
      contentType: null,
    }
    const request = {
      method: 'POST',
      url: null,
      rawHeaders: sign('github', message, [base64]).flat(),
      body: Buffer.from(json),
    }
    expect(
      diagnose(null, request, { secrets: [{ label: '', secret: base64 }], otherSecrets: [], urls: [], now: NOW }),
    ).toEqual([])
  })
})
