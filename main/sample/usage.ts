import { noFigures } from '../providers/facts.ts'
import type { UsageFact } from '../providers/provider.ts'
import type { Random } from './random.ts'

const DAY = 86_400_000
export const SAMPLE_DAYS = 90

/** Nanos of a dollar for a million tokens. The models and prices are made up. */
interface Model {
  readonly name: string
  readonly input: bigint
  readonly output: bigint
  readonly popularity: number
}

const openAiModels: readonly Model[] = [
  { name: 'sample-large-2026-03-01', input: 2_500_000_000n, output: 10_000_000_000n, popularity: 0.4 },
  { name: 'sample-small-2026-01-15', input: 150_000_000n, output: 600_000_000n, popularity: 1 },
  { name: 'sample-embedding-2', input: 20_000_000n, output: 0n, popularity: 0.7 },
]
const anthropicModels: readonly Model[] = [
  { name: 'sample-opus-4', input: 15_000_000_000n, output: 75_000_000_000n, popularity: 0.15 },
  { name: 'sample-sonnet-4', input: 3_000_000_000n, output: 15_000_000_000n, popularity: 1 },
]

/** One source of usage with the ids its provider would give to the keys below it. */
export interface SampleSource {
  readonly keyId: number
  readonly provider: 'openai' | 'anthropic' | 'brave' | 'openrouter'
  /** The provider's ids of the keys below an admin key, and the stored keys they are. */
  readonly remoteKeyIds: ReadonlyMap<string, number>
  /** The source stopped answering so many days ago; 0 if it never did. */
  readonly silentDays: number
}

/** What the sync of one source would have brought in: facts, and the days about which something is known. */
export interface SampleUsage {
  readonly facts: UsageFact[]
  readonly buckets: number[]
}

/**
 * Ninety days up to today (UTC), as the provider's reports would give them: working days busier than weekends, slow
 * growth, a day or two with a peak. Two days in the middle are missing everywhere.
 */
export function sampleUsage(source: SampleSource, random: Random, now: number): SampleUsage {
  const today = Math.floor(now / DAY) * DAY
  const facts: UsageFact[] = []
  const buckets: number[] = []
  const profile = { scale: 0.4 + random.next() * 2, growth: 0.002 + random.next() * 0.008, peak: random.between(3, 25) }
  for (let ago = SAMPLE_DAYS - 1; ago >= source.silentDays; ago -= 1) {
    if (ago === 40 || ago === 41) continue
    const day = today - ago * DAY
    const activity = activityOf(day, ago, now, profile) * (0.85 + random.next() * 0.3)
    buckets.push(day)
    facts.push(...factsOf(source, day, activity, random))
  }
  return { facts, buckets }
}

function activityOf(
  day: number,
  ago: number,
  now: number,
  { scale, growth, peak }: { scale: number; growth: number; peak: number },
): number {
  const weekday = new Date(day).getUTCDay()
  const working = weekday === 0 || weekday === 6 ? 0.25 : 1
  const grown = 1 + growth * (SAMPLE_DAYS - ago)
  const elapsed = Math.min(1, (now - day) / DAY)
  return scale * working * grown * elapsed * (ago === peak ? 3 : 1)
}

function factsOf(source: SampleSource, day: number, activity: number, random: Random): UsageFact[] {
  if (source.provider === 'brave') return [{ ...fact(day), requests: Math.round(900 * activity) }]
  if (source.provider === 'openrouter') {
    const cost = BigInt(Math.round(1_400_000 * activity)) * 1_000n
    return [{ ...fact(day), costNanos: cost, currency: 'USD', provenance: 'billed' }]
  }
  const facts: UsageFact[] = []
  for (const model of source.provider === 'openai' ? openAiModels : anthropicModels) {
    facts.push(...modelFacts(source, model, day, activity, random))
  }
  return facts
}

/** Counters for every key, and the cost of the model in each project, split into input and output as on a bill. */
function modelFacts(source: SampleSource, model: Model, day: number, activity: number, random: Random): UsageFact[] {
  const facts: UsageFact[] = []
  const costs = new Map<string, { input: bigint; output: bigint }>()
  for (const [index, remoteKeyId] of [...source.remoteKeyIds.keys()].entries()) {
    const requests = Math.round((800 * activity * model.popularity * (0.7 + random.next() * 0.6)) / (index + 1))
    if (requests === 0) continue
    const inputTokens = requests * random.between(600, 1_400)
    const outputTokens = model.output === 0n ? 0 : requests * random.between(120, 420)
    const project = `sample_project_${(index % 3) + 1}`
    const cachedInputTokens = Math.floor(inputTokens * 0.3 * random.next())
    facts.push({
      ...fact(day),
      remoteKeyId,
      project,
      model: model.name,
      requests,
      inputTokens,
      outputTokens,
      cachedInputTokens,
    })
    const cost = costs.get(project) ?? { input: 0n, output: 0n }
    cost.input += (BigInt(inputTokens) * model.input) / 1_000_000n
    cost.output += (BigInt(outputTokens) * model.output) / 1_000_000n
    costs.set(project, cost)
  }
  for (const [project, cost] of costs) {
    for (const side of ['input', 'output'] as const) {
      if (cost[side] === 0n) continue
      const lineItem = `${model.name}, ${side}`
      facts.push({ ...fact(day), project, lineItem, costNanos: cost[side], currency: 'USD', provenance: 'billed' })
    }
  }
  return facts
}

function fact(day: number): UsageFact {
  return { ...noFigures, day, provenance: 'metered' }
}
