import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ProviderError } from '../../../main/providers/provider.ts'
import type { SyncProgress } from '../../../shared/contract/usage.ts'
import { DAY, daysAgo, NOON, openBench, pagesOf, providerDown, syncAll, type TestBench, tokens } from './support.ts'

let bench: TestBench

beforeEach(() => {
  bench = openBench()
})

afterEach(async () => {
  await bench.close()
})

describe('cancel, restart and resume', () => {
  /** Holds the page `at` until released. */
  function gated(count: number, at: number, log: number[]) {
    let release = () => {}
    let reached = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const arrived = new Promise<void>((resolve) => {
      reached = resolve
    })
    let isOpen = false
    bench.scripts.set('openai', {
      plan: () => [
        {
          ...pagesOf(count, log),
          page: async (index: number) => {
            if (index === at && !isOpen) {
              reached()
              await gate
              throw new Error('the run that asked is gone')
            }
            return pagesOf(count, log).page(index)
          },
        },
      ],
    })
    return {
      arrived,
      open: () => {
        isOpen = true
        release()
      },
    }
  }

  it('cancel keeps what was fetched; the next sync goes on from there', async () => {
    bench.keys.add(1)
    const log: number[] = []
    const gate = gated(5, 3, log)
    const [run] = bench.usage.sync({ days: 30 })
    await gate.arrived
    bench.usage.cancel({ runIds: [run?.runId ?? 0] })
    await bench.usage.whenIdle()
    expect(bench.usage.sources()[0]).toMatchObject({ lastRun: { state: 'cancelled', pages: 3 }, resumable: true })
    expect(bench.usage.dashboard({ days: 7, groupBy: 'provider' }).totals.inputTokens).toBe(300)
    gate.open()
    const resumed = (await syncAll(bench)).get(1)
    expect(resumed).toMatchObject({ state: 'done', pages: 5 })
    expect(log).toEqual([0, 1, 2, 3, 4])
    expect(bench.usage.dashboard({ days: 7, groupBy: 'provider' }).totals.inputTokens).toBe(500)
  })

  it('a sync asked for right after a cancel waits for the old run and goes on from its position', async () => {
    bench.keys.add(1)
    const log: number[] = []
    const gate = gated(4, 2, log)
    const [old] = bench.usage.sync({ days: 30 })
    await gate.arrived
    bench.usage.cancel({})
    const [next] = bench.usage.sync({ days: 30 })
    expect(next?.runId).not.toBe(old?.runId)
    gate.open()
    await bench.usage.whenIdle()
    expect(bench.usage.sources()[0]?.lastRun).toMatchObject({ runId: next?.runId, state: 'done', pages: 4 })
    expect(log).toEqual([0, 1, 2, 3])
  })

  it('closing interrupts and waits; the position survives the restart', async () => {
    bench.keys.add(1)
    const log: number[] = []
    const gate = gated(4, 2, log)
    bench.usage.sync({ days: 30 })
    await gate.arrived
    bench = await bench.restart()
    expect(bench.usage.sources()[0]).toMatchObject({ lastRun: { state: 'interrupted' }, resumable: true })
    expect(bench.usage.diagnostics().map(({ id }) => id)).toEqual(['interrupted:openai'])
    gate.open()
    await syncAll(bench)
    expect(log).toEqual([0, 1, 2, 3])
  })

  it('drops the position when the identity of the query changes, and after its lifetime', async () => {
    bench.keys.add(1)
    const log: number[] = []
    const gate = gated(3, 1, log)
    bench.usage.sync({ days: 30 })
    await gate.arrived
    bench.usage.cancel({})
    await bench.usage.whenIdle()
    gate.open()
    await syncAll(bench, { days: 90 })
    expect(log).toEqual([0, 0, 1, 2])

    log.length = 0
    const second = gated(3, 1, log)
    bench.usage.sync({ days: 7 })
    await second.arrived
    bench.usage.cancel({})
    await bench.usage.whenIdle()
    second.open()
    bench.clock.advance(7 * 3_600_000)
    expect(bench.usage.sources()[0]?.resumable).toBe(false)
    await syncAll(bench, { days: 7 })
    expect(log).toEqual([0, 0, 1, 2])
  })

  it('begins a chain anew when the provider no longer knows the stored page', async () => {
    bench.keys.add(1)
    const log: number[] = []
    const gate = gated(3, 2, log)
    bench.usage.sync({ days: 30 })
    await gate.arrived
    bench.usage.cancel({})
    await bench.usage.whenIdle()
    gate.open()
    let isForgotten = true
    bench.scripts.set('openai', {
      plan: () => [
        {
          ...pagesOf(3, log),
          page: async (index: number) => {
            if (index === 2 && isForgotten) {
              isForgotten = false
              throw providerDown()
            }
            return pagesOf(3, log).page(index)
          },
        },
      ],
    })
    expect((await syncAll(bench)).get(1)).toMatchObject({ state: 'done', pages: 3 })
    expect(log).toEqual([0, 1, 0, 1, 2])
    expect(bench.usage.dashboard({ days: 7, groupBy: 'provider' }).totals.inputTokens).toBe(300)
  })

  it('ends the run of a key that is deleted meanwhile, and its figures go with it', async () => {
    bench.keys.add(1)
    const gate = gated(3, 1, [])
    bench.usage.sync({ days: 30 })
    await gate.arrived
    bench.keys.all.delete(1)
    bench.changes.announce('keys')
    await bench.usage.whenIdle()
    expect(bench.usage.dashboard({ days: 7, groupBy: 'model' })).toMatchObject({
      groups: [],
      totals: { requests: null },
    })
    expect(bench.store.db.prepare('SELECT count(*) AS n FROM usage_rollup_days').get()).toEqual({ n: 0 })
  })
})

describe('a provider that asks to slow down', () => {
  it('is waited for, shown as waiting, and asked one at a time from then on', async () => {
    bench.keys.add(1)
    let inFlight = 0
    let afterLimit = 0
    let isLimited = false
    const chain = (name: string) => ({
      report: name,
      page: async (index: number) => {
        inFlight += 1
        if (isLimited) afterLimit = Math.max(afterLimit, inFlight)
        await new Promise((resolve) => setImmediate(resolve))
        inFlight -= 1
        if (name === 'b' && index === 1 && !isLimited) {
          isLimited = true
          throw new ProviderError('rate_limited', {
            code: 'PROVIDER_FAILED',
            message: 'slow down',
            cause: 'slow down',
            remedies: [],
            retryAfterMs: 60,
          })
        }
        return { facts: [], buckets: [], more: index < 4 }
      },
    })
    bench.scripts.set('openai', { plan: () => ['a', 'b', 'c'].map(chain) })
    const seen: SyncProgress[] = []
    const abort = new AbortController()
    const following = (async () => {
      for await (const progress of bench.usage.progress(abort.signal)) seen.push(progress)
    })()
    const run = (await syncAll(bench)).get(1)
    abort.abort()
    await following
    expect(run).toMatchObject({ state: 'done', pages: 15, waitingUntil: null })
    expect(seen.some(({ waitingUntil }) => waitingUntil !== null && waitingUntil >= NOON + 50)).toBe(true)
    // Pages that were under way when the limit was met may still end beside the first one after it.
    expect(afterLimit).toBeLessThanOrEqual(2)
  })

  it('for longer than is reasonable ends the run, which can be resumed', async () => {
    bench.keys.add(1)
    bench.scripts.set('openai', {
      plan: () => [
        {
          report: 'usage',
          page: async (index) => {
            if (index === 0) return { facts: [tokens(daysAgo(1), 'k', 1)], buckets: [], more: true }
            throw new ProviderError('rate_limited', {
              code: 'PROVIDER_FAILED',
              message: 'tomorrow',
              cause: 'tomorrow',
              remedies: [],
              retryAfterMs: DAY,
            })
          },
        },
      ],
    })
    expect((await syncAll(bench)).get(1)).toMatchObject({ state: 'failed', problem: { retryAfterMs: DAY } })
    expect(bench.usage.sources()[0]?.resumable).toBe(true)
    expect(bench.usage.diagnostics().map(({ id }) => id)).toEqual(['rate-limited:openai'])
  })
})
