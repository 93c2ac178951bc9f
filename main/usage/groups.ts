import type { GroupBy } from '../../shared/contract/usage.ts'
import { type ProviderId, providerInfo } from '../../shared/providers.ts'
import type { Item } from './item-rows.ts'
import type { KeyLabel, UsageAccounts, UsageKeys } from './ports.ts'
import type { RemoteKeyRow, SourceRow } from './rows.ts'

/** One row of the dashboard before its figures are read. */
export interface Group {
  readonly id: string
  readonly role: 'group' | 'remainder'
  /** The provider all its items have in common, or null. */
  readonly provider: ProviderId | null
  readonly items: readonly Item[]
}

/** Sorts items into the groups of the dashboard. What belongs to no key is one group with the role `remainder`. */
export function groupItems(
  groupBy: GroupBy,
  items: readonly Item[],
  known: { readonly sources: ReadonlyMap<number, SourceRow>; readonly remoteKeys: RemoteKeyNames },
): Group[] {
  const groups = new Map<string, { role: Group['role']; items: Item[] }>()
  for (const item of items) {
    const { id, role } = identify(groupBy, item, known)
    const group = groups.get(id)
    if (group) group.items.push(item)
    else groups.set(id, { role, items: [item] })
  }
  return [...groups].map(([id, group]) => {
    const providers = new Set(group.items.map(({ provider }) => provider))
    const [only] = providers
    return {
      id,
      role: group.role,
      provider: providers.size === 1 && only !== undefined ? only : null,
      items: group.items,
    }
  })
}

const REMAINDER = 'remainder'
const NONE = 'none:'
const REMOTE = 'remote:'

function identify(
  groupBy: GroupBy,
  item: Item,
  { sources, remoteKeys }: { readonly sources: ReadonlyMap<number, SourceRow>; readonly remoteKeys: RemoteKeyNames },
): { id: string; role: Group['role'] } {
  const source = sources.get(item.sourceKeyId)
  switch (groupBy) {
    case 'provider':
      return { id: item.provider, role: 'group' }
    case 'account':
      return { id: source === undefined ? item.value : String(source.accountId), role: 'group' }
    case 'key': {
      if (source?.covers === 'key') return { id: String(item.sourceKeyId), role: 'group' }
      if (item.value === '') return { id: REMAINDER, role: 'remainder' }
      const keyId = remoteKeys.find(item)?.keyId ?? null
      return { id: keyId === null ? `${REMOTE}${item.value}` : String(keyId), role: 'group' }
    }
    case 'project':
    case 'model':
      return { id: item.value === '' ? `${NONE}${item.provider}` : item.value, role: 'group' }
  }
}

/** Names of the keys that providers list, by source and remote id. Matches to keys that are gone do not count. */
export class RemoteKeyNames {
  readonly #rows: ReadonlyMap<string, RemoteKeyRow>

  constructor(rows: readonly RemoteKeyRow[], stored: ReadonlyMap<number, KeyLabel>) {
    this.#rows = new Map(
      rows.map((row) => [
        `${row.sourceKeyId}/${row.remoteKeyId}`,
        row.keyId !== null && stored.has(row.keyId) ? row : { ...row, keyId: null },
      ]),
    )
  }

  find(item: Pick<Item, 'sourceKeyId' | 'value'>): RemoteKeyRow | undefined {
    return this.#rows.get(`${item.sourceKeyId}/${item.value}`)
  }
}

/** Names for groups as the operator knows them. */
export function labelGroups(
  groupBy: GroupBy,
  groups: readonly Group[],
  known: { readonly keys: UsageKeys; readonly accounts: UsageAccounts; readonly remoteKeys: RemoteKeyNames },
): string[] {
  const { keys, accounts, remoteKeys } = known
  const ids = groups.flatMap(({ id }) => (/^\d+$/.test(id) ? [Number(id)] : []))
  const keyLabels = groupBy === 'key' ? keys.labels(ids) : new Map<number, KeyLabel>()
  const accountLabels = groupBy === 'account' ? accounts.labels(ids) : new Map<number, never>()
  const emails = [...accountLabels.values()].map(({ email }) => email)
  return groups.map(({ id, role, items }) => {
    const [first] = items
    if (role === 'remainder') return 'Belongs to no key'
    if (groupBy === 'provider') return first === undefined ? id : providerInfo(first.provider).name
    if (groupBy === 'account') {
      const label = accountLabels.get(Number(id))
      if (label === undefined) return `Account ${id}`
      const isShared = emails.filter((email) => email === label.email).length > 1
      return isShared && label.organization !== null ? `${label.email} (${label.organization})` : label.email
    }
    if (groupBy === 'key') {
      const remote = first === undefined ? undefined : remoteKeys.find(first)
      return keyLabels.get(Number(id))?.name ?? remote?.name ?? remote?.redacted ?? id.replace(REMOTE, '')
    }
    if (first === undefined || !id.startsWith(NONE)) return id
    const what = groupBy === 'project' ? 'no project' : 'not told by model'
    return `${providerInfo(first.provider).name}: ${what}`
  })
}
