import type { Dashboard, MoneyLine, UsageGroup } from '../../../shared/contract/usage.ts'

const DAY = 86_400_000
const START = Date.UTC(2025, 7, 1)

/** A group without figures; `change` fills in what a test is about. */
export function group(id: string, change: Partial<UsageGroup> = {}, days = 3): UsageGroup {
  const unknown = Array.from({ length: days }, () => null)
  return {
    id,
    label: id,
    provider: null,
    role: 'group',
    requests: null,
    inputTokens: null,
    outputTokens: null,
    cachedInputTokens: null,
    requestsPerDay: unknown,
    inputTokensPerDay: unknown,
    outputTokensPerDay: unknown,
    cost: [],
    ...change,
  }
}

export function line(
  perDay: (string | null)[],
  total: string,
  provenance: MoneyLine['provenance'] = 'billed',
  currency = 'USD',
): MoneyLine {
  return { currency, provenance, total, perDay }
}

export function dashboard(
  groups: UsageGroup[],
  coverage: Dashboard['range']['coverage'] = ['complete', 'complete', 'complete'],
): Dashboard {
  const days = coverage.map((_, day) => START + day * DAY)
  return {
    range: { from: START, to: START + coverage.length * DAY, zone: 'UTC', days, coverage },
    totals: { requests: null, inputTokens: null, outputTokens: null, cachedInputTokens: null, cost: [] },
    groups,
    fetchedAt: START,
  }
}
