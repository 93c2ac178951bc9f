import { expect, it } from 'vitest'
import { sampleEvents } from '../../main/sender/catalogue/catalogue.ts'
import { compose } from '../../main/sender/compose.ts'
import { asNew } from '../../main/sender/identity.ts'
import { sampleEventSchema } from '../../shared/contract/sender.ts'
import { headerPairs } from '../../shared/raw-headers.ts'
import { schemes } from '../../shared/webhook-schemes.ts'
import { detectScheme, eventOf, generateSecret, verify } from '../../shared/webhook-signatures.ts'

const NOW = Date.UTC(2026, 0, 20)

/** Events whose scheme has no place for their type: the sample names it for people only. */
const namelessTypes = ['twilio', 'slack:slash_command', 'discord:PING', 'discord:APPLICATION_COMMAND']

const inputOf = (sample: (typeof sampleEvents)[number]) => ({
  url: 'https://hooks.example.com/in?source=sample',
  method: 'POST',
  contentType: sample.contentType,
  headers: sample.headers,
  body: sample.body,
  signing: { scheme: sample.scheme, options: null, secret: 'x' },
  timeoutMs: 1_000,
  ca: null,
})

it.each(sampleEvents.map((sample) => [sample.id, sample] as const))('%s is an event of its scheme', (id, sample) => {
  expect(sampleEventSchema.parse(sample)).toEqual(sample)
  const isJson = sample.contentType === 'application/json'
  const body: unknown = isJson ? JSON.parse(sample.body) : undefined
  if (!isJson) expect([...new URLSearchParams(sample.body)].length).toBeGreaterThan(2)
  const raw = sample.headers.flatMap(({ name, value }) => [name, value])
  if (!namelessTypes.some((start) => id.startsWith(start))) {
    expect(eventOf(sample.scheme, raw, body).type).toBe(sample.eventType)
  }
})

it.each(sampleEvents.map((sample) => [sample.id, sample] as const))(
  '%s is signed as its vendor checks it',
  (_, sample) => {
    const { secret } = generateSecret(sample.scheme)
    const seal = { scheme: sample.scheme, options: null, secrets: [secret] }
    const { event, id, visible } = asNew(inputOf(sample), sample.scheme)
    const { method, url, rawHeaders, body } = compose(event, seal, { id, at: NOW })
    const request = { method, url, rawHeaders, body }
    expect(verify(sample.scheme, request, [secret], NOW)).toMatchObject({ ok: true, strictOk: true })
    expect(verify(sample.scheme, request, [generateSecret(sample.scheme).secret], NOW).ok).toBe(false)
    // A header that its scheme writes stands there once, whatever the event brought along.
    const names = headerPairs(rawHeaders).map(([name]) => name.toLowerCase())
    expect(new Set(names).size).toBe(names.length)
    const parsed: unknown =
      sample.contentType === 'application/json' ? JSON.parse(Buffer.from(body).toString()) : undefined
    if (visible) expect(eventOf(sample.scheme, rawHeaders, parsed).id).toBe(id)
    if (sample.scheme !== 'generic-hmac' && sample.scheme !== 'hubspot-v1') {
      expect(schemes[detectScheme(rawHeaders) ?? 'generic-hmac'].name.split(' ')[0]).toBe(
        schemes[sample.scheme].name.split(' ')[0],
      )
    }
  },
)

it('has several events for every scheme that matters and for every platform, each with an id of its own', () => {
  const ids = sampleEvents.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  const per = Map.groupBy(sampleEvents, ({ scheme }) => scheme)
  for (const scheme of [
    'stripe',
    'github',
    'slack',
    'shopify',
    'twilio',
    'paddle',
    'linear',
    'square',
    'discord',
  ] as const) {
    expect(per.get(scheme)?.length, scheme).toBeGreaterThanOrEqual(3)
  }
  for (const scheme of ['hubspot-v3', 'zoom', 'gitlab-token', 'sendgrid', 'svix', 'standard-webhooks'] as const) {
    expect(per.get(scheme)?.length, scheme).toBeGreaterThanOrEqual(3)
  }
  const types = sampleEvents.filter(({ source }) => source === 'Storytailor').map(({ eventType }) => eventType)
  for (const named of ['story.completed', 'character.created', 'user.registered', 'subscription.updated']) {
    expect(types).toContain(named)
  }
  expect(per.get('twilio')?.map(({ contentType }) => contentType)).toContain('application/json')
})
