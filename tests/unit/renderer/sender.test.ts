import { describe, expect, it } from 'vitest'
import {
  editorErrors,
  emptyDraft,
  eventOf,
  isEdited,
  jsonProblem,
  withSample,
} from '../../../renderer/features/sender/draft.ts'
import { nextText } from '../../../renderer/features/sender/run-words.ts'
import { scheduleFacts } from '../../../renderer/features/sender/schedule-words.ts'
import { signingFor, signingOf, unsigned } from '../../../renderer/parts/signing-model.ts'
import type { Endpoint } from '../../../shared/contract/receiver.ts'
import type { RunAttempt, SampleEvent } from '../../../shared/contract/sender.ts'
import { retryScheduleIds, retrySchedules } from '../../../shared/retry-schedules.ts'
import { spanText } from '../../../shared/words.ts'

const sample: SampleEvent = {
  id: 'stripe:charge',
  source: 'Stripe',
  scheme: 'stripe',
  eventType: 'charge.succeeded',
  summary: 'A charge.',
  contentType: 'application/json',
  headers: [{ name: 'User-Agent', value: 'Stripe/1.0' }],
  body: '{"type":"charge.succeeded"}',
}

describe('the event of the editor', () => {
  it('is what the call takes, with headers line by line and seconds as milliseconds', () => {
    const draft = { ...withSample(emptyDraft, sample), url: ' http://127.0.0.1:3000/x ', timeoutSeconds: 1.5 }
    expect(eventOf({ ...draft, signing: { ...draft.signing, secret: 7 } }, '')).toEqual({
      event: {
        url: 'http://127.0.0.1:3000/x',
        method: 'POST',
        contentType: 'application/json',
        headers: sample.headers,
        body: sample.body,
        signing: { scheme: 'stripe', options: null, secretId: 7 },
        timeoutMs: 1_500,
        ca: null,
      },
    })
  })

  it('is refused at the field that is wrong', () => {
    const draft = { ...emptyDraft, url: 'http://a.example' }
    expect(eventOf(emptyDraft, '')).toMatchObject({ field: 'url' })
    expect(eventOf({ ...draft, method: 'P ST' }, '')).toMatchObject({ field: 'method' })
    expect(eventOf({ ...draft, headers: 'A: 1\nnonsense' }, '')).toMatchObject({ field: 'headers' })
    expect(eventOf({ ...draft, signing: { ...unsigned, scheme: 'github' } }, '')).toMatchObject({ field: 'secret' })
  })

  it('keeps where it goes and its secret when another sample is chosen, and notices edits', () => {
    const before = { ...emptyDraft, url: 'http://a.example', signing: { ...unsigned, secret: 3 } }
    const after = withSample(before, sample)
    expect(after).toMatchObject({ url: 'http://a.example', signing: { scheme: 'stripe', secret: 3 } })
    expect(isEdited(before, null)).toBe(false)
    expect(isEdited(after, sample)).toBe(false)
    expect(isEdited({ ...after, body: '{}' }, sample)).toBe(true)
    expect(isEdited({ ...after, headers: '' }, sample)).toBe(true)
  })

  it('says that a body is no JSON only where it should be', () => {
    expect(jsonProblem({ contentType: 'application/json', body: '{' })).not.toBeNull()
    expect(jsonProblem({ contentType: 'application/cloudevents+json', body: '{' })).not.toBeNull()
    expect(jsonProblem({ contentType: 'application/json', body: '' })).toBeNull()
    expect(jsonProblem({ contentType: 'text/plain', body: '{' })).toBeNull()
  })

  it('places messages of a refused call, whichever call it was', () => {
    expect(editorErrors({ 'event.url': 'a', 'event.headers.2.value': 'b', 'signing.secret': 'c' })).toEqual({
      errors: { url: 'a', headers: 'b', secret: 'c' },
      areAllPlaced: true,
    })
    expect(editorErrors({ url: 'a', schedule: 'b' })).toEqual({ errors: { url: 'a' }, areAllPlaced: false })
    expect(editorErrors({})).toEqual({ errors: {}, areAllPlaced: false })
  })
})

describe('signing', () => {
  it('takes a typed secret or one of an endpoint, and options only for the scheme that has some', () => {
    expect(signingOf(unsigned, 'ignored')).toEqual({ signing: null })
    expect(signingOf({ ...unsigned, scheme: 'slack' }, 'abc')).toEqual({
      signing: { scheme: 'slack', options: null, secret: 'abc' },
    })
    const generic = { ...unsigned, scheme: 'generic-hmac', options: { ...unsigned.options, header: ' ' } } as const
    expect(signingOf(generic, 'abc')).toMatchObject({ signing: { options: { header: 'x-signature' } } })
  })

  it('follows the endpoint that is sent to', () => {
    const endpoint = {
      scheme: 'github',
      schemeOptions: null,
      secrets: [{ id: 9, label: '', createdAt: 0, hint: 'wxyz' }],
    } as const satisfies Partial<Endpoint>
    expect(signingFor({ ...unsigned, scheme: 'stripe' }, endpoint)).toMatchObject({ scheme: 'github', secret: 9 })
    const open = { scheme: null, schemeOptions: null, secrets: [] }
    expect(signingFor({ ...unsigned, scheme: 'stripe', secret: 9 }, open)).toMatchObject({
      scheme: 'stripe',
      secret: 'typed',
    })
  })
})

describe('words of the retry-time machine', () => {
  it.each([
    [0, '0 s'],
    [300, '300 ms'],
    [20_000, '20 s'],
    [3_600_000, '1 h'],
    [(75 * 3_600 + 35 * 60 + 5) * 1_000, '75 h 35 min 5 s'],
  ])('%i ms are "%s"', (milliseconds, text) => {
    expect(spanText(milliseconds)).toBe(text)
  })

  it('say of every schedule how many attempts there are and when the last one comes', () => {
    for (const id of retryScheduleIds) {
      const facts = new Map(scheduleFacts(retrySchedules[id]).map(({ label, text }) => [label, text]))
      expect(facts.get('Attempts')).toMatch(new RegExp(`^${retrySchedules[id].delaysMs.length + 1},`))
      expect(facts.get('Waits for')).toContain(spanText(retrySchedules[id].timeoutMs))
    }
  })

  it('leave out what a sender does not do', () => {
    const github = scheduleFacts(retrySchedules.github).map(({ label }) => label)
    expect(github).toEqual(['Attempts', 'Waits for'])
    const standard = new Map(scheduleFacts(retrySchedules['standard-webhooks']).map(({ label, text }) => [label, text]))
    expect(standard.get('Slows down')).toBe('At least 1 min after a timeout or 429, 502 or 504')
    expect(standard.get('Switches off')).toBe('After 410')
  })

  it('say when the next attempt comes and why, and that none comes', () => {
    const attempt: RunAttempt = {
      event: 1,
      eventId: 'evt_1',
      attempt: 1,
      atMs: 0,
      status: 503,
      durationMs: 2,
      outcome: 'failed',
      nextBecause: 'Retry-After',
      nextInMs: 900_000,
    }
    expect(nextText(attempt)).toBe('15 min, by Retry-After')
    expect(nextText({ ...attempt, nextInMs: 0, nextBecause: 'schedule' })).toBe('At once, as scheduled')
    expect(nextText({ ...attempt, nextInMs: null, nextBecause: null })).toBe('No more attempts')
    expect(nextText({ ...attempt, outcome: 'accepted', nextInMs: null, nextBecause: null })).toBe('Done')
  })
})
