import { expect, it } from 'vitest'
import { defectOf } from '../../main/defects.ts'
import { deliveryFault } from '../../main/deliveries/journal.ts'
import { RetryRuns } from '../../main/sender/retry-runs.ts'
import { retrySchedules } from '../../shared/retry-schedules.ts'

const secret = `sk-${'x'.repeat(20)}`

function broken(): never {
  throw new TypeError(`Unexpected ${secret}`)
}

function caught(): unknown {
  try {
    return broken()
  } catch (error) {
    return error
  }
}

it('a defect is named by its kind and place, never in its own words', () => {
  expect(defectOf(caught())).toMatch(/^TypeError in broken \(defects\.test\.ts:\d+\)$/)
  expect(defectOf('thrown text')).toBe('an unknown fault')
  const { cause } = deliveryFault(caught()).details
  expect(cause).toMatch(/TypeError in broken/)
  expect(cause).not.toContain(secret)
})

it('a run that a defect ends has failed, and its report names the place', async () => {
  const runs = new RetryRuns()
  const { id } = runs.start(
    { schedule: 'standard-webhooks', url: 'http://127.0.0.1/', startedAt: 0 },
    {
      schedule: retrySchedules['standard-webhooks'],
      eventIds: ['one'],
      jitterSeed: 1,
      duplicateShare: 0,
      now: () => 0,
      deliver: async () => broken(),
    },
  )
  for await (const { state } of runs.follow(id)) if (state !== 'running') break
  const { state, report } = runs.get(id)
  expect(state).toBe('failed')
  expect(report?.sentence).toMatch(/A defect: TypeError in broken \(defects\.test\.ts:\d+\)\./)
})
