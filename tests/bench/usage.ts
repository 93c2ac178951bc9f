import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { z } from 'zod'
import { createHttpClient } from '../../main/http/undici-client.ts'
import type { CallContext, UsageFact } from '../../main/providers/provider.ts'
import { adapters } from '../../main/providers/registry.ts'
import { CostSplitter } from '../../main/usage/cost-splitter.ts'
import { Ledger } from '../../main/usage/ledger.ts'
import { UsageRows } from '../../main/usage/rows.ts'
import type { GroupBy } from '../../shared/contract/usage.ts'
import type { ProviderId } from '../../shared/providers.ts'
import { startOpenAiSimulator } from '../simulators/openai.ts'
import { type Print, percentile } from '../support/bench.ts'
import {
  cost,
  DAY,
  fact,
  openBench,
  remoteKey,
  type Script,
  type TestBench,
  TestClock,
  TestKeys,
} from '../unit/usage/support.ts'

const KEYS = 400
const MODELS = 10
const DAYS = 350
const ROUNDS = 40
/** Days that a refresh reads again. */
const REFRESHED = 90
const DAYS_ON_PAGE = 5
const groupings: readonly GroupBy[] = ['provider', 'account', 'key', 'project', 'model']

/** Usage figures: the 90-day dashboard over 1.4 million stored daily roll-ups, and a sync of two hundred pages. */
export async function run(print: Print): Promise<void> {
  // Forty organisations with ten keys each, and the other extreme: every key a source of its own.
  await dashboard(print, '40 admin keys with 10 keys each', 40)
  await dashboard(print, '400 keys that are sources themselves', KEYS)
  await sync(print)
}

async function dashboard(print: Print, shape: string, sources: number): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'keyhold-bench-usage-'))
  const keys = new TestKeys()
  const bench = openBench({ dataDir, keys, clock: new TestClock(NOW), scripts: refreshing(sources) })
  try {
    const started = performance.now()
    for (let id = 1; id <= sources; id += 1) fill(bench, id, KEYS / sources, NOW, sources === KEYS)
    const rows = Number(bench.store.db.prepare('SELECT count(*) FROM usage_facts').pluck().get())
    print('usage-fill', { shape, rows, seconds: (performance.now() - started) / 1_000 })
    if (sources !== KEYS) await firstViewByKey(print, bench, shape)
    for (const groupBy of groupings) {
      const times = Array.from({ length: ROUNDS }, () => {
        return timed(() => bench.usage.dashboard({ days: 90, groupBy }))
      })
      const p95Ms = percentile(times, 0.95)
      print('usage-dashboard', { shape, groupBy, rows, p95Ms, target: 30, ok: p95Ms <= 30 })
    }
  } finally {
    await bench.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

function timed(work: () => unknown): number {
  const begin = performance.now()
  work()
  return performance.now() - begin
}

/** How long bringing costs down to keys holds everything else up, and the first view by key after a refresh. */
async function firstViewByKey(print: Print, bench: TestBench, shape: string): Promise<void> {
  const view = () => timed(() => bench.usage.dashboard({ days: 90, groupBy: 'key' }))
  // What was filled in is not part of it.
  view()
  bench.usage.sync({ days: REFRESHED })
  await bench.usage.whenIdle()
  const states = new Set(bench.usage.sources().map(({ lastRun }) => lastRun?.state))
  if (states.size !== 1 || !states.has('done')) throw new Error(`The syncs ended as ${[...states].join(', ')}.`)
  const ms = view()
  print('usage-first-by-key', { shape, afterDays: REFRESHED, ms, target: 60, ok: ms <= 60 })

  const { db } = bench.store
  const from = Math.floor(NOW / DAY) - REFRESHED + 1
  const noted = db
    .prepare(
      `INSERT INTO usage_unsplit (source_key_id, day)
       SELECT source_key_id, value FROM usage_sources, json_each(?) WHERE covers = 'organisation'`,
    )
    .run(JSON.stringify(Array.from({ length: REFRESHED }, (_, index) => from + index))).changes
  const splitter = new CostSplitter(new Ledger(bench.store, new UsageRows(db)))
  const turns: number[] = []
  let isDone = false
  const begin = performance.now()
  const all = Promise.all([...bench.keys.all.keys()].map((id) => splitter.split(id, () => true))).finally(() => {
    isDone = true
  })
  while (!isDone) {
    const turn = performance.now()
    await nextTurn()
    turns.push(performance.now() - turn)
  }
  await all
  const p95Ms = percentile(turns, 0.95)
  print('usage-split', {
    shape,
    sourceDays: noted,
    ms: performance.now() - begin,
    turns: turns.length,
    longestTurnMs: percentile(turns, 1),
    p95Ms,
    target: 20,
    ok: p95Ms <= 20,
  })
}

/** Providers that tell the last days of each source again, a few days on a page. */
function refreshing(sources: number): Map<ProviderId, Script> {
  const script: Script = {
    keys: async ({ secret }) => [remoteKey(`key-${secret.replace('secret-', '')}-0`, null)],
    plan: ({ secret }) => {
      const id = Number(secret.replace('secret-', ''))
      return [
        {
          report: 'inserted',
          page: async (index) => {
            const ago = Array.from({ length: DAYS_ON_PAGE }, (_, day) => index * DAYS_ON_PAGE + day)
            const facts = factsOf(id, KEYS / sources, NOW, sources === KEYS, ago)
            return { facts, more: (index + 1) * DAYS_ON_PAGE < REFRESHED }
          },
        },
      ]
    },
  }
  return new Map([
    ['openai', script],
    ['anthropic', script],
  ])
}

/** Every model of every key on every day; costs by project. */
function fill(bench: TestBench, id: number, keysEach: number, now: number, isOwn: boolean): void {
  bench.keys.add(id, {
    accountId: (id % 60) + 1,
    provider: id % 2 === 0 ? 'openai' : 'anthropic',
    kind: isOwn ? 'standard' : 'admin',
  })
  const ago = Array.from({ length: DAYS }, (_, day) => day)
  const facts = factsOf(id, keysEach, now, isOwn, ago)
  bench.usage.insertFacts(id, facts, [...new Set(facts.map(({ day }) => day))])
}

function factsOf(id: number, keysEach: number, now: number, isOwn: boolean, daysAgo: readonly number[]): UsageFact[] {
  const today = Math.floor(now / DAY) * DAY
  const facts: UsageFact[] = []
  for (const ago of daysAgo) {
    const day = today - ago * DAY
    for (let key = 0; key < keysEach; key += 1) {
      const project = `project-${id}-${key % 5}`
      for (let model = 0; model < MODELS; model += 1) {
        facts.push(
          fact(day, {
            remoteKeyId: isOwn ? null : `key-${id}-${key}`,
            project,
            model: `model-${model}`,
            requests: 10 + ((ago * 7 + key + model) % 90),
            inputTokens: 1_000 + ((ago * 131 + key * 17 + model) % 9_000),
            outputTokens: 500 + ((ago * 37 + key * 5 + model) % 700),
          }),
        )
      }
      if (key < 5) facts.push(cost(day, BigInt(1_000_000 + ago * 991 + key * 77), { project }))
    }
  }
  return facts
}

const LATENCY_MS = 50
const NOW = Date.UTC(2026, 9, 15, 12)

if (!isMainThread) await serve()

/** The provider in a thread of its own: a remote one does not take time from the workspace either. */
async function serve(): Promise<void> {
  const openai = await startOpenAiSimulator({ now: () => NOW, latencyMs: LATENCY_MS, pageSize: 3, historyDays: 120 })
  parentPort?.postMessage({ url: openai.url, admin: openai.keys.admin })
}

async function simulatorElsewhere() {
  const worker = new Worker(new URL(import.meta.url))
  const message = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
  const { url, admin } = z.object({ url: z.string(), admin: z.string() }).parse(message)
  return { url, admin, close: () => worker.terminate() }
}

/** A real sync over real sockets. The longest chain of pages that depend on each other sets the pace. */
async function sync(print: Print): Promise<void> {
  const openai = await simulatorElsewhere()
  const http = createHttpClient()
  const clock = new TestClock(NOW)
  const keys = new TestKeys().add(1)
  keys.secrets.set(1, openai.admin)
  const dataDir = mkdtempSync(join(tmpdir(), 'keyhold-bench-usage-'))
  const context = (_id: unknown, _kind: unknown, signal?: AbortSignal): CallContext => ({
    http,
    baseUrl: openai.url,
    clock,
    ...(signal === undefined ? {} : { signal }),
  })
  const bench = openBench({
    dataDir,
    keys,
    clock,
    providers: { adapter: (id) => (id === 'custom' ? null : adapters[id]), context },
  })
  try {
    const window = { from: NOW - (NOW % DAY) - 89 * DAY, to: NOW - (NOW % DAY) + DAY }
    const credential = { secret: openai.admin, kind: 'admin' } as const
    const plan = () => adapters.openai.planUsage?.(credential, window, context(null, null)) ?? []
    const pagesOf = async (chain: ReturnType<typeof plan>[number] | undefined) => {
      let token: string | null = null
      let pages = 0
      do {
        token = (await chain?.fetch(token, context(null, null)))?.nextToken ?? null
        pages += 1
      } while (token !== null)
      return pages
    }
    // The yardstick, in the same run: one chain alone, page after page, nothing stored. Both are warm.
    await pagesOf(plan()[0])
    bench.usage.sync({ days: 7 })
    await bench.usage.whenIdle()
    const begin = performance.now()
    const chainPages = await pagesOf(plan()[0])
    const chainMs = performance.now() - begin

    const cpu = process.cpuUsage()
    const start = performance.now()
    bench.usage.sync({ days: 90 })
    await bench.usage.whenIdle()
    const syncMs = performance.now() - start
    const last = bench.usage.sources()[0]?.lastRun
    if (last?.state !== 'done') throw new Error(`The sync ended as ${last?.state}: ${last?.problem?.message}`)
    const ratio = syncMs / chainMs
    print('usage-sync', {
      pages: last.pages,
      chainPages,
      latencyMs: LATENCY_MS,
      chainMs,
      syncMs,
      cpuMs: (process.cpuUsage(cpu).user + process.cpuUsage(cpu).system) / 1_000,
      ratio,
      target: 1.3,
      ok: ratio <= 1.3,
    })
  } finally {
    await bench.close()
    await http.close()
    await openai.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
