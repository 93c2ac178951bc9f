import { performance } from 'node:perf_hooks'
import type { ProviderId } from '../../shared/providers.ts'
import { type Print, percentile } from '../support/bench.ts'
import { account, app, fakeSecret, openWorkbench } from '../unit/keys/workbench.ts'

const KEYS = 100_000
const ACCOUNTS = 500
const providerNames: readonly ProviderId[] = ['openai', 'anthropic', 'brave', 'openrouter', 'xai', 'mistral', 'stripe']
const projects = ['storefront', 'billing', 'mobile', 'batch', 'search', 'onboarding', 'operations', 'alpha', 'zeta']
const stages = ['production', 'staging', 'development'] as const

/** What is typed, keystroke by keystroke: words that match everything, much, little and nothing. */
const typed = [
  'openai storefront',
  'zeta production 99',
  'customer00042',
  'o',
  'sk',
  'example com',
  'nosuchthing',
  'team 7',
]
/** Words that stand only at the far end of the order by name: the longest walk. */
const farEnd = ['zzz', 'zzz stripe', 'zzz zeta']

/** Times in milliseconds, of one call in the main process. */
export async function run(print: Print): Promise<void> {
  const bench = await openWorkbench()
  try {
    const started = performance.now()
    bench.store.db.pragma('synchronous = OFF')
    fill(bench)
    bench.store.db.pragma('synchronous = FULL')
    print('inventory-fill', { keys: KEYS, ms: performance.now() - started })

    const { keys } = bench
    const firstPage = measure(() => keys.list({ sort: 'name', limit: 100 }), 50)
    const payload = Buffer.byteLength(JSON.stringify(keys.list({ sort: 'name', limit: 200 })))
    print('inventory-first-page', { ...firstPage, target: 5, ok: firstPage.p95 <= 5 })
    print('inventory-payload', { bytes: payload, target: 262_144, ok: payload <= 262_144 })

    const all: number[] = []
    for (const text of [...typed, ...farEnd]) {
      for (let end = 1; end <= text.length; end++) {
        const query = text.slice(0, end)
        for (let again = 0; again < 3; again++) all.push(timed(() => keys.list({ query, sort: 'name', limit: 100 })))
      }
      const query = text
      print('inventory-query', { query, ...measure(() => keys.list({ query, sort: 'name', limit: 100 }), 15) })
    }
    const keystrokes = figures(all)
    print('inventory-keystroke', { ...keystrokes, target: 16, ok: keystrokes.p95 <= 16 })

    const filters = [
      { provider: 'stripe' as const },
      { kind: 'admin' as const },
      { outcome: 'invalid' as const },
      { accountId: 3, query: 'o' },
      { provider: 'openai' as const, kind: 'project' as const, query: 'production' },
    ]
    for (const sort of ['name', 'created', 'updated'] as const) {
      for (const filter of filters) {
        print('inventory-filter', {
          sort,
          ...filter,
          ...measure(() => keys.list({ ...filter, sort, limit: 100 }), 15),
        })
      }
    }
    const cursor = keys.list({ query: 'o', sort: 'name', limit: 200 }).nextCursor ?? undefined
    print(
      'inventory-next-page',
      measure(() => keys.list({ query: 'o', sort: 'name', limit: 100, cursor }), 30),
    )
    print(
      'inventory-create',
      measure(() => keys.create(app, newestKey()), 30),
    )
    print(
      'inventory-accounts',
      measure(() => bench.accounts.list({ query: 'owner', sort: 'email', limit: 100 }), 30),
    )
  } finally {
    await bench.close()
  }
}

let serial = 0

function newestKey() {
  serial += 1
  return {
    accountId: 1,
    name: `Added ${serial}`,
    provider: 'openai' as const,
    kind: 'project' as const,
    secret: fakeSecret(`added-${serial}`),
  }
}

function fill(bench: Awaited<ReturnType<typeof openWorkbench>>): void {
  const ids = Array.from({ length: ACCOUNTS }, (_, n) => {
    const email = `owner${n}@team-${n % 50}.example.com`
    return bench.accounts.create(app, account({ email, organization: `Organisation ${n % 90}` })).id
  })
  const size = 5_000
  for (let from = 0; from < KEYS; from += size) {
    const inputs = Array.from({ length: size }, (_, offset) =>
      keyNumber(from + offset, ids[(from + offset) % ACCOUNTS] ?? 1),
    )
    bench.keys.createMany(app, inputs, 'sample')
  }
}

function keyNumber(n: number, accountId: number) {
  const provider = pick(providerNames, n)
  const project = pick(projects, n * 7 + Math.floor(n / 11))
  const last = n % 16 === 0
  return {
    accountId,
    provider,
    kind: 'project' as const,
    name: last
      ? `zzz ${provider} ${n}`
      : `${provider} ${project} ${pick(stages, n)} customer${String(n).padStart(6, '0')}`,
    description: n % 3 === 0 ? 'Used by the nightly run. Ask the owner before rotating it.' : null,
    environment: pick(stages, n),
    tags: [project, `team-${n % 40}`],
    secret: fakeSecret(n),
    validation:
      n % 2 === 0
        ? {
            outcome: 'valid' as const,
            message: 'The provider accepted the key.',
            remedies: [],
            testedAt: 1_700_000_000_000,
          }
        : null,
  }
}

function pick<T>(list: readonly [T, ...T[]] | readonly T[], n: number): T {
  const item = list[n % list.length]
  if (item === undefined) throw new Error('The list is empty.')
  return item
}

function timed(work: () => unknown): number {
  const started = performance.now()
  work()
  return performance.now() - started
}

function measure(work: () => unknown, times: number) {
  return figures(Array.from({ length: times }, () => timed(work)))
}

function figures(times: readonly number[]) {
  return { p50: percentile(times, 0.5), p95: percentile(times, 0.95), max: percentile(times, 1) }
}
