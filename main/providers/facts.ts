import type { UsageFact } from './provider.ts'

/** What every fact begins with: nothing said about anything. */
export const noFigures = {
  remoteKeyId: null,
  project: null,
  model: null,
  lineItem: null,
  requests: null,
  inputTokens: null,
  outputTokens: null,
  cachedInputTokens: null,
  costNanos: null,
  currency: null,
} as const satisfies Omit<UsageFact, 'day' | 'provenance'>

/**
 * Adds up facts of the same day, provenance, currency and dimensions: some reports break down further than Keyhold
 * keeps (by endpoint, by tier). A figure nobody gave stays null.
 */
export function mergeFacts(facts: readonly UsageFact[]): UsageFact[] {
  const merged = new Map<string, UsageFact>()
  for (const fact of facts) {
    const { day, remoteKeyId, project, model, lineItem, currency, provenance } = fact
    const identity = JSON.stringify([day, remoteKeyId, project, model, lineItem, currency, provenance])
    const before = merged.get(identity)
    merged.set(identity, before === undefined ? fact : add(before, fact))
  }
  return [...merged.values()]
}

function add(a: UsageFact, b: UsageFact): UsageFact {
  const sum = (x: number | null, y: number | null) => (x === null ? y : y === null ? x : x + y)
  const { costNanos } = a
  return {
    ...a,
    requests: sum(a.requests, b.requests),
    inputTokens: sum(a.inputTokens, b.inputTokens),
    outputTokens: sum(a.outputTokens, b.outputTokens),
    cachedInputTokens: sum(a.cachedInputTokens, b.cachedInputTokens),
    costNanos: costNanos === null ? b.costNanos : b.costNanos === null ? costNanos : costNanos + b.costNanos,
  }
}
