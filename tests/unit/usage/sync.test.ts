import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  badKey,
  cost,
  DAY,
  daysAgo,
  fact,
  NOON,
  onePage,
  openBench,
  pagesOf,
  providerDown,
  syncAll,
  type TestBench,
  tokens,
} from './support.ts'

let bench: TestBench

beforeEach(() => {
  bench = openBench()
})

afterEach(async () => {
  await bench.close()
})

describe('a sync', () => {
  it('reads chains and pages, stores them and says so', async () => {
    bench.keys.add(1)
    bench.scripts.set('openai', { plan: () => [pagesOf(3), onePage('costs', [cost(daysAgo(0), 5_000_000_000n)])] })
    const run = (await syncAll(bench)).get(1)
    expect(run).toMatchObject({ state: 'done', pages: 4, rows: 4, problem: null })
    expect(bench.usage.sources()[0]).toMatchObject({ lastSuccessAt: NOON, resumable: false })
    const { totals, range } = bench.usage.dashboard({ days: 7, groupBy: 'provider' })
    expect(totals).toMatchObject({ requests: 3, inputTokens: 300, cachedInputTokens: null })
    expect(totals.cost).toEqual([{ currency: 'USD', provenance: 'billed', total: '5' }])
    // The usage report gave three days only: what it says about the days before is not known.
    expect(range.coverage).toEqual(['partial', 'partial', 'partial', 'partial', 'complete', 'complete', 'partial'])
  })

  it('leaves days unknown that no report can speak for', async () => {
    bench.keys.add(1)
    bench.scripts.set('openai', {
      plan: () => [
        { ...onePage('activity', [tokens(daysAgo(1), 'key_a', 10)]), speaksFor: { from: daysAgo(2), to: daysAgo(0) } },
        { ...onePage('today', [tokens(daysAgo(0), 'key_a', 1)]), speaksFor: { from: daysAgo(0), to: daysAgo(-1) } },
      ],
    })
    await syncAll(bench)
    const { coverage } = bench.usage.dashboard({ days: 7, groupBy: 'provider' }).range
    expect(coverage).toEqual(['missing', 'missing', 'missing', 'missing', 'complete', 'complete', 'partial'])
  })

  it('goes on with four keys when one of five is broken', async () => {
    for (const id of [1, 2, 3, 4, 5]) bench.keys.add(id)
    bench.scripts.set('openai', {
      plan: ({ secret }) => [
        {
          report: 'usage',
          page: async () => {
            if (secret === 'secret-3') throw badKey()
            return { facts: [tokens(daysAgo(1), `${secret}-key`, 10)], buckets: [daysAgo(1)] }
          },
        },
      ],
    })
    const runs = await syncAll(bench)
    expect([...runs.values()].map(({ state }) => state)).toEqual(['done', 'done', 'failed', 'done', 'done'])
    expect(bench.usage.dashboard({ days: 7, groupBy: 'provider' }).totals.inputTokens).toBe(40)
    const card = bench.usage.diagnostics().find(({ id }) => id === 'authentication-failed:openai')
    expect(card).toMatchObject({ severity: 'error', keys: [{ id: 3, name: 'Key 3' }], detail: 'bad key' })
  })

  it('keeps the reports that worked when a required one fails, and resumes with the failed one only', async () => {
    bench.keys.add(1)
    const asked: string[] = []
    let broken = true
    bench.scripts.set('openai', {
      plan: () => [
        {
          report: 'usage',
          page: async () => {
            asked.push('usage')
            return { facts: [tokens(daysAgo(2), 'key_a', 7)], buckets: [daysAgo(2)] }
          },
        },
        {
          report: 'costs',
          page: async () => {
            asked.push('costs')
            if (broken) throw providerDown()
            return { facts: [cost(daysAgo(2), 1_000_000_000n)], buckets: [daysAgo(2)] }
          },
        },
      ],
    })
    expect((await syncAll(bench)).get(1)).toMatchObject({ state: 'failed', problem: { message: 'down' } })
    expect(bench.usage.sources()[0]).toMatchObject({ resumable: true, lastSuccessAt: null })
    expect(bench.usage.dashboard({ days: 7, groupBy: 'provider' }).range.coverage[4]).toBe('partial')
    broken = false
    expect((await syncAll(bench)).get(1)).toMatchObject({ state: 'done', pages: 2 })
    expect(asked).toEqual(['usage', 'costs', 'costs'])
  })

  it('turns the failure of an optional report into a note', async () => {
    bench.keys.add(1)
    const optional = { report: 'extra', optional: true, page: () => Promise.reject(providerDown()) }
    bench.scripts.set('openai', { plan: () => [onePage('usage', [tokens(daysAgo(1), 'key_a', 5)]), optional] })
    const run = (await syncAll(bench)).get(1)
    expect(run).toMatchObject({ state: 'done', problem: { message: 'down' } })
    expect(bench.usage.diagnostics().map(({ id }) => id)).toContain('left-out:openai')
  })

  it('gives up a report whose pages go round in a circle, and does not resume into the circle', async () => {
    bench.keys.add(1)
    let calls = 0
    const page = async () => {
      calls += 1
      return { facts: [], buckets: [], nextToken: calls % 2 === 0 ? 'even' : 'odd' }
    }
    bench.scripts.set('openai', {
      plan: () => [{ report: 'usage', page: async () => ({ facts: [], buckets: [] }), raw: page }],
    })
    const run = (await syncAll(bench)).get(1)
    expect(run?.state).toBe('failed')
    expect(run?.problem?.message).toMatch(/keeps sending pages/)
    expect(calls).toBe(3)
    expect(bench.usage.sources()[0]?.resumable).toBe(false)
  })

  it('asks a provider that bills the asking only for keys that are named', async () => {
    bench.keys.add(1, { provider: 'brave', kind: 'standard' })
    bench.scripts.set('brave', {
      usageIsBilled: true,
      plan: () => [onePage('quota', [fact(daysAgo(0), { requests: 12 })])],
    })
    expect(bench.usage.sync({ days: 30 })).toEqual([])
    expect((await syncAll(bench, { keyIds: [1] })).get(1)?.state).toBe('done')
  })

  it('refuses a key that cannot be asked, and starts nothing', () => {
    bench.keys.add(1).add(2, { isSource: false, kind: 'project' })
    expect(() => bench.usage.sync({ days: 30, keyIds: [1, 2] })).toThrow(/cannot be asked for usage/)
    expect(bench.usage.sources()[0]?.lastRun).toBeNull()
  })

  it('fails with the problem of the vault while it is locked', async () => {
    bench.keys.add(1)
    bench.keys.locked = true
    bench.scripts.set('openai', { plan: () => [pagesOf(1)] })
    expect((await syncAll(bench)).get(1)).toMatchObject({ state: 'failed', problem: { code: 'VAULT_LOCKED' } })
    expect(bench.usage.diagnostics()[0]?.id).toBe('vault-locked')
  })
})

describe('the days that are read', () => {
  it('leaves out settled days, and reads the last closed ones and today again', async () => {
    bench.keys.add(1)
    const windows: number[][] = []
    bench.scripts.set('openai', {
      plan: (_credential, window) => {
        windows.push([window.from, window.to])
        return [onePage('usage', [])]
      },
    })
    await syncAll(bench, { days: 30 })
    expect(windows.at(-1)).toEqual([daysAgo(29), daysAgo(-1)])
    await syncAll(bench, { days: 30 })
    expect(windows.at(-1)).toEqual([daysAgo(3), daysAgo(-1)])
    await syncAll(bench, { days: 90 })
    expect(windows.at(-1)).toEqual([daysAgo(89), daysAgo(-1)])
    bench.clock.advance(10 * DAY)
    await syncAll(bench, { days: 30 })
    expect(windows.at(-1)).toEqual([daysAgo(3), daysAgo(-11)])
  })

  it('reads everything again when a report is new, or when something was left out', async () => {
    bench.keys.add(1)
    const windows: number[] = []
    const reports = ['usage']
    let fails = false
    bench.scripts.set('openai', {
      plan: (_credential, window) => {
        windows.push(window.from)
        return [
          ...reports.map((report) => onePage(report, [])),
          {
            report: 'extra',
            optional: true,
            page: () => (fails ? Promise.reject(providerDown()) : Promise.resolve({ facts: [] })),
          },
        ]
      },
    })
    await syncAll(bench)
    reports.push('costs')
    await syncAll(bench)
    expect(windows.at(-1)).toBe(daysAgo(29))
    await syncAll(bench)
    expect(windows.at(-1)).toBe(daysAgo(3))
    fails = true
    await syncAll(bench, { days: 90 })
    fails = false
    await syncAll(bench, { days: 90 })
    expect(windows.at(-1)).toBe(daysAgo(89))
  })
})

describe('revised figures', () => {
  const sync = async (facts: ReturnType<typeof fact>[], buckets?: number[]) => {
    bench.scripts.set('openai', { plan: () => [onePage('usage', facts, buckets)] })
    await syncAll(bench, { days: 7 })
    return bench.usage.dashboard({ days: 7, groupBy: 'model' })
  }

  it('replace what the report said before about that day, also what has disappeared', async () => {
    bench.keys.add(1)
    await sync([
      tokens(daysAgo(1), 'key_a', 100, { model: 'm1' }),
      tokens(daysAgo(1), 'key_a', 50, { model: 'm2' }),
      tokens(daysAgo(2), 'key_a', 9, { model: 'm2' }),
    ])
    const { groups, totals } = await sync([tokens(daysAgo(1), 'key_a', 120, { model: 'm1' })])
    expect(totals.inputTokens).toBe(129)
    expect(groups.map(({ id, inputTokens }) => [id, inputTokens])).toEqual([
      ['m1', 120],
      ['m2', 9],
    ])
  })

  it('do not touch a day the provider says nothing about, and keep zero and unknown apart', async () => {
    bench.keys.add(1)
    await sync([tokens(daysAgo(1), 'key_a', 100)])
    const { totals, groups } = await sync([tokens(daysAgo(2), 'key_a', 0)], [daysAgo(1), daysAgo(2), daysAgo(3)])
    expect(totals.inputTokens).toBe(100)
    expect(totals.cachedInputTokens).toBeNull()
    expect(groups[0]?.inputTokensPerDay).toEqual([null, null, null, null, 0, 100, null])
  })

  it('of one report never take away those of another', async () => {
    bench.keys.add(1)
    bench.scripts.set('openai', {
      plan: () => [onePage('usage/a', [tokens(daysAgo(1), 'k', 1)]), onePage('usage/b', [tokens(daysAgo(1), 'k', 2)])],
    })
    await syncAll(bench)
    await syncAll(bench)
    expect(bench.usage.dashboard({ days: 7, groupBy: 'provider' }).totals.inputTokens).toBe(3)
  })

  it('of one report come together from chains and pages that share a day', async () => {
    bench.keys.add(1)
    const chain = (name: string, models: string[]) => ({
      report: 'usage',
      identity: name,
      page: async (index: number) => ({
        facts: [tokens(daysAgo(1), 'k', 10, { model: models[index] ?? null })],
        buckets: [daysAgo(1)],
        more: index + 1 < models.length,
      }),
    })
    bench.scripts.set('openai', { plan: () => [chain('first', ['a', 'b']), chain('second', ['c', 'd', 'e'])] })
    for (const _ of [1, 2]) {
      await syncAll(bench)
      expect(bench.usage.dashboard({ days: 7, groupBy: 'model' }).totals.inputTokens).toBe(50)
    }
  })

  it('with an impossible amount are refused, and nothing of the page is stored', async () => {
    bench.keys.add(1)
    bench.scripts.set('openai', {
      plan: () => [onePage('costs', [cost(daysAgo(1), 1n), cost(daysAgo(2), 10n ** 18n + 1n)])],
    })
    expect((await syncAll(bench)).get(1)).toMatchObject({ state: 'failed', problem: { code: 'PROVIDER_FAILED' } })
    expect(bench.usage.dashboard({ days: 7, groupBy: 'provider' }).totals.cost).toEqual([])
  })
})
