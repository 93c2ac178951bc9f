import { createHmac } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { SchemeId } from '../../../shared/webhook-schemes.ts'
import { type DoctorCause, generateSecret } from '../../../shared/webhook-signatures.ts'
import { base64, diagnosed, expectCertain, header, hex, json, NOW, type Sender, whsec } from './broken-sender.ts'

describe('the doctor on secrets', () => {
  it.each<[string, SchemeId, string, string, DoctorCause]>([
    ['a line break behind the secret here', 'github', hex, `${hex}\n`, 'secret-whitespace'],
    ['quotation marks around the secret here', 'github', hex, `"${hex}"`, 'secret-quotes'],
    ['spaces before a Standard Webhooks secret', 'standard-webhooks', whsec, `  ${whsec}`, 'secret-whitespace'],
    ['a line break behind the secret at the sender', 'github', `${hex}\n`, hex, 'secret-newline'],
    ['the prefix left out by the sender', 'stripe', base64, whsec, 'secret-prefix'],
    ['the prefix lost here', 'stripe', whsec, base64, 'secret-prefix'],
    ['a prefix of several words left out', 'paddle', 'x'.repeat(24), `pdl_ntfset_${'x'.repeat(24)}`, 'secret-prefix'],
    ['capital letters', 'github', hex, hex.toUpperCase(), 'secret-case'],
    ['the secret of nothing', 'github', 'undefined', hex, 'secret-empty'],
  ])('%s', (_name, scheme, senderHas, operatorHas, cause) => {
    expectCertain({ scheme, secret: senderHas, has: { secret: operatorHas } }, cause)
  })

  it.each<[string, Buffer | string]>([
    ['the whole text', whsec],
    ['the text without its prefix', base64],
  ])('Standard Webhooks signed with %s', (_name, key) => {
    const mac = createHmac('sha256', key)
      .update(`msg_1.${NOW / 1_000}.${json}`)
      .digest('base64')
    const headers = header('webhook-signature', () => `v1,${mac}`)
    expectCertain({ scheme: 'standard-webhooks', secret: whsec, arrives: { headers } }, 'secret-encoding', /base64/)
  })

  it.each<[string, Buffer]>([
    ['decoded from base64', Buffer.from(base64, 'base64')],
    ['read as hexadecimal', Buffer.from(hex, 'hex')],
  ])('a text secret %s by the sender', (name, key) => {
    const secret = name.includes('base64') ? base64 : hex
    const mac = createHmac('sha256', key).update(json).digest('hex')
    const headers = header('x-hub-signature-256', () => `sha256=${mac}`)
    expectCertain({ scheme: 'github', secret, arrives: { headers } }, 'secret-encoding')
  })

  it('the secret of another endpoint, by its label', () => {
    const otherSecrets = [{ label: 'staging', secret: hex }]
    expectCertain(
      { scheme: 'github', secret: hex, has: { secret: 'other'.repeat(5), otherSecrets } },
      'secret-of-other-endpoint',
      /staging/,
    )
  })

  it('the secret of another endpoint where this one has none', () => {
    const otherSecrets = [{ label: 'staging', secret: whsec }]
    expectCertain({ scheme: 'svix', secret: whsec, has: { secrets: [], otherSecrets } }, 'secret-of-other-endpoint')
  })

  it('the secret of another endpoint, where another scheme has the same rules', () => {
    const otherSecrets = [{ label: 'staging', secret: whsec }]
    const secret = `whsec_${'A'.repeat(32)}`
    expectCertain(
      { scheme: 'standard-webhooks', secret: whsec, has: { secret, otherSecrets } },
      'secret-of-other-endpoint',
      /staging/,
    )
  })

  it('a key pair of another application', () => {
    const [mine, theirs] = [generateSecret('discord'), generateSecret('discord')]
    const otherSecrets = [{ label: 'bot two', secret: theirs.publicKey ?? '' }]
    const has = { secret: mine.publicKey ?? '', otherSecrets }
    expectCertain({ scheme: 'discord', secret: theirs.secret, has }, 'secret-of-other-endpoint', /bot two/)
  })

  it('a public key with spaces around it', () => {
    const { secret, publicKey = '' } = generateSecret('discord')
    expectCertain({ scheme: 'discord', secret, has: { secret: ` ${publicKey} ` } }, 'secret-whitespace')
  })

  it('a secret of a form that fits nothing', () => {
    const [first] = diagnosed({ scheme: 'standard-webhooks', secret: whsec, has: { secret: 'not base64 at all!' } })
    expect(first).toMatchObject({ cause: 'secret-format', certain: false })
  })

  it('a secret that does not look like one of the sender', () => {
    const [first] = diagnosed({ scheme: 'stripe', secret: whsec, has: { secret: 'not a secret' } })
    expect(first).toMatchObject({
      cause: 'secret-format',
      certain: false,
      sentence: expect.stringContaining('does not look like one of Stripe.'),
    })
  })
})

describe('the doctor on bodies', () => {
  const arrivesAs = (
    body: string | Uint8Array,
    signed: string | Uint8Array = json,
    scheme: SchemeId = 'github',
  ): Sender => ({
    scheme,
    secret: hex,
    signs: { body: Buffer.from(signed) },
    arrives: { body },
  })
  const value: unknown = JSON.parse(json)
  const sorted = '{"data":{"name":"Zoë","total":12.5,"url":"https://a.example/b"},"type":"order.paid"}'

  it.each<[string, Sender, DoctorCause, RegExp]>([
    ['a line break added on the way', arrivesAs(`${json}\n`), 'body-newline', /not signed/],
    ['a line break lost on the way', arrivesAs(json, `${json}\n`), 'body-newline', /did not arrive/],
    ['CRLF made of LF', arrivesAs('a\r\nb\r\n', 'a\nb\n'), 'body-line-endings', /CRLF/],
    ['LF made of CRLF', arrivesAs('a\nb\n', 'a\r\nb\r\n'), 'body-line-endings', /CRLF/],
    ['a byte order mark added', arrivesAs(`\ufeff${json}`), 'body-bom', /byte order mark/],
    ['a byte order mark lost', arrivesAs(json, `\ufeff${json}`), 'body-bom', /byte order mark/],
    ['spaces around it', arrivesAs(`  ${json}  `), 'body-whitespace', /spaces/],
    ['an empty body signed', arrivesAs(json, ''), 'body-empty', /empty/],
    ['an object joined to a text', arrivesAs(json, '[object Object]'), 'body-object-text', /object/],
    ['Latin-1 made of UTF-8', arrivesAs(Buffer.from('Zoë'), Buffer.from('Zoë', 'latin1')), 'body-charset', /Latin-1/],
    ['bytes lost in text', arrivesAs(Buffer.from([0x61, 0xff, 0x62]), 'a\ufffdb'), 'body-charset', /UTF-8/],
    ['base64 of a gateway', arrivesAs(Buffer.from(json).toString('base64')), 'body-base64', /base64/],
    ['a compact body made pretty', arrivesAs(JSON.stringify(value, null, 2)), 'body-reserialised', /compact/],
    ['a pretty body made compact', arrivesAs(json, JSON.stringify(value, null, 4)), 'body-reserialised', /4 spaces/],
    ['the spaces of Python', arrivesAs('{"a": [1, 2]}', '{"a":[1,2]}'), 'body-reserialised', /compact/],
    ['signed with the spaces of Python', arrivesAs('{"a":[1,2]}', '{"a": [1, 2]}'), 'body-reserialised', /Python/],
    ['signed with keys in order', arrivesAs(json, sorted), 'body-reserialised', /order/],
    ['signed with letters escaped', arrivesAs(json, json.replace('ë', '\\u00eb')), 'body-reserialised', /escaped/],
    ['escapes undone on the way', arrivesAs('{"a":"\\u00eb"}', '{"a":"ë"}'), 'body-reserialised', /compact/],
    ['signed with slashes escaped', arrivesAs(json, json.replaceAll('/', '\\/')), 'body-reserialised', /slashes/],
    [
      'signed as PHP writes it',
      arrivesAs(json, json.replace('ë', '\\u00eb').replaceAll('/', '\\/')),
      'body-reserialised',
      /PHP/,
    ],
    ['signed as Go writes it', arrivesAs('{"a":"<b>"}', '{"a":"\\u003cb\\u003e"}'), 'body-reserialised', /Go/],
  ])('%s', (_name, sender, cause, words) => {
    expectCertain(sender, cause, words)
  })

  it('a body compressed after it was signed', () => {
    const arrives = { body: gzipSync(json), headers: (all: string[]) => ['Content-Encoding', 'gzip', ...all] }
    expectCertain({ scheme: 'github', secret: hex, arrives }, 'body-compressed')
  })

  it('a form written again', () => {
    const contentType = 'application/x-www-form-urlencoded'
    const signs = { body: Buffer.from('a=one%20two&b=%7E'), contentType }
    expectCertain({ scheme: 'slack', secret: hex, signs, arrives: { body: 'a=one+two&b=~' } }, 'body-form')
  })

  it('works for Stripe as well, where the body is one part of several', () => {
    expectCertain({ ...arrivesAs(JSON.stringify(value, null, 2)), scheme: 'stripe' }, 'body-reserialised')
  })

  it('two mistakes at once: a secret without its prefix and a body made pretty', () => {
    const sender = {
      ...arrivesAs(JSON.stringify(value, null, 2)),
      scheme: 'stripe' as const,
      secret: base64,
      has: { secret: whsec },
    }
    expectCertain(sender, 'secret-prefix', /2 things at once.*compact/)
  })
})
