import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cost, daysAgo, moneyOf, onePage, openBench, remoteKey, syncAll, type TestBench, tokens } from './support.ts'

let bench: TestBench

beforeEach(() => {
  bench = openBench()
})

afterEach(async () => {
  await bench.close()
})

const DAYS = 60
const KEYS = 10
const facts = (secret: string) =>
  Array.from({ length: DAYS }, (_, ago) => [
    cost(daysAgo(ago), 1_000_000_000n, { project: 'p' }),
    ...Array.from({ length: KEYS }, (_key, key) => tokens(daysAgo(ago), `${secret}-${key}`, 1 + key, { project: 'p' })),
  ]).flat()

function fill(): void {
  for (const id of [1, 2, 3]) bench.keys.add(id)
  bench.scripts.set('openai', {
    keys: async ({ secret }) => [remoteKey(`${secret}-0`, null)],
    plan: ({ secret }) => [onePage('all', facts(secret))],
  })
}

const unsplit = () => Number(bench.store.db.prepare('SELECT count(*) FROM usage_unsplit').pluck().get())
const apportioned = () =>
  bench.usage
    .dashboard({ days: 90, groupBy: 'key' })
    .groups.reduce((sum, { cost: lines }) => sum + Number(moneyOf(lines, 'apportioned') ?? 0), 0)

describe('costs brought down to keys', () => {
  it('are done when a sync has ended, so that the first view by key has nothing left to do', async () => {
    fill()
    await syncAll(bench, { days: 90 })
    expect(unsplit()).toBe(0)
    expect(apportioned()).toBeCloseTo(3 * DAYS, 6)
  })

  it('are done in slices between which everything else has its turn', async () => {
    fill()
    const left = new Set<number>()
    bench.usage.sync({ days: 90 })
    let isDone = false
    const idle = bench.usage.whenIdle().then(() => {
      isDone = true
    })
    while (!isDone) {
      left.add(unsplit())
      await nextTurn()
    }
    await idle
    // Three sources of sixty days each, and never all of what is noted at once.
    expect(left.size).toBeGreaterThan(6)
    expect(left).toContain(0)
  })

  it('are done by the view by key itself where a sync was cut off before them', async () => {
    fill()
    bench.usage.sync({ days: 90 })
    while (unsplit() === 0) await nextTurn()
    bench = await bench.restart()
    expect(unsplit()).toBeGreaterThan(0)
    expect(apportioned()).toBeGreaterThan(0)
    expect(unsplit()).toBe(0)
    const { groups, totals } = bench.usage.dashboard({ days: 90, groupBy: 'key' })
    const byKey = groups.reduce((sum, { cost: lines }) => sum + Number(moneyOf(lines, 'apportioned') ?? 0), 0)
    expect(byKey).toBeCloseTo(Number(moneyOf(totals.cost, 'billed')), 6)
  })
})
