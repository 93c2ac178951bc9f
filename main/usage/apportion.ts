import type { Provenance } from '../../shared/contract/usage.ts'
import { apportion } from '../../shared/money.ts'

interface Counters {
  readonly requests: number | null
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  readonly cachedInputTokens: number | null
}

/** One stored fact of an organisation on one day. Absent dimensions are ''. */
export interface DayFact extends Counters {
  readonly report: string
  readonly remoteKeyId: string
  readonly project: string
  readonly model: string
  readonly lineItem: string
  readonly currency: string
  readonly provenance: Provenance
  readonly costNanos: bigint | null
}

/** A part of a bill as the view by key shows it. `remoteKeyId` '' is what belongs to no key. */
export interface KeyPart extends Counters {
  readonly remoteKeyId: string
  readonly project: string
  readonly model: string
  readonly currency: string
  readonly provenance: 'billed' | 'apportioned'
  readonly costNanos: bigint | null
}

/**
 * The billed facts of one day that name no key, brought down to keys. Billed facts that do name one are not part of
 * the answer: they stand for themselves.
 *
 * - A report that names keys on this day leaves out what belongs to none: that stays billed, without a key. So does
 *   everything on a day for which no tokens were metered by key: there is nothing to split by.
 * - Otherwise each cost is split over the keys by input and output tokens metered in the same project and, where the
 *   cost names a model that was metered, with that model. The parts add up to the cost exactly. Tokens without a key
 *   take their part too; it stays without a key, like a cost for which nothing was metered.
 * - Requests and tokens told along with a bill are never split.
 */
export function costsByKey(facts: readonly DayFact[]): KeyPart[] {
  const billed = facts.filter(({ provenance }) => provenance === 'billed')
  const keyed = new Set(billed.filter(({ remoteKeyId }) => remoteKeyId !== '').map(({ report }) => report))
  const metered = facts.filter((fact) => fact.provenance === 'metered' && tokensOf(fact) > 0n)
  const splits = metered.some(({ remoteKeyId }) => remoteKeyId !== '')
  return billed
    .filter(({ remoteKeyId }) => remoteKeyId === '')
    .flatMap((fact): KeyPart[] => {
      const { project, model, currency, costNanos } = fact
      const { requests, inputTokens, outputTokens, cachedInputTokens } = fact
      const counters = { requests, inputTokens, outputTokens, cachedInputTokens }
      const whole = { remoteKeyId: '', project, model, currency, costNanos, ...counters }
      if (costNanos === null || !splits || keyed.has(fact.report)) return [{ ...whole, provenance: 'billed' }]
      const weights = weightsFor(fact, metered)
      const tokens = weights.map((weight) => weight.tokens)
      const parts = apportion(costNanos, tokens)
      const owners = weights.length === 0 ? [{ remoteKeyId: '', model }] : weights
      const split = owners.map(
        (owner, index): KeyPart => ({
          ...noCounters,
          remoteKeyId: owner.remoteKeyId,
          model: owner.model,
          project,
          currency,
          provenance: 'apportioned',
          costNanos: weights.length === 0 ? costNanos : (parts[index] ?? 0n),
        }),
      )
      const isCounted = Object.values(counters).some((value) => value !== null)
      return isCounted ? [{ ...whole, currency: '', costNanos: null, provenance: 'billed' }, ...split] : split
    })
}

const noCounters: Counters = { requests: null, inputTokens: null, outputTokens: null, cachedInputTokens: null }

function tokensOf(fact: DayFact): bigint {
  return BigInt(fact.inputTokens ?? 0) + BigInt(fact.outputTokens ?? 0)
}

interface Weight {
  readonly remoteKeyId: string
  readonly model: string
  readonly tokens: bigint
}

function weightsFor(cost: DayFact, metered: readonly DayFact[]): Weight[] {
  const inProject = metered.filter(({ project }) => project === cost.project)
  const named = cost.model !== '' ? cost.model : modelOfLineItem(cost.lineItem)
  const ofModel = metered.some(({ model }) => isModel(model, named))
  const chosen = ofModel || cost.model !== '' ? inProject.filter(({ model }) => isModel(model, named)) : inProject
  const weights = new Map<string, Weight>()
  for (const fact of chosen) {
    const model = ofModel ? fact.model : cost.model
    const key = JSON.stringify([fact.remoteKeyId, model])
    const tokens = tokensOf(fact) + (weights.get(key)?.tokens ?? 0n)
    weights.set(key, { remoteKeyId: fact.remoteKeyId, model, tokens })
  }
  return [...weights.values()]
}

/** "some-model-2026-01-01, input" names a model; "web search" does not, which is found out by what was metered. */
function modelOfLineItem(lineItem: string): string {
  return lineItem.split(',', 1)[0]?.trim() ?? ''
}

/** Costs may name the family ("some-model") where usage names the dated version ("some-model-2026-01-01"). */
function isModel(metered: string, named: string): boolean {
  return (
    named !== '' &&
    (metered === named || (metered.startsWith(`${named}-`) && /^\d{4}/.test(metered.slice(named.length + 1))))
  )
}
