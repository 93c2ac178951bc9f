import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { ListInput } from '../../main/captures/lists.ts'
import { type Print, percentile } from '../support/bench.ts'
import { type CaptureDesk, openDesk } from '../support/capture-desk.ts'
import { paymentCapture } from '../support/fill-captures.ts'

/** Fewer only for trying out. */
const COUNT = Number(process.env.KEYHOLD_BENCH_CAPTURES ?? 1_000_000)
const PAGE = 100
const FIRST_AT = 1_700_000_000_000
const LAST_AT = FIRST_AT + COUNT * 20

type Filter = Omit<ListInput, 'limit'>

/** What an operator filters by: what fits much, little and nothing, alone and together. */
const filters: readonly Filter[] = [
  { endpointId: 1 },
  { endpointId: 3 },
  { endpoint: 'orders' },
  { methods: ['DELETE'] },
  { methods: ['PUT', 'DELETE'] },
  { methods: ['PATCH'] },
  { status: '2' },
  { status: '4' },
  { status: '500' },
  { status: '404' },
  { verdict: 'invalid' },
  { verdict: 'pending' },
  { eventType: 'invoice.paid' },
  { eventType: 'nobody.sends.this' },
  { from: LAST_AT - 60_000 },
  { from: FIRST_AT, to: FIRST_AT + 60_000 },
  { minBytes: 970 },
  { minBytes: 1_000_000 },
  { maxBytes: 900 },
  { pinned: true },
  { tag: 'look' },
  { duplicates: true },
  { drift: true },
  { endpointId: 1, status: '5', verdict: 'invalid' },
  { endpointId: 2, methods: ['DELETE'], status: '4' },
  { endpointId: 1, eventType: 'payout.failed', status: '2', verdict: 'valid' },
  { endpointId: 3, eventType: 'customer.created', methods: ['PUT'] },
  { verdict: 'valid', status: '401' },
  { from: FIRST_AT + 1_000_000, to: FIRST_AT + 2_000_000, eventType: 'invoice.paid' },
  { from: FIRST_AT, to: FIRST_AT + 10_000_000, verdict: 'invalid', minBytes: 965 },
  { pinned: true, status: '2' },
  { tag: 'look', verdict: 'valid', eventType: 'invoice.paid' },
]

/** Typed, keystroke by keystroke, the last ones over a filter. */
const typed = [
  'vienna',
  'charge refunded',
  'northwind oslo',
  'nosuchword',
  'customer12345',
  'order 512345',
  'payments 1 0',
]
const overFilter: readonly Filter[] = [
  { endpointId: 2 },
  { status: '5' },
  { eventType: 'payout.failed', verdict: 'valid' },
]

/** Times in milliseconds of one call in the main process, over a million captured requests. */
export async function run(print: Print): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'keyhold-bench-captures-'))
  let desk: CaptureDesk | null = null
  try {
    const child = join(import.meta.dirname, '../integration/captures-fill-child.ts')
    const filled = await timed(async () => void execFileSync(process.execPath, [child, directory, String(COUNT)]))
    print('captures-fill', { requests: COUNT, ms: filled })
    desk = openDesk(directory)
    const open = desk
    const indexed = await timed(() => open.settled())
    print('captures-index-build', { requests: COUNT, ms: indexed, perSecond: COUNT / (indexed / 1_000) })
    await measureLists(desk, print)
    await measureLatency(desk, print)
    await desk.captures.close()
    sizes(directory, print)
  } finally {
    await desk?.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

async function measureLists(desk: CaptureDesk, print: Print): Promise<void> {
  const { captures } = desk
  const list = (filter: Filter) => captures.list({ ...filter, limit: PAGE })
  const newest = captures.newestId()
  const some = Array.from({ length: 200 }, (_, n) => 1 + n * Math.floor(COUNT / 200))
  await captures.mark({ selection: { ids: some }, pinned: true, addTags: ['look'] })
  await captures.mark({ selection: { ids: some.filter((id) => id % 2 === 0) }, pinned: false })

  const first = measure(() => list({}), 50)
  print('captures-first-page', { ...first, target: 20, ok: first.p95 <= 20 })
  const payload = Buffer.byteLength(JSON.stringify(captures.list({ limit: 200 })))
  print('captures-payload', { bytes: payload, target: 262_144, ok: payload <= 262_144 })
  const live = measure(() => captures.list({ afterId: newest - 50, limit: PAGE }), 50)
  print('captures-live-page', { ...live, target: 20, ok: live.p95 <= 20 })
  const detail = measure(() => captures.get(Math.floor(COUNT / 2)), 50)
  print('captures-detail', detail)

  const all: number[] = []
  for (const filter of filters) all.push(...each(filter, () => list(filter), 5, print, 'captures-filter'))
  for (const text of typed) {
    for (const extra of [{}, ...overFilter]) {
      for (let end = 1; end <= text.length; end++) all.push(clocked(() => list({ ...extra, q: text.slice(0, end) })))
    }
    all.push(...each({ q: text }, () => list({ q: text }), 5, print, 'captures-search'))
  }
  for (let n = 1; n <= 100; n++) {
    const { eventId } = captures.get(Math.ceil((n * COUNT) / 100))
    if (eventId !== null) all.push(clocked(() => list({ q: eventId })))
  }
  const mix = figures(all)
  print('captures-filter-or-search', { calls: all.length, ...mix, target: 100, ok: mix.p95 <= 100 })
}

/** From a request on disk to its row in a list, at 200 requests a second. */
async function measureLatency(desk: CaptureDesk, print: Print): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < 100; round++) {
    const started = performance.now()
    const newest = desk.store([paymentCapture(round), paymentCapture(round + 1)])
    while (desk.captures.list({ afterId: newest - 1, limit: 1 }).items.length === 0) await pause(2)
    times.push(performance.now() - started)
    await pause(Math.max(0, 10 - (performance.now() - started)))
  }
  const latency = figures(times)
  print('captures-index-latency', { ...latency, target: 100, ok: latency.p95 <= 100 })
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function sizes(directory: string, print: Print): void {
  const index = statSync(join(directory, 'capture-index.db')).size / COUNT
  const ledger = statSync(join(directory, 'captures.db')).size / COUNT
  print('captures-bytes-per-request', { index, ledger, sum: index + ledger, target: 400, ok: index <= 400 })
}

function each(filter: Filter, work: () => unknown, times: number, print: Print, name: string): number[] {
  const found = Array.from({ length: times }, () => clocked(work))
  print(name, { what: JSON.stringify(filter), ...figures(found) })
  return found
}

function clocked(work: () => unknown): number {
  const started = performance.now()
  work()
  return performance.now() - started
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

function measure(work: () => unknown, times: number) {
  return figures(Array.from({ length: times }, () => clocked(work)))
}

function figures(times: readonly number[]) {
  return { p50: percentile(times, 0.5), p95: percentile(times, 0.95), max: percentile(times, 1) }
}
