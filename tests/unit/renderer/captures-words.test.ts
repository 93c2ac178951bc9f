import { describe, expect, it } from 'vitest'
import {
  clockTime,
  hasOnlyAged,
  isAnswerDue,
  mayLackSecret,
  signedText,
} from '../../../renderer/features/captures/capture-words.ts'
import { scheduleOf } from '../../../renderer/features/sender/schedule-words.ts'
import type { VerdictRecord } from '../../../shared/contract/captures.ts'

const valid: VerdictRecord = {
  verdict: 'valid',
  scheme: 'stripe',
  strictOk: true,
  reason: 'valid',
  message: '',
  matchedSecret: '',
  timestamp: 0,
}
const stale: VerdictRecord = { ...valid, verdict: 'invalid', reason: 'stale', matchedSecret: null }

describe('words of a captured request', () => {
  it('do not call a genuine request invalid because time has passed since', () => {
    expect(hasOnlyAged({ atArrival: valid, now: stale })).toBe(true)
    expect(hasOnlyAged({ atArrival: valid, now: { ...stale, reason: 'mismatch' } })).toBe(false)
    expect(hasOnlyAged({ atArrival: stale, now: stale })).toBe(false)
    expect(hasOnlyAged({ atArrival: valid, now: null })).toBe(false)
  })

  it.each([
    [0, 400, 'when it arrived'],
    [0, 600_000, '10 min before it arrived'],
    [20_000, 0, '20 s after it arrived'],
  ])('signed at %i, arrived at %i: %s', (timestamp, at, text) => expect(signedText(timestamp, at)).toBe(text))

  it('ask for another secret only as long as no other mistake is proved', () => {
    expect(mayLackSecret([])).toBe(true)
    expect(mayLackSecret([{ cause: 'timestamp-old', certain: true }])).toBe(false)
    expect(mayLackSecret([{ cause: 'secret-case', certain: true }])).toBe(true)
    expect(mayLackSecret([{ cause: 'unexplained', certain: false }])).toBe(true)
  })

  it('wait for the time of an answer only while it can still come', () => {
    const answer = { status: 200, headers: [], body: '', rule: null, delayMs: 700, deadline: null }
    const held = { at: 0, answer, timing: { receivedMs: 1, answeredMs: null } }
    expect(isAnswerDue(held, 500)).toBe(true)
    expect(isAnswerDue(held, 60_000)).toBe(false)
    expect(isAnswerDue({ ...held, timing: { receivedMs: 1, answeredMs: 701 } }, 500)).toBe(false)
    expect(isAnswerDue({ ...held, answer: { ...answer, delayMs: 0 } }, 0)).toBe(false)
  })

  it('give the milliseconds of today, and the day of others', () => {
    const noon = new Date(2025, 2, 12, 12, 0, 0, 7).getTime()
    expect(clockTime(noon, noon)).toBe('12:00:00.007')
    expect(clockTime(noon, noon + 86_400_000)).toBe('12 Mar, 12:00:00')
  })

  it('begin a retry run with the schedule of the sender whose event it is', () => {
    expect(scheduleOf('stripe')).toBe('stripe')
    expect(scheduleOf('gitlab-token')).toBe('gitlab')
    expect(scheduleOf('convoy-simple')).toBe('convoy')
    expect(scheduleOf('square')).toBe('standard-webhooks')
    expect(scheduleOf(null)).toBe('standard-webhooks')
  })
})
