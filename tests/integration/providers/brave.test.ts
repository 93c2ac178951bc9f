import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { braveAdapter } from '../../../main/providers/brave.ts'
import {
  type BraveKeyName,
  type BraveOptions,
  type BraveSimulator,
  startBraveSimulator,
} from '../../simulators/brave.ts'
import { type Bench, DAY, fetchAll, lastDays, NOW, openBench, TODAY } from './support.ts'

let bench: Bench
let brave: BraveSimulator

async function restart(options: BraveOptions): Promise<void> {
  await brave.close()
  brave = await startBraveSimulator(options)
}

beforeEach(async () => {
  bench = openBench()
  brave = await startBraveSimulator()
})

afterEach(async () => {
  await bench.close()
  await brave.close()
})

function validate(name: BraveKeyName) {
  return braveAdapter.validate({ secret: brave.keys[name], kind: 'standard' }, bench.context(brave.url))
}

async function counter(name: BraveKeyName, days = 90) {
  const credential = { secret: brave.keys[name], kind: 'standard' } as const
  const context = bench.context(brave.url)
  return fetchAll(braveAdapter.planUsage?.(credential, lastDays(days), context) ?? [], context)
}

describe.each([false, true])('testing a Brave key (errors as an array: %s)', (errorsAsArray) => {
  it.each([
    ['free', 'valid', 422],
    ['payAsYouGo', 'valid', 422],
    ['revoked', 'invalid', 422],
    ['headerLost', 'unknown', 422],
    ['noSubscription', 'blocked', 404],
    ['notInPlan', 'valid_limited', 400],
    ['rateLimited', 'rate_limited', 429],
    ['quotaLimited', 'no_credit', 429],
  ] as const)('reads the answer for %s as %s', async (name, outcome, status) => {
    await restart({ errorsAsArray })
    expect(await validate(name)).toMatchObject({ outcome, status })
    expect(brave.requests).toHaveLength(1)
    expect(brave.billed).toBe(0)
  })
})

describe('rate limits of Brave', () => {
  it('never takes a limit of 0 for an exhausted one', async () => {
    const { rateLimits } = await validate('rateLimited')
    expect(rateLimits).toEqual([{ name: 'requests', limit: 50, remaining: 0, resetsAt: null, windowSeconds: 1 }])
  })
})

describe('usage of Brave', () => {
  it('says that asking is billed, and asks once', async () => {
    expect(braveAdapter.usageIsBilled).toBe(true)
    await counter('free')
    expect(brave.billed).toBe(1)
  })

  it('gives the counter once, on the first day of its window, so that later syncs replace it', async () => {
    const first = await counter('free')
    const day = Math.floor((NOW + (183_945 - 2_678_400) * 1_000) / DAY) * DAY
    expect(first.facts).toMatchObject([{ day, requests: 1_883, costNanos: null, provenance: 'metered' }])
    const second = await counter('free', 7)
    expect(second.facts).toMatchObject([{ day, requests: 1_884 }])
  })

  it('puts a window that begins at midnight on one day, and takes back what stands near it', async () => {
    // A reset told in whole seconds: a second too few would be the day before.
    await restart({ resetSeconds: 20 * 86_400 + 43_200 - 1 })
    const [chain] =
      braveAdapter.planUsage?.({ secret: brave.keys.free, kind: 'standard' }, lastDays(7), bench.context(brave.url)) ??
      []
    const page = await chain?.fetch(null, bench.context(brave.url))
    const day = TODAY - 10 * DAY
    expect(page).toMatchObject({ facts: [{ day }], buckets: [TODAY] })
    expect(page?.replaces).toEqual({ from: day - 15 * DAY, to: day + 16 * DAY })
  })

  it('knows nothing of a plan without a quota', async () => {
    expect((await counter('payAsYouGo')).facts).toEqual([])
  })

  it('fails for a key that is not accepted and for a refusal that only speaks for the key', async () => {
    await expect(counter('revoked')).rejects.toMatchObject({ outcome: 'invalid' })
    await expect(counter('quotaLimited')).rejects.toMatchObject({ outcome: 'no_credit' })
    brave.setFault({ kind: 'status', status: 422, body: { error: { code: 'VALIDATION', detail: 'odd' } } })
    await expect(counter('free')).rejects.toMatchObject({ outcome: 'unknown', problem: { code: 'PROVIDER_FAILED' } })
  })

  it('tries again after the throttle of one second', async () => {
    const body = { error: { code: 'RATE_LIMITED', detail: 'slow', meta: {} } }
    brave.setFault({ kind: 'status', status: 429, times: 2, body })
    expect((await counter('free')).facts).toHaveLength(1)
    expect(bench.waits).toHaveLength(2)
  })
})
