import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { z } from 'zod'
import { createHttpClient } from '../../main/http/undici-client.ts'
import type { CallContext, UsageFact } from '../../main/providers/provider.ts'
import { adapters } from '../../main/providers/registry.ts'
import type { GroupBy } from '../../shared/contract/usage.ts'
import { startOpenAiSimulator } from '../simulators/openai.ts'
import { cost, DAY, fact, openBench, type TestBench, TestClock, TestKeys } from '../unit/usage/support.ts'

const KEYS = 400
const MODELS = 10
const DAYS = 350
const ROUNDS = 40
const groupings: readonly GroupBy[] = ['provider', 'account', 'key', 'project', 'model']

/** Usage figures: the 90-day dashboard over 1.4 million stored daily roll-ups, and a sync of two hundred pages. */
export async function run(): Promise<void> {
  // Forty organisations with ten keys each, and the other extreme: every key a source of its own.
  await dashboard('40 admin keys with 10 keys each', 40)
  await dashboard('400 keys that are sources themselves', KEYS)
  await sync()
}

function print(figures: Record<string, unknown>): void {
  console.log(JSON.stringify(figures))
}

async function dashboard(shape: string, sources: number): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'keyhold-bench-usage-'))
  const keys = new TestKeys()
  const bench = openBench({ dataDir, keys, clock: new TestClock(NOW) })
  try {
    const started = performance.now()
    for (let id = 1; id <= sources; id += 1) fill(bench, id, KEYS / sources, NOW, sources === KEYS)
    const rows = Number(bench.store.db.prepare('SELECT count(*) FROM usage_facts').pluck().get())
    print({ bench: 'usage-fill', shape, rows, seconds: round((performance.now() - started) / 1_000) })
    for (const groupBy of groupings) {
      const times = Array.from({ length: ROUNDS }, () => {
        const begin = performance.now()
        bench.usage.dashboard({ days: 90, groupBy })
        return performance.now() - begin
      }).sort((a, b) => a - b)
      const p95 = times[Math.floor(ROUNDS * 0.95) - 1] ?? 0
      print({ bench: 'usage-dashboard', shape, groupBy, rows, p95Ms: round(p95), limitMs: 30, ok: p95 <= 30 })
    }
  } finally {
    await bench.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** Every model of every key on every day; costs by key for a tenth, by project for the rest. */
function fill(bench: TestBench, id: number, keysEach: number, now: number, isOwn: boolean): void {
  bench.keys.add(id, {
    accountId: (id % 60) + 1,
    provider: id % 2 === 0 ? 'openai' : 'anthropic',
    kind: isOwn ? 'standard' : 'admin',
  })
  const today = Math.floor(now / DAY) * DAY
  const facts: UsageFact[] = []
  for (let ago = 0; ago < DAYS; ago += 1) {
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
  bench.usage.insertFacts(id, facts, [...new Set(facts.map(({ day }) => day))])
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
async function sync(): Promise<void> {
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
    print({
      bench: 'usage-sync',
      pages: last.pages,
      chainPages,
      latencyMs: LATENCY_MS,
      chainMs: round(chainMs),
      syncMs: round(syncMs),
      cpuMs: round((process.cpuUsage(cpu).user + process.cpuUsage(cpu).system) / 1_000),
      ratio: round(ratio),
      limit: 1.3,
      ok: ratio <= 1.3,
    })
  } finally {
    await bench.close()
    await http.close()
    await openai.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
