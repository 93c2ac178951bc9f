import { HttpFailure } from '../../../main/http/http-client.ts'
import { createHttpClient } from '../../../main/http/undici-client.ts'
import type {
  CallContext,
  Credential,
  ProviderAdapter,
  RemoteKeyPage,
  UsageChain,
  UsageFact,
} from '../../../main/providers/provider.ts'

/** Thursday, 10 September 2026, noon UTC. */
export const NOW = Date.UTC(2026, 8, 10, 12)
export const DAY = 86_400_000
export const TODAY = Date.UTC(2026, 8, 10)

/** Whole days up to and including today. */
export function lastDays(days: number): { from: number; to: number } {
  return { from: TODAY - (days - 1) * DAY, to: TODAY + DAY }
}

export interface Bench {
  readonly waits: number[]
  context(baseUrl: string, signal?: AbortSignal): CallContext
  close(): Promise<void>
}

/** A real HTTP client, a fixed clock, and pauses that are noted and not made. */
export function openBench(): Bench {
  const http = createHttpClient({ userAgent: 'Keyhold/0.0.0-test' })
  const waits: number[] = []
  return {
    waits,
    context: (baseUrl, signal) => ({
      http,
      baseUrl,
      clock: { now: () => NOW },
      wait: async (ms, stop) => {
        waits.push(ms)
        if (stop?.aborted) throw new HttpFailure('aborted', 'The call was cancelled.')
      },
      ...(signal === undefined ? {} : { signal }),
    }),
    close: () => http.close(),
  }
}

interface Fetched {
  readonly facts: readonly UsageFact[]
  readonly buckets: ReadonlySet<number>
  readonly pages: number
}

/** Fetches every page of every chain, chains side by side, as a sync would. */
export async function fetchAll(chains: readonly UsageChain[], context: CallContext): Promise<Fetched> {
  const facts: UsageFact[] = []
  const buckets = new Set<number>()
  let pages = 0
  await Promise.all(
    chains.map(async (chain) => {
      let token: string | null = null
      do {
        const page = await chain.fetch(token, context)
        facts.push(...page.facts)
        for (const day of page.buckets) buckets.add(day)
        pages += 1
        token = page.nextToken
      } while (token !== null)
    }),
  )
  return { facts, buckets, pages }
}

export function addUp(facts: readonly UsageFact[]) {
  const totals = { requests: 0, inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, costNanos: 0n }
  for (const fact of facts) {
    totals.requests += fact.requests ?? 0
    totals.inputTokens += fact.inputTokens ?? 0
    totals.outputTokens += fact.outputTokens ?? 0
    totals.cachedInputTokens += fact.cachedInputTokens ?? 0
    totals.costNanos += fact.costNanos ?? 0n
  }
  return totals
}

/** Every key a provider lists, page by page within what the contract lets a page and a cursor be. */
export async function listEveryKey(
  adapter: ProviderAdapter,
  credential: Credential,
  context: CallContext,
): Promise<RemoteKeyPage['items'][number][]> {
  const items: RemoteKeyPage['items'][number][] = []
  let cursor: string | null = null
  do {
    const page: RemoteKeyPage | undefined = await adapter.listKeys?.(credential, cursor, context)
    if (!page) throw new Error(`${adapter.id} does not list keys`)
    if (page.items.length > 1_000 || (page.nextCursor ?? '').length > 2_000) throw new Error('The page is too large')
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return items
}
