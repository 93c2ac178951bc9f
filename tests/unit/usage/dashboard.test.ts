import fc from 'fast-check'
import Papa from 'papaparse'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { UsageFact } from '../../../main/providers/provider.ts'
import { dashboardSchema, type GroupBy, type UsageGroup } from '../../../shared/contract/usage.ts'
import { formatNanos, parseNanos } from '../../../shared/money.ts'
import {
  cost,
  daysAgo,
  fact,
  moneyOf,
  onePage,
  openBench,
  remoteKey,
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

const USD = 1_000_000_000n
const every: readonly GroupBy[] = ['provider', 'account', 'key', 'project', 'model']
const insert = (id: number, facts: readonly UsageFact[]) =>
  bench.usage.insertFacts(
    id,
    facts,
    facts.map(({ day }) => day),
  )
const nanos = (text: string | null) => (text === null ? 0n : (parseNanos(text) ?? 0n))
const spent = (groups: readonly UsageGroup[], currency = 'USD') =>
  groups.flatMap(({ cost: lines }) => lines).filter((line) => line.currency === currency)
const sum = (texts: readonly (string | null)[]) => texts.reduce((a, text) => a + nanos(text), 0n)

describe('the dashboard', () => {
  it('splits the bill of a project over its keys; parts and remainder add up to it', () => {
    bench.keys.add(1).add(2, { isSource: false, kind: 'project', name: 'Shop' })
    bench.usage.insertFacts(
      1,
      [
        cost(daysAgo(1), 10n * USD, { project: 'p1' }),
        cost(daysAgo(1), 1n, { project: 'p2' }),
        tokens(daysAgo(1), 'key_a', 300, { project: 'p1' }),
        tokens(daysAgo(1), 'key_b', 600, { project: 'p1' }),
        tokens(daysAgo(1), null, 100, { project: 'p1' }),
      ],
      [daysAgo(1)],
      new Map([['key_a', 2]]),
    )
    const { groups, totals } = bench.usage.dashboard({ days: 7, groupBy: 'key' })
    expect(groups.map(({ id, label, role, cost: lines }) => [id, label, role, moneyOf(lines, 'apportioned')])).toEqual([
      ['remote:key_b', 'key_b', 'group', '6'],
      ['2', 'Shop', 'group', '3'],
      ['remainder', 'Belongs to no key', 'remainder', '1.000000001'],
    ])
    expect(totals.cost).toEqual([{ currency: 'USD', provenance: 'billed', total: '10.000000001' }])
    expect(totals.inputTokens).toBe(1_000)
  })

  it('uses billed costs by key where the provider tells them, and counts nothing twice', () => {
    bench.keys.add(1)
    insert(1, [
      cost(daysAgo(1), 5n * USD, { remoteKeyId: 'key_a', project: 'p1' }),
      cost(daysAgo(1), 2n * USD, { project: 'p1', lineItem: 'storage' }),
      cost(daysAgo(2), 4n * USD, { project: 'p1' }),
      tokens(daysAgo(1), 'key_a', 10, { project: 'p1' }),
      tokens(daysAgo(2), 'key_a', 10, { project: 'p1' }),
    ])
    const { groups, totals } = bench.usage.dashboard({ days: 7, groupBy: 'key' })
    const [key, remainder] = groups
    expect([moneyOf(key?.cost ?? [], 'billed'), moneyOf(key?.cost ?? [], 'apportioned')]).toEqual(['5', '4'])
    expect(moneyOf(remainder?.cost ?? [], 'billed')).toBe('2')
    expect(moneyOf(totals.cost, 'billed')).toBe('11')
  })

  it('never adds up currencies or provenances', () => {
    bench.keys.add(1).add(2, { provider: 'openrouter', kind: 'standard' })
    insert(1, [cost(daysAgo(1), USD), cost(daysAgo(1), 3n * USD, { currency: 'CNY' })])
    insert(2, [
      cost(daysAgo(1), 7n * USD, { provenance: 'metered' }),
      cost(daysAgo(1), USD, { provenance: 'estimated' }),
    ])
    const { totals, groups } = bench.usage.dashboard({ days: 7, groupBy: 'account' })
    const expected = [
      { currency: 'CNY', provenance: 'billed', total: '3' },
      { currency: 'USD', provenance: 'billed', total: '1' },
      { currency: 'USD', provenance: 'estimated', total: '1' },
      { currency: 'USD', provenance: 'metered', total: '7' },
    ]
    expect(totals.cost).toEqual(expected)
    expect(groups.map(({ cost: lines }) => lines.map(({ perDay: _, ...line }) => line))).toEqual([expected])
  })

  it('keeps counts that were estimated out of the provider’s own', () => {
    bench.keys.add(1)
    insert(1, [tokens(daysAgo(1), 'a', 5), fact(daysAgo(1), { requests: 99, provenance: 'estimated' })])
    expect(bench.usage.dashboard({ days: 7, groupBy: 'provider' }).totals.requests).toBe(1)
  })

  it('filters by provider, account, admin key and matched key, in every grouping', () => {
    bench.keys
      .add(1)
      .add(2, { provider: 'anthropic', accountId: 2 })
      .add(3, { isSource: false, kind: 'project', name: 'Mine' })
      .add(4, { provider: 'brave', kind: 'standard', accountId: 2 })
    bench.usage.insertFacts(
      1,
      [
        tokens(daysAgo(1), 'a', 10, { project: 'p', model: 'm' }),
        tokens(daysAgo(1), 'b', 20, { project: 'p', model: 'm' }),
      ],
      [daysAgo(1)],
      new Map([['a', 3]]),
    )
    insert(2, [tokens(daysAgo(1), 'c', 40, { project: 'q', model: 'n' })])
    insert(4, [tokens(daysAgo(1), null, 80)])
    for (const groupBy of every) {
      const total = (filter: object) => {
        const { totals, groups } = bench.usage.dashboard({ days: 7, groupBy, ...filter })
        expect(groups.reduce((a, { inputTokens }) => a + (inputTokens ?? 0), 0)).toBe(totals.inputTokens ?? 0)
        return totals.inputTokens
      }
      expect(total({})).toBe(150)
      expect(total({ provider: 'openai' })).toBe(30)
      expect(total({ accountId: 2 })).toBe(120)
      expect(total({ accountId: 2, provider: 'brave' })).toBe(80)
      expect(total({ keyId: 1 })).toBe(30)
      expect(total({ keyId: 3 })).toBe(10)
      expect(total({ keyId: 4 })).toBe(80)
      expect(total({ keyId: 99 })).toBeNull()
      expect(total({ keyId: 3, provider: 'anthropic' })).toBeNull()
    }
    const { groups } = bench.usage.dashboard({ days: 7, groupBy: 'key' })
    expect(groups.map(({ label }) => label)).toEqual(['Key 4', 'c', 'b', 'Mine'])
  })

  it('lists fifty groups and sums up the others, exactly', () => {
    bench.keys.add(1)
    const facts = Array.from({ length: 70 }, (_, index) => [
      tokens(daysAgo(index % 5), `k${index}`, index + 1, { project: `p${index}`, model: `m${index}` }),
      cost(daysAgo(index % 5), BigInt(index) * USD + 1n, { project: `p${index}`, model: `m${index}` }),
    ]).flat()
    insert(1, facts)
    for (const groupBy of ['key', 'project', 'model'] as const) {
      const { groups, totals } = bench.usage.dashboard({ days: 30, groupBy })
      const rest = groups.find(({ role }) => role === 'rest')
      expect(groups.filter(({ role }) => role === 'group')).toHaveLength(50)
      expect(rest).toMatchObject({ inputTokens: 210, requests: 20, cachedInputTokens: null })
      expect(sum(spent(groups).map((line) => line.total))).toBe(sum(totals.cost.map((line) => line.total)))
      expect(rest?.inputTokensPerDay.slice(0, 25)).toEqual(new Array(25).fill(null))
      expect(groups[0]?.cost[0]?.total).toBe('69.000000001')
    }
  })

  it('follows keys that are deleted or moved to another account', () => {
    bench.keys.add(1).add(2, { accountId: 2 })
    insert(1, [tokens(daysAgo(1), 'a', 10, { model: 'm' })])
    insert(2, [tokens(daysAgo(1), 'b', 5, { model: 'm' })])
    bench.keys.add(2, { accountId: 3 })
    const byAccount = () =>
      bench.usage
        .dashboard({ days: 7, groupBy: 'account' })
        .groups.map(({ id, label, inputTokens }) => [id, label, inputTokens])
    expect(byAccount()).toEqual([
      ['1', 'account-1@example.com', 10],
      ['3', 'account-3@example.com', 5],
    ])
    bench.keys.all.delete(1)
    expect(byAccount()).toEqual([['3', 'account-3@example.com', 5]])
    expect(bench.usage.dashboard({ days: 7, groupBy: 'model' }).totals.inputTokens).toBe(5)
  })

  it('is what the facts add up to, after any order of writing and revising them', () => {
    const figure = fc.option(fc.nat(1_000), { nil: null })
    const anyFact = fc.record({
      ago: fc.integer({ min: 0, max: 6 }),
      remoteKeyId: fc.constantFrom(null, 'a', 'b'),
      project: fc.constantFrom(null, 'p'),
      model: fc.constantFrom(null, 'm', 'n'),
      inputTokens: figure,
      requests: figure,
      costNanos: fc.option(fc.bigInt({ min: 0n, max: 10n ** 12n }), { nil: null }),
    })
    const pages = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.array(anyFact, { maxLength: 6 })), { maxLength: 5 })
    bench.keys.add(1).add(2, { provider: 'anthropic', accountId: 2 })
    fc.assert(
      fc.property(pages, (writes) => {
        bench.store.db.exec('DELETE FROM usage_sources; DELETE FROM usage_rollups; DELETE FROM usage_rollup_days')
        const model = new Map<number, Map<number, UsageFact[]>>([
          [1, new Map()],
          [2, new Map()],
        ])
        for (const [source, drafts] of writes) {
          const facts = drafts.map(({ ago, costNanos, ...fields }) =>
            fact(daysAgo(ago), {
              ...fields,
              costNanos,
              currency: costNanos === null ? null : 'USD',
              provenance: costNanos === null ? 'metered' : 'billed',
            }),
          )
          insert(source, facts)
          for (const day of new Set(facts.map((one) => one.day))) {
            model.get(source)?.set(
              day,
              facts.filter((one) => one.day === day),
            )
          }
        }
        const all = [...model.values()].flatMap((days) => [...days.values()].flat())
        const expected = (field: 'inputTokens' | 'requests') => {
          const said = all.flatMap((one) => (one[field] === null ? [] : [one[field]]))
          return said.length === 0 ? null : said.reduce((a, b) => a + b, 0)
        }
        const money = formatNanos(all.reduce((a, one) => a + (one.costNanos ?? 0n), 0n))
        for (const groupBy of every) {
          const dashboard = dashboardSchema.parse(bench.usage.dashboard({ days: 7, groupBy }))
          expect(dashboard.totals.inputTokens).toBe(expected('inputTokens'))
          expect(dashboard.totals.requests).toBe(expected('requests'))
          expect(formatNanos(sum(spent(dashboard.groups).map(({ total }) => total)))).toBe(money)
          for (const line of spent(dashboard.groups)) expect(sum(line.perDay)).toBe(nanos(line.total))
          const grouped = dashboard.groups.flatMap(({ inputTokens }) => (inputTokens === null ? [] : [inputTokens]))
          expect(grouped.reduce((a, b) => a + b, 0)).toBe(expected('inputTokens') ?? 0)
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('two admin keys of one organisation', () => {
  const script = () => ({
    keys: async () => [remoteKey('key_a', 'Shop', 'sk-…aaaa'), remoteKey('key_b', null, 'sk-…bbbb')],
    plan: () => [onePage('usage', [tokens(daysAgo(1), 'key_a', 100)])],
  })

  it('are counted once, and the second one says so', async () => {
    bench.keys.add(1).add(2)
    bench.scripts.set('openai', script())
    const runs = await syncAll(bench)
    expect(bench.usage.dashboard({ days: 7, groupBy: 'key' }).totals.inputTokens).toBe(100)
    const notes = [...runs.values()].flatMap(({ problem }) => (problem === null ? [] : [problem.message]))
    expect(notes).toEqual([expect.stringMatching(/same organisation is read with the key "Key [12]"/)])
    expect(bench.usage.diagnostics().map(({ id }) => id)).toContain('counted-once:openai')
  })

  it('the second takes over when the first no longer works, and keeps the history', async () => {
    bench.keys.add(1).add(2)
    let isRevoked = false
    const { keys, plan } = script()
    bench.scripts.set('openai', {
      keys: async (credential) => {
        if (isRevoked && credential.secret === 'secret-1') {
          const { ProviderError } = await import('../../../main/providers/provider.ts')
          throw new ProviderError('invalid', {
            code: 'PROVIDER_FAILED',
            message: 'revoked',
            cause: 'revoked',
            remedies: [],
          })
        }
        return keys()
      },
      plan: (credential) =>
        credential.secret === 'secret-1' ? plan() : [onePage('usage', [tokens(daysAgo(0), 'key_a', 7)])],
    })
    await syncAll(bench, { keyIds: [1] })
    isRevoked = true
    await syncAll(bench, { keyIds: [1] })
    await syncAll(bench, { keyIds: [2] })
    expect(bench.usage.dashboard({ days: 7, groupBy: 'key' }).totals.inputTokens).toBe(107)
    expect(bench.usage.dashboard({ days: 7, groupBy: 'key', keyId: 1 }).totals.inputTokens).toBeNull()
    expect(bench.usage.dashboard({ days: 7, groupBy: 'key', keyId: 2 }).totals.inputTokens).toBe(107)
  })

  it('keys get the name of the stored key, then the provider’s; deleted ones keep their last name', async () => {
    bench.keys.add(1).add(5, { isSource: false, kind: 'project', name: 'Stored shop' })
    bench.keys.redactions.set('sk-…aaaa', 5)
    let listed = [remoteKey('key_a', 'Shop', 'sk-…aaaa'), remoteKey('key_b', 'Batch', 'sk-…bbbb')]
    bench.scripts.set('openai', {
      keys: async () => listed,
      plan: () => [
        onePage('usage', [
          tokens(daysAgo(1), 'key_a', 3),
          tokens(daysAgo(1), 'key_b', 2),
          tokens(daysAgo(1), 'key_c', 1),
        ]),
      ],
    })
    await syncAll(bench)
    listed = [remoteKey('key_a', 'Shop', 'sk-…aaaa')]
    await syncAll(bench)
    const labels = () => bench.usage.dashboard({ days: 7, groupBy: 'key' }).groups.map(({ id, label }) => [id, label])
    expect(labels()).toEqual([
      ['5', 'Stored shop'],
      ['remote:key_b', 'Batch'],
      ['remote:key_c', 'key_c'],
    ])
    bench.keys.all.delete(5)
    expect(labels()[0]).toEqual(['remote:key_a', 'Shop'])
  })
})

describe('the CSV export', () => {
  it('has exactly the groups and days of the dashboard, and is audited', () => {
    bench.keys.add(1)
    insert(1, [
      cost(daysAgo(1), -USD / 2n, { project: '=cmd|x', model: 'm, "n"\nx' }),
      tokens(daysAgo(2), 'a', 4, { project: 'p' }),
    ])
    for (const groupBy of every) {
      const filter = { days: 7, groupBy }
      const dashboard = bench.usage.dashboard(filter)
      const { csv, fileName } = bench.usage.exportCsv({ source: 'app' }, filter)
      expect(fileName).toBe(`keyhold-usage-by-${groupBy}-7d-2026-10-15.csv`)
      const lines: string[][] = []
      Papa.parse(csv.trimEnd(), { delimiter: ',', step: ({ data }) => void lines.push(data) })
      const [header = [], ...rows] = lines
      const read = (row: readonly string[], name: string) => row[header.indexOf(name)] ?? ''
      const expected = dashboard.groups.flatMap((group) =>
        dashboard.range.days.flatMap((day, index) => [
          [day, group.id, 'metered', String(group.inputTokensPerDay[index] ?? ''), '', ''],
          ...group.cost.map((line) => [day, group.id, line.provenance, '', line.perDay[index] ?? '', line.currency]),
        ]),
      )
      expect(
        rows.map((row) => [
          Date.parse(`${read(row, 'day')}T00:00:00Z`),
          read(row, 'group_id').replace(/^'/, ''),
          ...['provenance', 'input_tokens', 'cost', 'currency'].map((name) => read(row, name)),
        ]),
      ).toEqual(expected)
      expect(rows.every((row) => read(row, 'zone') === 'UTC')).toBe(true)
    }
    expect(bench.audit.list({ limit: 10 }).items[0]?.action).toBe('usage.exported')
  })

  it('makes cells harmless that a spreadsheet would run, and leaves negative amounts numbers', () => {
    bench.keys.add(1)
    insert(1, [
      cost(daysAgo(1), -USD / 2n, { project: '=HYPERLINK("x")' }),
      tokens(daysAgo(1), 'a', 1, { project: ' @SUM(1)' }),
    ])
    const { csv } = bench.usage.exportCsv({ source: 'app' }, { days: 7, groupBy: 'project' })
    expect(csv).toContain(`"'=HYPERLINK(""x"")"`)
    expect(csv).toContain(`"' @SUM(1)"`)
    expect(csv).toContain(',-0.5,USD')
  })
})
