import { afterEach, beforeEach, expect, it } from 'vitest'
import { daysAgo, onePage, openBench, type TestBench, tokens } from './support.ts'

let bench: TestBench
beforeEach(() => {
  bench = openBench()
  bench.keys.add(1)
})
afterEach(async () => {
  bench.store.db.pragma('query_only = 0')
  await bench.close()
})

/** As on a full disk: reads work, writes do not. */
const refuseWrites = () => bench.store.db.pragma('query_only = 1')
const facts = [tokens(daysAgo(0), 'key_a', 100)]
const lastRun = () => bench.usage.sources()[0]?.lastRun

it('a run whose end cannot be stored has failed, says so, and can be repeated', async () => {
  bench.scripts.set('openai', {
    plan: () => [
      {
        report: 'usage',
        page: async () => {
          refuseWrites()
          return { facts, buckets: [daysAgo(0)] }
        },
      },
    ],
  })
  bench.usage.sync({ days: 7 })
  await bench.usage.whenIdle()
  expect(lastRun()).toMatchObject({ state: 'failed', problem: { code: 'STORE_FAILED' } })
  bench.store.db.pragma('query_only = 0')
  bench.scripts.set('openai', { plan: () => [onePage('usage', facts)] })
  bench.usage.sync({ days: 7 })
  await bench.usage.whenIdle()
  expect(lastRun()).toMatchObject({ state: 'done', rows: 1 })
})

it('a run whose beginning cannot be stored asks the provider nothing and holds nothing up', async () => {
  let asked = 0
  bench.scripts.set('openai', {
    plan: () => {
      asked += 1
      return [onePage('usage', facts)]
    },
  })
  bench.usage.sync({ days: 7 })
  refuseWrites()
  await bench.usage.whenIdle()
  expect(lastRun()).toMatchObject({ state: 'failed', problem: { code: 'STORE_FAILED' } })
  expect(asked).toBe(0)
})

it('closing while a run goes on and nothing can be written ends the run and does not hang', async () => {
  const reached = Promise.withResolvers<void>()
  bench.scripts.set('openai', {
    plan: () => [
      {
        report: 'usage',
        page: (_index, { signal }) => {
          reached.resolve()
          return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
        },
      },
    ],
  })
  bench.usage.sync({ days: 7 })
  await reached.promise
  refuseWrites()
  await bench.usage.close()
  expect(lastRun()).toMatchObject({ state: 'failed', problem: { code: 'STORE_FAILED' } })
})
