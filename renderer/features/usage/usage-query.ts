import type { GroupBy, UsageFilter } from '../../../shared/contract/usage.ts'
import { type ProviderId, providerIds } from '../../../shared/providers.ts'

export const dayRanges = [7, 30, 90] as const
export const groupings = ['provider', 'account', 'key', 'project', 'model'] as const satisfies readonly GroupBy[]
export const metrics = ['cost', 'tokens', 'requests'] as const
export const views = ['chart', 'table'] as const

export type Metric = (typeof metrics)[number]

/** What the usage page shows. It lives in the query of the address, so that a link opens the same picture. */
export interface UsageQuery {
  readonly days: (typeof dayRanges)[number]
  readonly group: GroupBy
  readonly metric: Metric
  readonly view: (typeof views)[number]
  readonly provider: ProviderId | null
  readonly account: number | null
  readonly key: number | null
  /** Which money line the cost chart draws: `"<currency>:<provenance>"`, or null for the fullest one. */
  readonly money: string | null
}

export const defaultQuery: UsageQuery = {
  days: 30,
  group: 'provider',
  metric: 'cost',
  view: 'chart',
  provider: null,
  account: null,
  key: null,
  money: null,
}

function oneOf<T extends string | number>(allowed: readonly T[], text: string | null, fallback: T): T {
  return allowed.find((item) => String(item) === text) ?? fallback
}

function idOf(text: string | null): number | null {
  const id = Number(text)
  return text !== null && Number.isSafeInteger(id) && id > 0 ? id : null
}

/** Reads the query of an address. Whatever is unknown or malformed counts as not given: an old link still opens. */
export function readUsageQuery(search: URLSearchParams): UsageQuery {
  const provider = search.get('provider')
  const money = search.get('money')
  return {
    days: oneOf(dayRanges, search.get('days'), defaultQuery.days),
    group: oneOf(groupings, search.get('group'), defaultQuery.group),
    metric: oneOf(metrics, search.get('metric'), defaultQuery.metric),
    view: oneOf(views, search.get('view'), defaultQuery.view),
    provider: providerIds.find((id) => id === provider) ?? null,
    account: idOf(search.get('account')),
    key: idOf(search.get('key')),
    money: money !== null && /^[\w.-]{1,20}:[a-z]{1,20}$/.test(money) ? money : null,
  }
}

/** The query as search parameters without the defaults, in a fixed order. */
export function writeUsageQuery(query: UsageQuery): URLSearchParams {
  const search = new URLSearchParams()
  for (const name of ['days', 'group', 'metric', 'provider', 'account', 'key', 'money', 'view'] as const) {
    const value = query[name]
    if (value !== null && value !== defaultQuery[name]) search.set(name, String(value))
  }
  return search
}

/** Address of the usage page that shows `change` instead of what `query` says. */
export function usageHref(query: UsageQuery, change: Partial<UsageQuery>): string {
  const search = writeUsageQuery({ ...query, ...change }).toString()
  return search === '' ? '/usage' : `/usage?${search}`
}

/** Takes every filter off; range, grouping and what is drawn stay. */
export const noFilters = { provider: null, account: null, key: null } as const

/** Whether a filter leaves something out. */
export function isNarrowed(query: UsageQuery): boolean {
  return query.provider !== null || query.account !== null || query.key !== null
}

/** What the dashboard and the CSV export are asked for: one filter for both, so that they show the same figures. */
export function filterOf(query: UsageQuery): UsageFilter {
  return {
    days: query.days,
    groupBy: query.group,
    ...(query.provider === null ? {} : { provider: query.provider }),
    ...(query.account === null ? {} : { accountId: query.account }),
    ...(query.key === null ? {} : { keyId: query.key }),
  }
}
