import { type KeyKind, type ProviderId, providerInfo } from '../../shared/providers.ts'
import { searchLine } from '../store/search.ts'
import type { KeyRecord } from './rows.ts'

export interface KeyFilter {
  readonly accountId?: number | undefined
  readonly provider?: ProviderId | undefined
  readonly kind?: KeyKind | undefined
  readonly outcome?: string | undefined
  readonly adminKeyId?: number | undefined
}

type Facet = readonly [string, string | number]

/** Filters are words of the search line too, so every mix of filters and words is counted by one index. */
export function filterFacets(filter: KeyFilter): Facet[] {
  const facets: (readonly [string, string | number | undefined])[] = [
    ['a', filter.accountId],
    ['p', filter.provider],
    ['k', filter.kind],
    ['o', filter.outcome],
    ['l', filter.adminKeyId],
  ]
  return facets.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
}

/** What a key is found by: its words, those of its account, and the facets of {@link filterFacets}. */
export function keySearchLine(
  key: Omit<KeyRecord, 'search' | 'description'>,
  masked: string,
  account: { email: string; organization: string | null },
): string {
  return searchLine(
    [
      key.name,
      providerInfo(key.provider).name,
      masked,
      key.environment,
      ...key.tags,
      account.email,
      account.organization,
    ],
    filterFacets({
      accountId: key.accountId,
      provider: key.provider,
      kind: key.kind,
      outcome: key.validation?.outcome ?? 'untested',
      adminKeyId: key.adminKeyId ?? undefined,
    }),
  )
}
