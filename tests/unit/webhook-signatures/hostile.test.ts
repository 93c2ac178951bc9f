import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SchemeId, schemeIds, schemes } from '../../../shared/webhook-schemes.ts'
import {
  detectScheme,
  diagnose,
  doctorCauses,
  eventOf,
  type SignedRequest,
  sign,
  verdictReasons,
  verify,
} from '../../../shared/webhook-signatures.ts'

const NOW = 1_770_000_000_000
const names = [
  ...new Set(
    schemeIds.flatMap((id) => [...schemes[id].signatureHeaders, schemes[id].timestampHeader, schemes[id].idHeader]),
  ),
].filter((name) => name !== null)

/** Values that look like what the schemes read, and values that look like nothing. */
const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom(
    '',
    ' ',
    '=',
    ',',
    't=',
    't=1,v1=',
    'v1,',
    'v1a,',
    'v0=',
    'sha256=',
    'ts=1;h1=',
    'Infinity',
    '-1',
    '1e9',
    '9'.repeat(40),
  ),
  fc
    .tuple(
      fc.constantFrom('v1,', 'v1a,', 'v0=', 't=1770000000,v1=', 'ts=1770000000;h1=', 'sha256=', ''),
      fc.base64String({ maxLength: 90 }),
    )
    .map(([head, tail]) => head + tail),
  fc.integer({ min: 0, max: 2_000_000_000 }).map(String),
)
const requests: fc.Arbitrary<SignedRequest> = fc.record({
  method: fc.constantFrom('POST', 'GET', ''),
  url: fc.option(
    fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.string({ maxLength: 40 }), fc.constant('https://[::1')),
  ),
  rawHeaders: fc
    .array(fc.tuple(fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 12 })), value), { maxLength: 10 })
    .map((pairs) => pairs.flat()),
  body: fc.oneof(
    fc.uint8Array({ maxLength: 120 }),
    fc.json().map((text) => Buffer.from(text)),
    fc.constant(Buffer.from('['.repeat(10_000))),
    fc.constant(Buffer.from('{"webhookTimestamp":1e400}')),
  ),
})
const secrets = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.base64String({ maxLength: 60 }).map((text) => `whsec_${text}`),
  ),
  { maxLength: 3 },
)

describe('whatever arrives', () => {
  it('is judged, never thrown at', () => {
    fc.assert(
      fc.property(fc.constantFrom(...schemeIds), requests, secrets, fc.double(), (scheme, request, pasted, now) => {
        const verdict = verify(scheme, request, pasted, now)
        expect(verdictReasons).toContain(verdict.reason)
        expect(verdict.ok).toBe(verdict.reason === 'valid')
        expect(verdict.strictOk).toBe(verdict.strictReason === 'valid')
        expect(verdict.message).not.toBe('')
        expect(verdict.timestamp === null || Number.isSafeInteger(verdict.timestamp)).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })

  it('is diagnosed, never thrown at', () => {
    fc.assert(
      fc.property(fc.option(fc.constantFrom(...schemeIds)), requests, secrets, (scheme, request, pasted) => {
        const labelled = pasted.map((secret, index) => ({ label: `number ${index}`, secret }))
        const context = { secrets: labelled.slice(0, 1), otherSecrets: labelled.slice(1), urls: [], now: NOW }
        for (const { cause, sentence, remedy } of diagnose(scheme, request, context)) {
          expect(doctorCauses).toContain(cause)
          expect(sentence).not.toBe('')
          expect(remedy).not.toBe('')
        }
      }),
      { numRuns: 150 },
    )
  })

  it('has a scheme or none, and an event or none', () => {
    fc.assert(
      fc.property(requests, fc.jsonValue(), fc.option(fc.constantFrom(...schemeIds)), (request, json, scheme) => {
        const detected = detectScheme(request.rawHeaders)
        expect(detected === null || schemeIds.includes(detected)).toBe(true)
        const { type, id } = eventOf(scheme, request.rawHeaders, json)
        expect((type?.length ?? 1) > 0 && (type?.length ?? 0) <= 200).toBe(true)
        expect((id?.length ?? 1) > 0 && (id?.length ?? 0) <= 256).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

describe('work that is bounded', () => {
  it('refuses a header of ten thousand signatures', () => {
    const rawHeaders = [
      'webhook-id',
      'a',
      'webhook-timestamp',
      String(NOW / 1_000),
      'webhook-signature',
      'v1a,x '.repeat(10_000),
    ]
    const request = { method: 'POST', url: null, rawHeaders, body: Buffer.alloc(0) }
    expect(verify('standard-webhooks', request, ['whpk_'], NOW).reason).toBe('header-malformed')
  })

  it('finds a line break at the end of a long body all the same', () => {
    const body = Buffer.alloc(20 * 1024 * 1024, 'a')
    const message = { method: 'POST', url: '', body, id: 'x', timestamp: NOW, contentType: null }
    const request = {
      method: 'POST',
      url: null,
      rawHeaders: sign('github', message, ['mine']).flat(),
      body: Buffer.concat([body, Buffer.from('\n')]),
    }
    const secrets = [{ label: '', secret: 'mine' }]
    const context = { secrets, otherSecrets: [], urls: [], now: NOW }
    expect(diagnose('github', request, context)[0]).toMatchObject({ cause: 'body-newline', certain: true })
  })

  it.each([
    ['a body of 20 MB', Buffer.alloc(20 * 1024 * 1024, 'a')],
    [
      'a wide JSON of 800 KB',
      Buffer.from(JSON.stringify(Array.from({ length: 30_000 }, (_, at) => ({ at, name: 'é/<' })))),
    ],
    ['a JSON of 10,000 levels', Buffer.from(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)],
  ])('diagnoses %s in the time an operator waits', (_name, body) => {
    const message = { method: 'POST', url: 'https://a.example/', body, id: 'x', timestamp: NOW, contentType: null }
    const rawHeaders = sign('github', message, ['another']).flat()
    const ten = (name: string) => Array.from({ length: 10 }, (_, at) => ({ label: name, secret: `${name} ${at}` }))
    const context = { secrets: ten('mine'), otherSecrets: ten('theirs'), urls: [], now: NOW }
    const began = performance.now()
    expect(diagnose('github', { method: 'POST', url: null, rawHeaders, body }, context)).toMatchObject([
      { cause: 'unexplained' },
    ])
    expect(performance.now() - began).toBeLessThan(1_000)
  })
})

describe('the event of a request', () => {
  it.each<[SchemeId | null, readonly string[], unknown, { type: string | null; id: string | null }]>([
    ['stripe', [], { id: 'evt_1', type: 'charge.succeeded' }, { type: 'charge.succeeded', id: 'evt_1' }],
    ['github', ['X-GitHub-Event', 'push', 'X-GitHub-Delivery', 'd1'], { action: 'x' }, { type: 'push', id: 'd1' }],
    [
      'slack',
      [],
      { type: 'event_callback', event_id: 'Ev1', event: { type: 'message' } },
      { type: 'message', id: 'Ev1' },
    ],
    ['slack', [], { type: 'url_verification' }, { type: 'url_verification', id: null }],
    ['hubspot-v3', [], [{ subscriptionType: 'contact.creation', eventId: 7 }], { type: 'contact.creation', id: '7' }],
    ['standard-webhooks', ['webhook-id', 'msg_1'], { type: 'a.b', id: 'inner' }, { type: 'a.b', id: 'msg_1' }],
    ['discord', [], { type: 1, id: '9' }, { type: '1', id: '9' }],
    ['gitlab-token', ['X-Gitlab-Event', 'Push Hook', 'Idempotency-Key', 'k'], {}, { type: 'Push Hook', id: 'k' }],
    [null, ['X-Event-Type', 'made', 'X-Event-Id', 'e'], undefined, { type: 'made', id: 'e' }],
    [null, [], { event: 'made', messageId: 3 }, { type: 'made', id: '3' }],
    [null, [], 'text', { type: null, id: null }],
    [null, [], { type: 'x'.repeat(201), id: { nested: true } }, { type: null, id: null }],
  ])('%s', (scheme, headers, json, expected) => {
    expect(eventOf(scheme, headers, json)).toEqual(expected)
  })

  it('is not looked up in what objects inherit', () => {
    expect(eventOf(null, [], Object.create({ type: 'inherited' }))).toEqual({ type: null, id: null })
  })
})

describe('the sender', () => {
  it.each<[readonly string[], SchemeId | null]>([
    [['webhook-signature', 'v1,x', 'X-Gitlab-Event', 'Push'], 'gitlab-signing'],
    [['X-Gitlab-Token', 'x', 'webhook-signature', 'v1,x'], 'gitlab-signing'],
    [['svix-signature', 'x', 'webhook-signature', 'x'], 'svix'],
    [['X-Hub-Signature', 'x', 'X-Hub-Signature-256', 'x'], 'github'],
    [['X-HubSpot-Signature', 'x', 'X-HubSpot-Signature-v3', 'x'], 'hubspot-v3'],
    [['X-Hookdeck-Signature', 'x', 'Stripe-Signature', 'x'], 'stripe'],
    [['Content-Type', 'stripe-signature'], null],
    [[], null],
  ])('%j', (headers, scheme) => {
    expect(detectScheme(headers)).toBe(scheme)
  })
})
