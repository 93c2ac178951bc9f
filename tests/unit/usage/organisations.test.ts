import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ProviderError } from '../../../main/providers/provider.ts'
import { daysAgo, onePage, openBench, remoteKey, syncAll, type TestBench, tokens } from './support.ts'

let bench: TestBench

beforeEach(() => {
  bench = openBench()
})

afterEach(async () => {
  await bench.close()
})

const refused = () =>
  new ProviderError('valid_limited', { code: 'PROVIDER_FAILED', message: 'no listing', cause: 'no', remedies: [] })

/** Sources that list `lists[secret]`, or are refused where there is none; each one reads 100 tokens. */
function script(lists: Record<string, string[]>) {
  bench.scripts.set('openai', {
    keys: async ({ secret }) => {
      const list = lists[secret]
      if (list === undefined) throw refused()
      return list.map((id) => remoteKey(id, id))
    },
    plan: () => [onePage('usage', [tokens(daysAgo(1), null, 100)])],
  })
}

const total = () => bench.usage.dashboard({ days: 7, groupBy: 'provider' }).totals.inputTokens
const cards = () => bench.usage.diagnostics().map(({ id }) => id)

describe('two admin keys of which one cannot list its keys', () => {
  it.each([
    ['the first', { 'secret-2': ['a'] }],
    ['the second', { 'secret-1': ['a'] }],
    ['each', {}],
  ])('are not counted twice when synced together: %s is refused', async (_, lists) => {
    bench.keys.add(1).add(2)
    script(lists)
    for (const _round of [1, 2]) {
      const runs = await syncAll(bench)
      expect([...runs.values()].map(({ state }) => state).sort()).toEqual(['done', 'failed'])
      expect(total()).toBe(100)
      const card = bench.usage.diagnostics().find(({ id }) => id === 'not-told-apart:openai')
      expect(card?.remedies.join(' ')).toMatch(/right to list.*delete/s)
      expect(card?.detail).toMatch(/may read the same organisation as "Key [12]"/)
    }
  })

  it.each([
    ['old', { 'secret-2': ['a'] }],
    ['new', { 'secret-1': ['a'] }],
  ])('the one that began counts on; the other stores nothing (the %s one is refused)', async (_, lists) => {
    bench.keys.add(1).add(2)
    script(lists)
    await syncAll(bench, { keyIds: [1] })
    const runs = await syncAll(bench, { keyIds: [2] })
    expect(runs.get(2)).toMatchObject({ state: 'failed', rows: 0, problem: { code: 'CONFLICT', relatedIds: [1] } })
    expect(total()).toBe(100)
    expect((await syncAll(bench, { keyIds: [1] })).get(1)?.state).toBe('done')
  })

  it('are counted once, as one organisation, when the right is given', async () => {
    bench.keys.add(1).add(2)
    const lists: Record<string, string[]> = { 'secret-1': ['a'] }
    script(lists)
    await syncAll(bench)
    lists['secret-2'] = ['a', 'b']
    await syncAll(bench)
    expect(total()).toBe(100)
    expect(cards()).toContain('counted-once:openai')
    expect(cards()).not.toContain('not-told-apart:openai')
  })

  it('are both counted, as two organisations, when the right is given, and from then on without it', async () => {
    bench.keys.add(1).add(2)
    const lists: Record<string, string[]> = { 'secret-1': ['a'] }
    script(lists)
    await syncAll(bench)
    lists['secret-2'] = ['b']
    await syncAll(bench)
    expect(total()).toBe(200)
    delete lists['secret-2']
    expect((await syncAll(bench)).get(2)).toMatchObject({ state: 'done', problem: { message: /names of the keys/ } })
    expect(total()).toBe(200)
  })

  it('are counted once by what they listed earlier', async () => {
    bench.keys.add(1).add(2)
    const lists: Record<string, string[]> = { 'secret-1': ['a'], 'secret-2': ['a'] }
    script(lists)
    await syncAll(bench, { keyIds: [1] })
    await syncAll(bench, { keyIds: [2] })
    delete lists['secret-2']
    expect((await syncAll(bench, { keyIds: [2] })).get(2)?.problem?.message).toMatch(/counted there/)
    expect(total()).toBe(100)
  })

  it('leave the field to the second when the first is deleted', async () => {
    bench.keys.add(1).add(2)
    script({})
    await syncAll(bench, { keyIds: [1] })
    await syncAll(bench, { keyIds: [2] })
    bench.keys.all.delete(1)
    expect((await syncAll(bench)).get(2)?.state).toBe('done')
    expect(total()).toBe(100)
  })
})

describe('two admin keys of one organisation of which one may not read usage', () => {
  it.each([
    ['first', 'secret-1'],
    ['second', 'secret-2'],
  ])('are read with the other one at the latest by the next refresh of both (the %s may not)', async (_, blocked) => {
    bench.keys.add(1).add(2)
    bench.scripts.set('openai', {
      keys: async () => [remoteKey('a', 'a')],
      plan: ({ secret }) => [
        {
          report: 'usage',
          page: async () => {
            if (secret === blocked) throw refused()
            return { facts: [tokens(daysAgo(1), 'a', 100)], buckets: [daysAgo(1)] }
          },
        },
      ],
    })
    await syncAll(bench)
    await syncAll(bench)
    expect(total()).toBe(100)
    await syncAll(bench)
    expect(total()).toBe(100)
  })
})
