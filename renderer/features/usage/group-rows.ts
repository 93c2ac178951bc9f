import type { Dashboard, UsageGroup } from '../../../shared/contract/usage.ts'
import { parseNanos } from '../../../shared/money.ts'
import type { MoneyChoice } from './chart-model.ts'
import { moneyLineId, shareOf, sumCounts } from './figures.ts'
import { type Metric, type UsageQuery, usageHref } from './usage-query.ts'

export const sortColumns = ['label', 'cost', 'requests', 'inputTokens', 'outputTokens'] as const
export type SortColumn = (typeof sortColumns)[number]

export interface Sorting {
  readonly column: SortColumn
  readonly direction: 'ascending' | 'descending'
}

export interface GroupRow {
  readonly group: UsageGroup
  /** Per cent of what all rows have together in the shown metric, or null if that cannot be said. */
  readonly share: number | null
}

function amountOf(group: UsageGroup, choice: MoneyChoice | null): bigint | null {
  const line = group.cost.find((candidate) => choice !== null && moneyLineId(candidate) === choice.id)
  return line ? parseNanos(line.total) : null
}

function tokensOf(group: UsageGroup): number | null {
  return sumCounts([group.inputTokens, group.outputTokens])
}

/** What the share column compares: the amount of the chosen money line, all tokens, or requests. */
function measure(group: UsageGroup, metric: Metric, choice: MoneyChoice | null): number | null {
  if (metric === 'requests') return group.requests
  if (metric === 'tokens') return tokensOf(group)
  const nanos = amountOf(group, choice)
  return nanos === null ? null : Number(nanos)
}

function compareKnown<T extends number | bigint>(a: T | null, b: T | null, sign: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  return a === b ? 0 : (a < b ? -1 : 1) * sign
}

/**
 * The rows in the wanted order. What is not reported comes last in both directions; the rows that are no groups
 * (the summed rest, cost without a key) always stand at the end.
 */
export function groupRows(
  dashboard: Dashboard,
  metric: Metric,
  choice: MoneyChoice | null,
  sorting: Sorting,
): GroupRow[] {
  const whole = sumCounts(dashboard.groups.map((group) => measure(group, metric, choice)))
  const sign = sorting.direction === 'ascending' ? 1 : -1
  const place = { group: 0, rest: 1, remainder: 2 }
  return dashboard.groups
    .map((group) => ({ group, share: shareOf(measure(group, metric, choice), whole) }))
    .sort((a, b) => {
      const roles = place[a.group.role] - place[b.group.role]
      if (roles !== 0) return roles
      switch (sorting.column) {
        case 'label':
          return a.group.label.localeCompare(b.group.label, 'en', { numeric: true }) * sign
        case 'cost':
          return compareKnown(amountOf(a.group, choice), amountOf(b.group, choice), sign)
        default:
          return compareKnown(a.group[sorting.column], b.group[sorting.column], sign)
      }
    })
}

/** Where a click on a group leads: to the key itself, or to the same page narrowed to it; null where neither exists. */
export function drillHref(query: UsageQuery, group: UsageGroup): string | null {
  if (group.role !== 'group') return null
  const id = Number(group.id)
  switch (query.group) {
    case 'provider':
      return group.provider === null ? null : usageHref(query, { provider: group.provider, group: 'key' })
    case 'account':
      return Number.isSafeInteger(id) && id > 0 ? usageHref(query, { account: id, group: 'key' }) : null
    case 'key':
      return Number.isSafeInteger(id) && id > 0 ? `/keys/${id}` : null
    default:
      return null
  }
}
