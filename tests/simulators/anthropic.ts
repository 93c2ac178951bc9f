import { type AnthropicTotals, addUpAnthropic, makeAnthropicOrganization } from './anthropic/data.ts'
import { type AnthropicKeys, anthropicKeys } from './anthropic/keys.ts'
import { answerAnthropic } from './anthropic/rules.ts'
import { type PagingFault, type ServerOptions, type Simulator, startSimulator } from './server.ts'

export interface AnthropicOptions extends ServerOptions {
  /** Same seed, same figures. */
  readonly seed?: number
  /** The present as the provider sees it. Costs come out when a day is over, usage during the day. */
  readonly now?: () => number
  readonly historyDays?: number
  /** Whole days between the end of a day and the coming out of its costs; 0 unless told. */
  readonly costLagDays?: number
  /** Buckets on a page at most, to make long chains of pages out of short ranges. */
  readonly pageSize?: number
}

export interface AnthropicSimulator extends Simulator {
  readonly keys: AnthropicKeys
  /** What a complete and correct sync of the window adds up to. */
  totals(from: number, to: number): AnthropicTotals
  setPaging(fault: PagingFault): void
}

/**
 * A server that behaves as the Claude API does towards Keyhold: models, organization, keys, usage and cost reports.
 *
 * - `keys` holds one key per situation (see `anthropic/keys.ts`); `admin` may everything but models.
 * - Cache creation is nested, amounts are decimal text in cents, the default workspace is null, traffic from the
 *   Console has no key, requests are not reported, and a cost range without a complete day is refused with 400.
 *
 * @example
 * const anthropic = await startAnthropicSimulator()
 * // base URL: anthropic.url, key: anthropic.keys.admin
 * await anthropic.close()
 */
export async function startAnthropicSimulator(options: AnthropicOptions = {}): Promise<AnthropicSimulator> {
  const organization = makeAnthropicOrganization({
    seed: options.seed ?? 1,
    now: options.now ?? Date.now,
    historyDays: options.historyDays ?? 120,
    costLagDays: options.costLagDays ?? 0,
  })
  const state = { paging: 'none' as PagingFault, pageSize: options.pageSize ?? null }
  const server = await startSimulator('/v1', options, (request) => answerAnthropic(organization, state, request))
  return Object.assign(server, {
    keys: anthropicKeys,
    totals: (from: number, to: number) => addUpAnthropic(organization, from, to),
    setPaging: (fault: PagingFault) => {
      state.paging = fault
    },
  })
}
