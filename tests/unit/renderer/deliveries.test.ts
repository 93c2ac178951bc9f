import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AttemptFilter,
  isNarrowed,
  noFilter,
  readAttemptFilter,
  writeAttemptFilter,
} from '../../../renderer/features/deliveries/attempt-filter.ts'
import {
  attemptText,
  jobLook,
  jobProgress,
  rateText,
  retryOptions,
  targetLook,
} from '../../../renderer/features/deliveries/delivery-words.ts'
import type { Job, Target } from '../../../shared/contract/deliveries.ts'

const id = fc.option(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), { nil: undefined })

describe('the filter of attempts in the address', () => {
  it('is read as it was written', () => {
    const filters: fc.Arbitrary<AttemptFilter> = fc.record({
      outcome: fc.constantFrom('succeeded' as const, 'failed' as const, undefined),
      targetId: id,
      jobId: id,
      captureId: id,
    })
    fc.assert(
      fc.property(filters, (filter) => {
        expect(readAttemptFilter(new URLSearchParams(writeAttemptFilter(filter)))).toEqual(filter)
      }),
    )
  })

  it('leaves out what does not belong there', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = readAttemptFilter(new URLSearchParams({ result: text, target: text, replay: text, request: text }))
        expect([undefined, 'succeeded', 'failed']).toContain(read.outcome)
        for (const part of [read.targetId, read.jobId, read.captureId]) {
          expect(part === undefined || (Number.isSafeInteger(part) && part > 0)).toBe(true)
        }
      }),
    )
    expect(isNarrowed(noFilter)).toBe(false)
    expect(writeAttemptFilter(noFilter)).toBe('')
  })
})

describe('words', () => {
  const target: Target = {
    id: 1,
    endpointId: 1,
    url: 'http://127.0.0.1:3000',
    enabled: true,
    keepPath: false,
    timeoutMs: 30_000,
    concurrency: 4,
    retries: 'quick',
    ca: null,
    waiting: 0,
    delivered: 0,
    deadLetters: 0,
    lastAt: null,
    lastProblem: null,
    createdAt: 0,
  }
  const problem = { code: 'TARGET_FAILED' as const, message: 'No.', cause: 'No.', remedies: [] }

  it('of a target say the worst of it', () => {
    expect(targetLook(target).label).toBe('Nothing yet')
    expect(targetLook({ ...target, lastAt: 5 }).label).toBe('Ready')
    expect(targetLook({ ...target, lastAt: 5, waiting: 2 }).label).toBe('Forwarding')
    expect(targetLook({ ...target, lastAt: 5, waiting: 2, lastProblem: problem }).label).toBe('Failing')
    expect(targetLook({ ...target, lastProblem: problem, enabled: false }).label).toBe('Off')
  })

  it('of a replay tell finished from finished with failures', () => {
    const job: Job = {
      id: 1,
      state: 'finished',
      url: 'http://127.0.0.1:3000',
      createdAt: 0,
      endedAt: 1,
      total: 1_200,
      done: 1_200,
      succeeded: 1_200,
      failed: 0,
      perSecond: null,
      problem: null,
    }
    expect(jobLook(job)).toMatchObject({ label: 'Finished', tone: 'good' })
    expect(jobLook({ ...job, failed: 1 })).toMatchObject({ label: 'Finished, some failed', tone: 'caution' })
    expect(jobLook({ ...job, failed: 1, state: 'running' }).label).toBe('Sending')
    expect(jobProgress(job)).toBe('1,200 of 1,200')
  })

  it('of a rate and of an attempt', () => {
    expect([rateText(null), rateText(0.42), rateText(1_234.5)]).toEqual([null, '0.4 a second', '1,235 a second'])
    expect(attemptText({ kind: 'forward', attempt: 3 })).toBe('Forward, retry 2')
    expect(attemptText({ kind: 'send', attempt: 1 })).toBe('Test event')
    expect(retryOptions.map(({ value }) => value).sort()).toEqual(['none', 'quick', 'standard'])
  })
})
