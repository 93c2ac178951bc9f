import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ProviderError } from '../../../main/providers/provider.ts'
import { cost, DAY, daysAgo, fact, onePage, openBench, remoteKey, syncAll, type TestBench, tokens } from './support.ts'

let bench: TestBench

beforeEach(() => {
  bench = openBench()
})

afterEach(async () => {
  await bench.close()
})

const refused = () =>
  new ProviderError('invalid', { code: 'PROVIDER_FAILED', message: 'no', cause: 'no', remedies: [] })
const coverage = (filter: object = {}) =>
  bench.usage.dashboard({ days: 7, groupBy: 'provider', ...filter }).range.coverage
const week = (...last: string[]) => [...new Array<string>(7 - last.length).fill(last[0] ?? ''), ...last]

describe('the days of several sources', () => {
  /** Each source reads its own organisation; `isRefused` are the secrets that are not accepted. */
  function script(isRefused: (secret: string) => boolean = () => false) {
    bench.scripts.set('openai', {
      keys: async ({ secret }) => [remoteKey(`of-${secret}`, null)],
      plan: ({ secret }) => [
        {
          report: 'usage',
          page: () =>
            isRefused(secret)
              ? Promise.reject(refused())
              : Promise.resolve({ facts: [tokens(daysAgo(1), `of-${secret}`, 10)] }),
        },
      ],
    })
  }

  it('are complete when each source has read them, and only partial while one never could', async () => {
    bench.keys.add(1).add(2, { accountId: 2 })
    let isRevoked = true
    script((secret) => isRevoked && secret === 'secret-2')
    await syncAll(bench)
    expect(coverage()).toEqual(week('partial'))
    expect(coverage({ accountId: 1 })).toEqual(week('complete', 'partial'))
    expect(coverage({ keyId: 2 })).toEqual(week('missing'))
    isRevoked = false
    await syncAll(bench)
    expect(coverage()).toEqual(week('complete', 'partial'))
  })

  it('are partial where one of them was read for fewer days, or not yet at all', async () => {
    bench.keys.add(1).add(2)
    script()
    await syncAll(bench, { days: 30, keyIds: [1] })
    expect(coverage()).toEqual(week('partial'))
    await syncAll(bench, { days: 3, keyIds: [2] })
    expect(coverage()).toEqual(week('partial', 'complete', 'complete', 'partial'))
  })

  it('do not wait for a key that is counted with another one', async () => {
    bench.keys.add(1).add(2)
    bench.scripts.set('openai', {
      keys: async () => [remoteKey('shared', null)],
      plan: () => [onePage('usage', [tokens(daysAgo(1), 'shared', 10)])],
    })
    await syncAll(bench)
    expect(coverage()).toEqual(week('complete', 'partial'))
  })

  it('wait for a key that tells the last days only from when it was first read, and never for a mere counter', async () => {
    bench.keys
      .add(1)
      .add(2, { provider: 'openrouter', kind: 'standard' })
      .add(3, { provider: 'brave', kind: 'standard' })
    script()
    const onlyToday = () => {
      const from = Math.floor(bench.clock.now() / DAY) * DAY
      return [{ ...onePage('key', [fact(from, { requests: 1 })]), speaksFor: { from, to: from + DAY } }]
    }
    bench.scripts.set('openrouter', { usageReach: () => 1, plan: onlyToday })
    bench.scripts.set('brave', { usageReach: () => 0, usageIsBilled: true, plan: onlyToday })
    await syncAll(bench, { days: 30, keyIds: [1] })
    expect(coverage()).toEqual(week('complete', 'partial'))
    await syncAll(bench, { days: 30, keyIds: [2, 3] })
    bench.clock.advance(3 * DAY)
    await syncAll(bench, { days: 30, keyIds: [1] })
    expect(coverage()).toEqual(week('complete', 'partial', 'partial', 'partial', 'partial'))
    expect(coverage({ provider: 'brave' })).toEqual(week('missing', 'partial', 'missing', 'missing', 'missing'))
  })
})

describe('a day with several reports', () => {
  /** Tokens of every day, costs up to `lag` days before today. */
  const reports = (lag: () => number, gate: () => Promise<void> = async () => {}) => [
    {
      report: 'usage',
      page: async () => ({ facts: [tokens(daysAgo(1), 'k', 10), tokens(daysAgo(3), 'k', 10)] }),
    },
    {
      report: 'costs',
      page: async (index: number) => {
        if (index === 1) await gate()
        const days = Array.from({ length: 30 }, (_, ago) => daysAgo(ago)).slice(lag())
        return { facts: [cost(daysAgo(4), 5n)], buckets: index === 0 ? days : [], more: index === 0 }
      },
    },
  ]

  it('is complete only when each of them has given it', async () => {
    bench.keys.add(1)
    let lag = 3
    bench.scripts.set('openai', { plan: () => reports(() => lag) })
    await syncAll(bench)
    expect(coverage()).toEqual(week('complete', 'partial', 'partial', 'partial'))
    lag = 1
    await syncAll(bench)
    expect(coverage()).toEqual(week('complete', 'partial'))
  })

  it('is read again until each of them has given it, however long ago it was', async () => {
    bench.keys.add(1)
    const from: number[] = []
    let lag = 6
    bench.scripts.set('openai', {
      plan: (_credential, window) => {
        from.push(window.from)
        return reports(() => lag)
      },
    })
    await syncAll(bench)
    lag = 1
    await syncAll(bench)
    expect(from.at(-1)).toBe(daysAgo(5))
    await syncAll(bench)
    expect(from.at(-1)).toBe(daysAgo(3))
  })

  it('stays so across a resume: pages that were read before count', async () => {
    bench.keys.add(1)
    let fails = true
    const gate = () => (fails ? Promise.reject(new Error('cut off')) : Promise.resolve())
    bench.scripts.set('openai', { plan: () => reports(() => 2, gate) })
    expect((await syncAll(bench)).get(1)?.state).toBe('failed')
    fails = false
    bench = await bench.restart()
    expect((await syncAll(bench)).get(1)?.state).toBe('done')
    expect(coverage()).toEqual(week('complete', 'partial', 'partial'))
  })
})

describe('a running counter', () => {
  it('counts once, on whichever day its window seems to begin', async () => {
    bench.keys.add(1, { provider: 'brave', kind: 'standard' })
    const read = async (day: number, requests: number) => {
      const replaces = { from: day - 15 * DAY, to: day + 16 * DAY }
      bench.scripts.set('brave', {
        usageReach: () => 0,
        plan: () => [{ report: 'quota', page: async () => ({ facts: [fact(day, { requests })], replaces }) }],
      })
      await syncAll(bench, { keyIds: [1] })
      return bench.usage.dashboard({ days: 90, groupBy: 'key' }).totals.requests
    }
    expect(await read(daysAgo(50), 900)).toBe(900)
    expect(await read(daysAgo(20), 100)).toBe(1_000)
    expect(await read(daysAgo(19), 110)).toBe(1_010)
    expect(await read(daysAgo(20), 115)).toBe(1_015)
    expect(bench.usage.diagnostics().map(({ id }) => id)).toEqual(['counter-only:brave'])
  })
})
