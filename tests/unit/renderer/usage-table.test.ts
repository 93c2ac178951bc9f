import { describe, expect, it } from 'vitest'
import { drillHref, groupRows } from '../../../renderer/features/usage/group-rows.ts'
import {
  overallPercent,
  runPercent,
  runText,
  sourceRows,
  sourceText,
  summarise,
} from '../../../renderer/features/usage/sync-model.ts'
import {
  defaultQuery,
  filterOf,
  readUsageQuery,
  usageHref,
  writeUsageQuery,
} from '../../../renderer/features/usage/usage-query.ts'
import type { SyncProgress, UsageSource } from '../../../shared/contract/usage.ts'
import { dashboard, group, line } from './usage-fixture.ts'

describe('address (UD-USE-05)', () => {
  it('carries what is shown and nothing that is usual', () => {
    expect(usageHref(defaultQuery, {})).toBe('/usage')
    const query = { ...defaultQuery, days: 90, group: 'model', account: 7, provider: 'openai', view: 'table' } as const
    expect(usageHref(query, {})).toBe('/usage?days=90&group=model&provider=openai&account=7&view=table')
    expect(readUsageQuery(writeUsageQuery(query))).toEqual(query)
    expect(filterOf(query)).toEqual({ days: 90, groupBy: 'model', provider: 'openai', accountId: 7 })
  })

  it.each([
    'days=8&group=color&metric=joy&view=3d',
    'provider=__proto__&account=-1&key=1e999',
    'account=1.5&key=abc&money=%3Cscript%3E',
  ])('opens an address it does not understand: %s', (search) => {
    expect(readUsageQuery(new URLSearchParams(search))).toEqual(defaultQuery)
  })
})

describe('rows (UD-USE-09)', () => {
  const usd = { id: 'USD:billed', currency: 'USD', provenance: 'billed' } as const
  const page = dashboard([
    group('remainder', { role: 'remainder', cost: [line([], '1')] }),
    group('b', { requests: 10, cost: [line([], '6')] }),
    group('silent'),
    group('a', { requests: 5, cost: [line([], '3'), line([], '900', 'estimated')] }),
  ])
  const order = (column: 'label' | 'cost' | 'requests', direction: 'ascending' | 'descending') =>
    groupRows(page, 'cost', usd, { column, direction }).map(({ group: { id } }) => id)

  it('sorts, with the unknown last both ways and the remainder at the end', () => {
    expect(order('cost', 'descending')).toEqual(['b', 'a', 'silent', 'remainder'])
    expect(order('cost', 'ascending')).toEqual(['a', 'b', 'silent', 'remainder'])
    expect(order('label', 'descending')).toEqual(['silent', 'b', 'a', 'remainder'])
    expect(order('requests', 'ascending')).toEqual(['a', 'b', 'silent', 'remainder'])
  })

  it('shares within the chosen money line only', () => {
    const rows = groupRows(page, 'cost', usd, { column: 'cost', direction: 'descending' })
    expect(rows.map(({ share }) => share)).toEqual([60, 30, null, 10])
  })

  it('leads from a group to its key or to a narrower page', () => {
    const keys = { ...defaultQuery, group: 'key' } as const
    const accounts = { ...defaultQuery, group: 'account', days: 7 } as const
    expect(drillHref(keys, group('12'))).toBe('/keys/12')
    expect(drillHref(keys, group('remainder', { role: 'remainder' }))).toBeNull()
    expect(drillHref(accounts, group('3'))).toBe('/usage?days=7&group=key&account=3')
    expect(drillHref(defaultQuery, group('openai', { provider: 'openai' }))).toBe('/usage?group=key&provider=openai')
    expect(drillHref({ ...defaultQuery, group: 'model' }, group('12'))).toBeNull()
  })
})

describe('sources and runs (UD-USE-06)', () => {
  const run = (change: Partial<SyncProgress> = {}): SyncProgress => ({
    runId: 1,
    keyId: 4,
    keyName: 'Admin',
    provider: 'openai',
    state: 'running',
    pages: 3,
    expectedPages: 12,
    rows: 40,
    startedAt: 0,
    endedAt: null,
    problem: null,
    waitingUntil: null,
    ...change,
  })
  const source = (change: Partial<UsageSource> = {}): UsageSource => ({
    keyId: 4,
    keyName: 'Admin',
    accountEmail: 'a@example.com',
    provider: 'openai',
    lastRun: null,
    lastSuccessAt: null,
    billed: false,
    resumable: false,
    ...change,
  })

  it('shows the newer of the listed and the live run', () => {
    const newest = (listed: SyncProgress | null, live: SyncProgress | null) =>
      sourceRows([source({ lastRun: listed })], new Map(live ? [[4, live]] : []))[0]?.run
    expect(newest(run({ state: 'done' }), null)?.state).toBe('done')
    expect(newest(null, run())?.state).toBe('running')
    expect(newest(run({ runId: 2, state: 'queued' }), run({ state: 'done' }))?.runId).toBe(2)
    expect(newest(run({ pages: 1 }), run({ pages: 5 }))?.pages).toBe(5)
    expect(newest(run({ state: 'failed' }), run())?.state).toBe('failed')
  })

  it('does not claim to be complete before the end', () => {
    expect(runPercent(run())).toBe(25)
    expect(runPercent(run({ pages: 40 }))).toBe(97)
    expect(runPercent(run({ expectedPages: null }))).toBeNull()
    expect(runPercent(run({ state: 'done', expectedPages: null }))).toBe(100)
    expect(overallPercent([run(), run({ expectedPages: null })])).toBe(13)
    expect(overallPercent([run({ expectedPages: null })])).toBeNull()
  })

  it('says what a run is doing', () => {
    expect(runText(run(), 0)).toBe('Reading page 4 of about 12')
    expect(runText(run({ pages: 0 }), 0)).toBe('Reading the first page')
    expect(runText(run({ pages: 1, expectedPages: null }), 0)).toBe('Reading, 1 page so far')
    expect(runText(run({ waitingUntil: 10_500 }), 0)).toBe('Waiting 11 s, as OpenAI asked')
    expect(runText(run({ waitingUntil: 10_500 }), 20_000)).toBe('Reading page 4 of about 12')
    expect(runText(run({ state: 'done', rows: 1 }), 0)).toBe('Done, 1 row')
  })

  it('does not say "never" of a source that has figures', () => {
    expect(sourceText({ source: source(), run: null }, 0)).toBe('Never synced')
    expect(sourceText({ source: source({ lastSuccessAt: 5 }), run: null }, 0)).toBe('Synced')
    expect(sourceText({ source: source({ billed: true }), run: null }, 0)).toBe('Only on request: one billed search')
    expect(sourceText({ source: source(), run: run() }, 0)).toBe('Reading page 4 of about 12')
  })

  it('counts one failed source without hiding the others', () => {
    const rows = sourceRows(
      [
        source({ lastSuccessAt: 5, lastRun: run({ state: 'failed' }), resumable: true }),
        source({ keyId: 5, lastSuccessAt: 9 }),
        source({ keyId: 6 }),
        source({ keyId: 7, billed: true }),
      ],
      new Map([[5, run({ keyId: 5, runId: 8 })]]),
    )
    expect(summarise(rows)).toMatchObject({
      failed: 1,
      resumable: [4],
      newestSuccess: 9,
      oldestSuccess: 5,
      neverSynced: 1,
    })
    expect(summarise(rows).active.map(({ runId }) => runId)).toEqual([8])
  })
})
