import { addUpOpenAi, makeOrganization, type OpenAiTotals } from './openai/data.ts'
import { type OpenAiKeys, openAiKeys } from './openai/keys.ts'
import { answerOpenAi } from './openai/rules.ts'
import { type PagingFault, type ServerOptions, type Simulator, startSimulator } from './server.ts'

export interface OpenAiOptions extends ServerOptions {
  /** Same seed, same figures. */
  readonly seed?: number
  /** The present as the provider sees it. Data goes back `historyDays` from there; today is partial. */
  readonly now?: () => number
  readonly historyDays?: number
  readonly projects?: number
  readonly keysPerProject?: number
  /** Buckets on a page at most, to make long chains of pages out of short ranges. */
  readonly pageSize?: number
}

export interface OpenAiSimulator extends Simulator {
  readonly keys: OpenAiKeys
  /** What a complete and correct sync of the window adds up to. */
  totals(from: number, to: number): OpenAiTotals
  setPaging(fault: PagingFault): void
}

/**
 * A server that behaves as the OpenAI API does towards Keyhold: models, usage, costs, projects and keys.
 *
 * - `keys` holds one key per situation: `admin` may everything, `project` may list models; `restricted`, `revoked`,
 *   `noCredit`, `spendLimit`, `rateLimited` and the rest are answered as their name says (see `openai/keys.ts`).
 * - Usage and costs come as daily UTC buckets, grouped as asked; a dimension that was not asked for is null. Page
 *   tokens are bound to the query. Too large a `limit` is refused by usage and silently cut by costs, and costs by
 *   key before 2025-12-06 are refused, all as in production.
 * - Figures hold the difficult cases: a key that was deleted, rows without a key, costs without usage, amounts as
 *   text, days without rows.
 *
 * @example
 * const openai = await startOpenAiSimulator({ now: () => Date.UTC(2026, 8, 10, 12) })
 * // base URL: openai.url, key: openai.keys.admin
 * await openai.close()
 */
export async function startOpenAiSimulator(options: OpenAiOptions = {}): Promise<OpenAiSimulator> {
  const organization = makeOrganization({
    seed: options.seed ?? 1,
    now: options.now ?? Date.now,
    historyDays: options.historyDays ?? 120,
    projects: options.projects ?? 2,
    keysPerProject: options.keysPerProject ?? 2,
  })
  const state = { paging: 'none' as PagingFault, pageSize: options.pageSize ?? null, calls: new Map<string, number>() }
  const server = await startSimulator('/v1', options, (request) => answerOpenAi(organization, state, request))
  return Object.assign(server, {
    keys: openAiKeys,
    totals: (from: number, to: number) => addUpOpenAi(organization, from, to),
    setPaging: (fault: PagingFault) => {
      state.paging = fault
    },
  })
}
