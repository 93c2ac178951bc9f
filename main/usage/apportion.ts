import type { Provenance } from '../../shared/contract/usage.ts'
import { apportion } from '../../shared/money.ts'

/** One stored fact of an organisation on one day, as far as splitting costs needs it. Absent dimensions are ''. */
export interface DayFact {
  readonly report: string
  readonly remoteKeyId: string
  readonly project: string
  readonly model: string
  readonly lineItem: string
  readonly currency: string
  readonly provenance: Provenance
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  readonly costNanos: bigint | null
}

/** Cost as the view by key shows it. `remoteKeyId` '' is what belongs to no key. */
export interface KeyCost {
  readonly remoteKeyId: string
  readonly project: string
  readonly model: string
  readonly currency: string
  readonly provenance: 'billed' | 'apportioned'
  readonly costNanos: bigint
}

/**
 * The billed costs of one day that name no key, brought down to keys. Billed costs that do name one are not part
 * of the answer: they stand for themselves.
 *
 * - A report that names keys on this day leaves out what belongs to none: that stays billed, without a key. So does
 *   everything on a day for which no tokens were metered by key: there is nothing to split by.
 * - Otherwise each cost is split over the keys by input and output tokens metered in the same project and, where the
 *   cost names a model that was metered, with that model. The parts add up to the cost exactly. Tokens without a key
 *   take their part too; it stays without a key, like a cost for which nothing was metered.
 */
export function costsByKey(facts: readonly DayFact[]): KeyCost[] {
  const keyed = new Set(facts.filter((fact) => isBilled(fact) && fact.remoteKeyId !== '').map(({ report }) => report))
  const metered = facts.filter((fact) => fact.provenance === 'metered' && tokensOf(fact) > 0n)
  const splits = metered.some(({ remoteKeyId }) => remoteKeyId !== '')
  const costs = new Map<string, KeyCost>()
  const add = (cost: KeyCost) => {
    const { costNanos: _, ...identity } = cost
    const key = JSON.stringify(identity)
    costs.set(key, { ...cost, costNanos: cost.costNanos + (costs.get(key)?.costNanos ?? 0n) })
  }
  for (const fact of facts) {
    if (!isBilled(fact) || fact.remoteKeyId !== '' || fact.costNanos === null) continue
    const { project, currency, costNanos } = fact
    if (keyed.has(fact.report) || !splits) {
      add({ remoteKeyId: '', project, model: fact.model, currency, provenance: 'billed', costNanos })
      continue
    }
    const weighed = weightsFor(fact, metered)
    const parts = apportion(
      costNanos,
      [...weighed.values()].map(({ tokens }) => tokens),
    )
    if (weighed.size === 0) {
      add({ remoteKeyId: '', project, model: fact.model, currency, provenance: 'apportioned', costNanos })
    }
    for (const [index, { remoteKeyId, model }] of [...weighed.values()].entries()) {
      const part = parts[index] ?? 0n
      if (part !== 0n) add({ remoteKeyId, project, model, currency, provenance: 'apportioned', costNanos: part })
    }
  }
  return [...costs.values()]
}

function isBilled(fact: DayFact): boolean {
  return fact.provenance === 'billed' && fact.costNanos !== null
}

function tokensOf(fact: DayFact): bigint {
  return BigInt(fact.inputTokens ?? 0) + BigInt(fact.outputTokens ?? 0)
}

interface Weight {
  readonly remoteKeyId: string
  readonly model: string
  readonly tokens: bigint
}

function weightsFor(cost: DayFact, metered: readonly DayFact[]): Map<string, Weight> {
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
  return weights
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
