import { type KeyKind, keyKinds, type ProviderId, providerIds } from '../../../shared/providers.ts'
import { type TestState, testStates } from '../../ui/outcomes.ts'

export const keySorts = ['name', 'created', 'updated'] as const

/** What the list of keys is narrowed to. It lives in the address, except for the search text: a key may be pasted there. */
export interface KeyFilter {
  readonly accountId: number | null
  readonly provider: ProviderId | null
  readonly kind: KeyKind | null
  readonly outcome: TestState | null
  readonly adminKeyId: number | null
  readonly sort: (typeof keySorts)[number]
}

/** Reads the filter from the query of an address. What is not known there is left out. */
export function readKeyFilter(params: URLSearchParams): KeyFilter {
  return {
    accountId: readId(params.get('account')),
    provider: oneOf(providerIds, params.get('provider')),
    kind: oneOf(keyKinds, params.get('kind')),
    outcome: oneOf(testStates, params.get('outcome')),
    adminKeyId: readId(params.get('admin')),
    sort: oneOf(keySorts, params.get('sort')) ?? 'name',
  }
}

/** The query of an address for the filter, with its "?", or an empty text. */
export function writeKeyFilter(filter: KeyFilter): string {
  const params = new URLSearchParams()
  if (filter.accountId !== null) params.set('account', String(filter.accountId))
  if (filter.provider !== null) params.set('provider', filter.provider)
  if (filter.kind !== null) params.set('kind', filter.kind)
  if (filter.outcome !== null) params.set('outcome', filter.outcome)
  if (filter.adminKeyId !== null) params.set('admin', String(filter.adminKeyId))
  if (filter.sort !== 'name') params.set('sort', filter.sort)
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

/** Whether anything but the order is chosen. */
export function isNarrowed(filter: KeyFilter): boolean {
  return writeKeyFilter({ ...filter, sort: 'name' }) !== ''
}

/** The filter as input of the list call. */
export function listInput(filter: KeyFilter, query: string) {
  const { accountId, provider, kind, outcome, adminKeyId, sort } = filter
  return {
    sort,
    ...(query === '' ? {} : { query }),
    ...(accountId === null ? {} : { accountId }),
    ...(provider === null ? {} : { provider }),
    ...(kind === null ? {} : { kind }),
    ...(outcome === null ? {} : { outcome }),
    ...(adminKeyId === null ? {} : { adminKeyId }),
  }
}

function readId(text: string | null): number | null {
  const id = Number(text)
  return text !== null && Number.isSafeInteger(id) && id > 0 ? id : null
}

function oneOf<T extends string>(values: readonly T[], text: string | null): T | null {
  return values.find((value) => value === text) ?? null
}
