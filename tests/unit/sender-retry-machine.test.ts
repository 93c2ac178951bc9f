import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answered } from '../../main/sender/exchange.ts'
import { RetryMachine } from '../../main/sender/retry-machine.ts'
import { nextAttempt, retryAfterMs } from '../../main/sender/retry-rules.ts'
import type { RunAttempt } from '../../shared/contract/sender.ts'
import { throwDice } from '../../shared/dice.ts'
import {
  type RetrySchedule,
  type RetryScheduleId,
  retryScheduleIds,
  retrySchedules,
} from '../../shared/retry-schedules.ts'
import { spanText } from '../../shared/words.ts'

const NOW = Date.UTC(2026, 0, 20, 12)
const SECOND = 1_000
const HOUR = 3_600 * SECOND

function answered(
  status: number | null,
  headers: Record<string, string> = {},
  failure: Answered['failure'] = null,
): Answered {
  return { status, failure, rawHeaders: Object.entries(headers).flat(), body: new Uint8Array(), durationMs: 1 }
}

const steady = (id: RetryScheduleId): RetrySchedule => ({ ...retrySchedules[id], jitter: [1, 1] })

async function run(
  schedule: RetrySchedule,
  respond: (event: number, attempt: number) => Answered,
  { events = 1, jitterSeed = 1, duplicateShare = 0 } = {},
) {
  const attempts: RunAttempt[] = []
  const counts = new Map<number, number>()
  const machine = new RetryMachine({
    schedule,
    eventIds: Array.from({ length: events }, (_, event) => `msg_${event}`),
    jitterSeed,
    duplicateShare,
    now: () => NOW,
    record: (attempt) => attempts.push(attempt),
    deliver: async (event) => {
      const attempt = (counts.get(event) ?? 0) + 1
      counts.set(event, attempt)
      return respond(event, attempt)
    },
  })
  await machine.run()
  expect(machine.done).toBe(events)
  const { wallMs, ...report } = machine.report(true)
  expect(wallMs).toBeGreaterThanOrEqual(0)
  return { attempts, report, sent: [...counts.values()].reduce((sum, count) => sum + count, 0) }
}

describe('schedules', () => {
  /** Attempts, and when the last one comes after the first, without jitter. */
  it.each([
    ['standard-webhooks', 10, '75 h 35 min 5 s'],
    ['svix', 8, '27 h 35 min 5 s'],
    ['stripe', 10, '65 h 35 min'],
    ['shopify', 9, '4 h'],
    ['slack', 4, '6 min'],
    ['zoom', 4, '1 h 25 min'],
    ['github', 1, '0 s'],
    ['gitlab', 1, '0 s'],
    ['convoy', 11, '16 min 40 s'],
    ['outpost', 11, '8 h 31 min 30 s'],
    ['hook0', 24, '169 h 33 min 13 s'],
  ] as const)('%s tries %i times, last after %s', async (id, times, last) => {
    const { attempts, report } = await run(steady(id), () => answered(500))
    expect(attempts).toHaveLength(times)
    expect(spanText(report.virtualMs)).toBe(last)
    expect(report).toMatchObject({ delivered: 0, deadLetters: 1 })
    expect(attempts.at(-1)).toMatchObject({ nextBecause: null, nextInMs: null })
  })

  it('names every one and says what is not documented', () => {
    for (const id of retryScheduleIds) {
      const { name, note, timeoutMs, jitter } = retrySchedules[id]
      expect(
        [name, note].every((text) => text.length > 3),
        id,
      ).toBe(true)
      expect(timeoutMs).toBeGreaterThanOrEqual(3_000)
      expect(jitter[0]).toBeLessThanOrEqual(jitter[1])
    }
  })
})

describe('the pause before the next attempt', () => {
  const svix = steady('svix')
  const standard = steady('standard-webhooks')

  it('follows the schedule, and the seed within its jitter', () => {
    expect(nextAttempt(svix, 2, answered(500), 0.5, NOW)).toEqual({ delayMs: 300 * SECOND, because: 'schedule' })
    expect(nextAttempt(retrySchedules.svix, 2, answered(500), 0, NOW)).toEqual({
      delayMs: 240 * SECOND,
      because: 'jitter',
    })
    expect(nextAttempt(retrySchedules.svix, 2, answered(500), 0.999_999, NOW)?.delayMs).toBe(360 * SECOND)
    expect(nextAttempt(svix, 8, answered(500), 0, NOW)).toBeNull()
  })

  it('is at least a minute after a timeout or 429 where the sender throttles', () => {
    expect(nextAttempt(svix, 1, answered(429), 0, NOW)).toEqual({ delayMs: 60 * SECOND, because: 'throttle' })
    expect(nextAttempt(svix, 1, answered(null, {}, 'timeout'), 0, NOW)?.because).toBe('throttle')
    expect(nextAttempt(svix, 1, answered(504), 0, NOW)?.delayMs).toBe(5 * SECOND)
    expect(nextAttempt(standard, 1, answered(504), 0, NOW)?.because).toBe('throttle')
    expect(nextAttempt(svix, 2, answered(429), 0, NOW)?.because).toBe('schedule')
  })

  it('obeys Retry-After as the sender does', () => {
    const asked = (seconds: string) => answered(503, { 'Retry-After': seconds })
    expect(nextAttempt(standard, 1, asked('120'), 0, NOW)).toEqual({ delayMs: 120 * SECOND, because: 'Retry-After' })
    expect(nextAttempt(standard, 2, asked('120'), 0, NOW)?.because).toBe('schedule')
    expect(nextAttempt(svix, 2, asked('99999'), 0, NOW)).toEqual({ delayMs: 600 * SECOND, because: 'Retry-After' })
    expect(nextAttempt(svix, 2, asked('1'), 0, NOW)).toEqual({ delayMs: 300 * SECOND, because: 'Retry-After' })
    expect(nextAttempt(steady('zoom'), 1, asked('99999'), 0, NOW)?.delayMs).toBe(300 * SECOND)
  })

  it('reads Retry-After as seconds or as a date by the clock of the handler', () => {
    const date = (at: number) => new Date(at).toUTCString()
    expect(retryAfterMs(answered(429, { 'retry-after': '1.2' }), NOW)).toBe(1_200)
    const skewed = { 'Retry-After': date(NOW + HOUR + 90 * SECOND), Date: date(NOW + HOUR) }
    expect(retryAfterMs(answered(503, skewed), NOW)).toBe(90 * SECOND)
    expect(retryAfterMs(answered(503, { 'Retry-After': date(NOW + 30 * SECOND) }), NOW)).toBe(30 * SECOND)
    expect(retryAfterMs(answered(503, { 'Retry-After': date(NOW - HOUR) }), NOW)).toBe(0)
    expect(retryAfterMs(answered(503, { 'Retry-After': '9999999999' }), NOW)).toBe(168 * HOUR)
    for (const junk of ['', 'soon', '-5', '1e9', '2026-01-20', 'Someday, but not now or ever']) {
      expect(retryAfterMs(answered(503, { 'Retry-After': junk }), NOW), junk).toBeNull()
    }
    expect(retryAfterMs(answered(200, { 'Retry-After': '5' }), NOW)).toBeNull()
  })

  it('ends where the handler says that it ends', () => {
    const abort = { 'webhook-delivery': 'abort-message' }
    expect(nextAttempt(svix, 1, answered(500, abort), 0, NOW)).toBeNull()
    expect(nextAttempt(steady('zoom'), 1, answered(500, abort), 0, NOW)).not.toBeNull()
    expect(nextAttempt(steady('slack'), 1, answered(500, { 'X-Slack-No-Retry': '1' }), 0, NOW)).toBeNull()
    expect(nextAttempt(steady('hook0'), 1, answered(404), 0, NOW)).toBeNull()
    for (const status of [408, 429, 500])
      expect(nextAttempt(steady('hook0'), 1, answered(status), 0, NOW)).not.toBeNull()
  })

  it('is a finite time, not negative, whatever the answer says', () => {
    const header = fc.tuple(fc.constantFrom('Retry-After', 'Date', 'webhook-delivery'), fc.string())
    fc.assert(
      fc.property(
        fc.constantFrom(...retryScheduleIds),
        fc.nat({ max: 30 }),
        fc.option(fc.integer({ min: 100, max: 599 })),
        fc.array(header, { maxLength: 3 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (id, retry, status, headers, dice) => {
          const next = nextAttempt(retrySchedules[id], retry, answered(status, Object.fromEntries(headers)), dice, NOW)
          if (next !== null) expect(Number.isFinite(next.delayMs) && next.delayMs >= 0).toBe(true)
          if (retry > retrySchedules[id].delaysMs.length) expect(next).toBeNull()
        },
      ),
    )
  })
})

describe('a run', () => {
  it('gives the same times for the same seed, others for another, whatever the handler answers in between', async () => {
    const times = async (jitterSeed: number, failures: number) => {
      const { attempts } = await run(
        retrySchedules['standard-webhooks'],
        (_, attempt) => answered(attempt <= failures ? 500 : 200),
        { events: 3, jitterSeed },
      )
      return attempts.filter(({ event }) => event === 2).map(({ atMs }) => atMs)
    }
    const full = await times(7, 9)
    expect(await times(7, 9)).toEqual(full)
    expect(await times(7, 4)).toEqual(full.slice(0, 5))
    expect(await times(8, 9)).not.toEqual(full)
  })

  it('counts events that were overtaken, and what was accepted twice', async () => {
    const { attempts, report } = await run(
      steady('svix'),
      (event, attempt) => answered(event === 0 && attempt === 1 ? 500 : 200),
      { events: 3, duplicateShare: 1 },
    )
    expect(report).toEqual({
      delivered: 3,
      deadLetters: 0,
      acceptedTwice: 3,
      outOfOrder: 1,
      endpointDisabledAtMs: null,
      virtualMs: 10_000,
      sentence:
        '3 of 3 events delivered, 1 accepted after a later one, 3 accepted more than once, which must take effect only once; the last attempt came after 10 s.',
    })
    expect(attempts.map(({ event, attempt, atMs, nextBecause }) => [event, attempt, atMs, nextBecause])).toEqual([
      [1, 1, 0, 'schedule'],
      [2, 1, 1_000, 'duplicate'],
      [3, 1, 2_000, 'duplicate'],
      [1, 2, 5_000, 'duplicate'],
      [2, 2, 6_000, null],
      [3, 2, 7_000, null],
      [1, 3, 10_000, null],
    ])
  })

  it('delivers about the share asked for again', async () => {
    const { report } = await run(steady('svix'), () => answered(200), { events: 200, duplicateShare: 0.3 })
    expect(report.acceptedTwice).toBeGreaterThan(40)
    expect(report.acceptedTwice).toBeLessThan(80)
  })

  it('switches the endpoint off at 410 where the sender does, and gives up what comes after', async () => {
    const gone = await run(steady('standard-webhooks'), (event) => answered(event === 1 ? 410 : 200), { events: 4 })
    expect(gone.report).toMatchObject({ delivered: 1, deadLetters: 3, endpointDisabledAtMs: 1_000, virtualMs: 1_000 })
    expect(gone.attempts.map(({ outcome }) => outcome)).toEqual(['accepted', 'failed', 'disabled', 'disabled'])
    expect(gone.sent).toBe(2)
    const kept = await run(steady('svix'), (_, attempt) => answered(attempt === 1 ? 410 : 200))
    expect(kept.report).toMatchObject({ delivered: 1, endpointDisabledAtMs: null })
  })

  it('obeys webhook-delivery: disable even in an answer of success', async () => {
    const { report } = await run(steady('svix'), () => answered(200, { 'Webhook-Delivery': 'disable' }), { events: 3 })
    expect(report).toMatchObject({ delivered: 1, deadLetters: 2, endpointDisabledAtMs: 0 })
  })

  it('pauses after four failures in a row as GitLab does, a minute first, then two', async () => {
    const { attempts, report, sent } = await run(steady('gitlab'), () => answered(500), { events: 200 })
    const tried = attempts.filter(({ outcome }) => outcome === 'failed').map(({ atMs }) => atMs / SECOND)
    expect(tried).toEqual([0, 1, 2, 3, 63, 183])
    expect(sent).toBe(6)
    expect(report).toMatchObject({ deadLetters: 200, endpointDisabledAtMs: 3_000 })
    const refused = await run(steady('gitlab'), () => answered(403), { events: 200 })
    expect(refused.sent).toBe(4)
    const better = await run(steady('gitlab'), (event) => answered(event % 4 === 3 ? 200 : 500), { events: 40 })
    expect(better.report).toMatchObject({ delivered: 10, endpointDisabledAtMs: null })
  })

  it('removes the subscription after the last retry as Shopify does', async () => {
    const { report, attempts } = await run(steady('shopify'), () => answered(500), { events: 2 })
    expect(report).toMatchObject({ deadLetters: 2, endpointDisabledAtMs: 4 * HOUR })
    expect(attempts.at(-1)).toMatchObject({ event: 2, outcome: 'disabled' })
  })

  it('ends for any handler, with every event either delivered or given up', async () => {
    const statuses = fc.array(fc.constantFrom(200, 410, 429, 500, 302), { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...retryScheduleIds), statuses, fc.nat(), async (id, answers, jitterSeed) => {
        let place = 0
        const { report, attempts } = await run(
          retrySchedules[id],
          () => {
            place += 1
            return answered(answers[place % answers.length] ?? 500)
          },
          { events: 5, jitterSeed, duplicateShare: 0.5 },
        )
        expect(report.delivered + report.deadLetters).toBe(5)
        expect(attempts.map(({ atMs }) => atMs)).toEqual(attempts.map(({ atMs }) => atMs).toSorted((a, b) => a - b))
      }),
      { numRuns: 60 },
    )
  })
})

it('draws evenly and the same for the same words', () => {
  const draws = Array.from({ length: 2_000 }, (_, place) => throwDice(3, place, 1))
  expect(draws.every((draw) => draw >= 0 && draw < 1)).toBe(true)
  const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length
  expect(mean).toBeGreaterThan(0.47)
  expect(mean).toBeLessThan(0.53)
  expect(throwDice(3, 5, 1)).toBe(draws[5])
})
