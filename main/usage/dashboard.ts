import type { Dashboard, GroupBy, UsageFilter, UsageGroup } from '../../shared/contract/usage.ts'
import { coverageOf, firstCovered, type SourceCoverage } from './coverage.ts'
import { type Day, lastDays, startOf } from './days.ts'
import { type Group, groupItems, labelGroups, RemoteKeyNames } from './groups.ts'
import type { Item, ItemDay, ItemKind, ItemRows } from './item-rows.ts'
import type { UsageAccounts, UsageKeys, UsageProviders } from './ports.ts'
import type { SourceRow, UsageRows } from './rows.ts'
import { Tally } from './tally.ts'

/** The contract's filter; `days` may be any number of days, today included. */
export type DashboardFilter = Omit<UsageFilter, 'days'> & { readonly days: number }

/** Groups shown one by one; what is beyond them is summed up in one. */
const MAX_GROUPS = 50

export interface DashboardDependencies {
  readonly rows: UsageRows
  readonly items: ItemRows
  readonly keys: UsageKeys
  readonly accounts: UsageAccounts
  readonly providers: Pick<UsageProviders, 'adapter'>
}

/** What a filter selects: the items to group, and others that hold exactly their sum. */
interface Selection {
  readonly kind: ItemKind
  readonly sources: readonly SourceRow[]
  readonly items: readonly Item[]
  /** Sums of `items`. */
  readonly sums: readonly Item[]
  /** Sums as the providers report them, which the totals show whatever the grouping is. */
  readonly official: readonly Item[]
}

/**
 * Reads the dashboard for the last `days` days. Only roll-ups are read, except for a single key of an organisation,
 * whose few series are read themselves.
 *
 * By account, project, model and provider the figures are the provider's own. By key, costs that a provider does not
 * tell by key are apportioned; what belongs to no key is a row of its own, so that the rows add up to the totals.
 */
export function readDashboard(deps: DashboardDependencies, filter: DashboardFilter, now: number): Dashboard {
  const days = lastDays(now, filter.days)
  const range = { from: days[0] ?? 0, to: days.at(-1) ?? 0 }
  const selection = select(deps, filter)
  const sources = new Map(deps.rows.sources().map((source) => [source.sourceKeyId, source]))
  const remoteKeys = filter.groupBy === 'key' ? namesOf(deps, selection.items) : new RemoteKeyNames([], new Map())
  const groups = groupItems(filter.groupBy, selection.items, { sources, remoteKeys })
  const official = tallyOf(deps, selection.kind, selection.official, range)
  const { listed, rest } = largest(deps, selection, groups, range)
  const labels = labelGroups(
    filter.groupBy,
    listed.map(({ group }) => group),
    { ...deps, remoteKeys },
  )
  const rows = listed.map(
    ({ group, tally }, index): UsageGroup => ({
      id: group.id,
      label: labels[index] ?? group.id,
      provider: group.provider,
      role: group.role,
      ...tally.figures(),
    }),
  )
  const isRemainder = ({ role }: UsageGroup) => role === 'remainder'
  const restRow: UsageGroup[] =
    rest === null ? [] : [{ id: 'rest', label: 'All others', provider: null, role: 'rest', ...rest.figures() }]
  const fetched = selection.sources.flatMap(({ fetchedAt }) => (fetchedAt === null ? [] : [fetchedAt]))
  return {
    range: {
      from: startOf(range.from),
      to: startOf(range.to + 1),
      zone: 'UTC',
      days: days.map(startOf),
      coverage: coverageOf(days, coverageOfSources(deps, selection, filter, range.to), official.hasFigures()),
    },
    totals: { ...official.totals(), cost: official.cost().map(({ perDay: _, ...line }) => line) },
    groups: [...rows.filter((row) => !isRemainder(row)), ...restRow, ...rows.filter(isRemainder)],
    fetchedAt: fetched.length === 0 || official.isEmpty() ? null : Math.max(...fetched),
  }
}

/**
 * What the selected sources cover. A key that can be asked for usage has to know every day its provider tells about,
 * also when it was never synced; a key that only tells the last days, those since it was first read. A key that cannot
 * be asked any more only has to know what follows its first day. Not missed anywhere: a key whose organisation is
 * counted with another one, and one that only has a running counter.
 */
function coverageOfSources(
  { rows, keys, providers }: DashboardDependencies,
  selection: Selection,
  filter: DashboardFilter,
  today: Day,
): SourceCoverage[] {
  const stored = new Map(selection.sources.map((source) => [source.sourceKeyId, source]))
  const spans = rows.coverage([...stored.keys()])
  const asked = new Map(keys.usageSources().map((key) => [key.id, key]))
  const neverSynced = [...asked.values()].filter(
    ({ id, provider, accountId }) =>
      !stored.has(id) &&
      (filter.provider === undefined || filter.provider === provider) &&
      (filter.accountId === undefined || filter.accountId === accountId) &&
      (filter.keyId === undefined || filter.keyId === id),
  )
  return [...stored.keys(), ...neverSynced.map(({ id }) => id)].map((id): SourceCoverage => {
    const covered = spans.get(id) ?? []
    const first = firstCovered(covered)
    const key = asked.get(id)
    const adapter = key === undefined ? null : providers.adapter(key.provider)
    const countedBy = stored.get(id)?.countedBy ?? null
    const reach = key === undefined ? null : (adapter?.usageReach?.(key.kind) ?? null)
    if (countedBy !== null || reach === 0) return { spans: covered, expectedFrom: null }
    if (!adapter?.planUsage) return { spans: covered, expectedFrom: first }
    if (reach === null) return { spans: covered, expectedFrom: Number.NEGATIVE_INFINITY }
    const reached = today - reach + 1
    return { spans: covered, expectedFrom: first === null ? reached : Math.min(first, reached) }
  })
}

function select({ rows, items }: DashboardDependencies, filter: DashboardFilter): Selection {
  const { groupBy, provider, accountId, keyId } = filter
  const sources = rows
    .sources()
    .filter((source) => provider === undefined || source.provider === provider)
    .filter((source) => accountId === undefined || source.accountId === accountId)
  if (keyId !== undefined) {
    const own = sources.filter((source) => source.sourceKeyId === keyId)
    if (own.length > 0) return selectSources(items, groupBy, own)
    return selectKey({ rows, items }, groupBy, sources, keyId)
  }
  if (accountId !== undefined) return selectSources(items, groupBy, sources)
  const where = { provider }
  const official = items.items('provider', where)
  const isByKey = groupBy === 'key'
  return {
    kind: 'rollups',
    sources,
    items: groupBy === 'provider' ? official : items.items(groupBy, where),
    sums: isByKey ? items.items('all-keys', where) : official,
    official,
  }
}

function selectSources(items: ItemRows, groupBy: GroupBy, sources: readonly SourceRow[]): Selection {
  const where = { sources: sources.map(({ sourceKeyId }) => sourceKeyId) }
  const official = items.items('source', where)
  const dimension = {
    provider: 'source',
    account: 'source',
    key: 'key',
    project: 'project',
    model: 'source-model',
  } as const
  return {
    kind: 'rollups',
    sources,
    items: dimension[groupBy] === 'source' ? official : items.items(dimension[groupBy], where),
    sums: groupBy === 'key' ? items.items('source-keys', where) : official,
    official,
  }
}

/** A stored key that organisations list under a remote id. */
function selectKey(
  { rows, items }: Pick<DashboardDependencies, 'rows' | 'items'>,
  groupBy: GroupBy,
  sources: readonly SourceRow[],
  keyId: number,
): Selection {
  const ids = new Set(sources.map(({ sourceKeyId }) => sourceKeyId))
  const remote = rows.remoteKeysOf(keyId).filter(({ sourceKeyId }) => ids.has(sourceKeyId))
  const found = items.keyItems(remote, groupBy === 'project' || groupBy === 'model' ? groupBy : 'key')
  const listing = new Set(remote.map(({ sourceKeyId }) => sourceKeyId))
  return {
    kind: 'series',
    sources: sources.filter(({ sourceKeyId }) => listing.has(sourceKeyId)),
    items: found,
    sums: found,
    official: found,
  }
}

function namesOf({ rows, keys }: DashboardDependencies, items: readonly Item[]): RemoteKeyNames {
  const remote = rows.remoteKeys([...new Set(items.map(({ sourceKeyId }) => sourceKeyId))])
  const matched = remote.flatMap(({ keyId }) => (keyId === null ? [] : [keyId]))
  return new RemoteKeyNames(remote, keys.labels([...new Set(matched)]))
}

interface Range {
  readonly from: Day
  readonly to: Day
}

/** The largest groups with their figures, largest first, and the sum of the others (null if there are none). */
function largest(
  deps: DashboardDependencies,
  selection: Selection,
  groups: readonly Group[],
  range: Range,
): { listed: { group: Group; tally: Tally }[]; rest: Tally | null } {
  const remainder = groups.filter(({ role }) => role === 'remainder')
  const others = groups.filter(({ role }) => role === 'group')
  const chosen = others.length <= MAX_GROUPS ? others : topOf(deps, selection.kind, others, range)
  const figures = figuresOf(deps, selection.kind, [...chosen, ...remainder], range)
  const listed = tallies(figures, range)
  const main = mainCurrency(listed.flatMap(({ tally }) => tally.spent()))
  const sorted = listed
    .map((entry) => ({ ...entry, size: sizeOf(entry.tally, main) }))
    .sort((a, b) => bySize(a.size, b.size))
  if (chosen.length === others.length) return { listed: sorted, rest: null }
  const rest = tallyOf(deps, selection.kind, selection.sums, range)
  for (const { item, figures: taken } of figures) rest.add(item, taken, -1)
  return { listed: sorted, rest: rest.isEmpty() ? null : rest }
}

/** The {@link MAX_GROUPS} largest groups, judged by one sum per item. */
function topOf(
  { items }: DashboardDependencies,
  kind: ItemKind,
  groups: readonly Group[],
  { from, to }: Range,
): Group[] {
  const all = groups.flatMap((group) => group.items)
  const withMoney = all.filter(({ currency }) => currency !== '')
  const withoutMoney = all.filter(({ currency }) => currency === '')
  const money = items.sums(kind, 'cost', idsOf(withMoney), from, to)
  const spentBy = (group: Group) =>
    group.items
      .filter(({ currency }) => currency !== '')
      .map(({ id, currency, provenance }) => ({ currency, provenance, nanos: money.get(id) ?? 0n }))
  const main = mainCurrency(groups.flatMap(spentBy))
  const ranked = groups.map((group) => ({ group, spent: rankMoney(spentBy(group), main) }))
  // Tokens only decide between groups without money: not worth reading when there are enough with some.
  const isDecided = ranked.filter(({ spent }) => (spent[0] ?? 0n) > 0n).length >= MAX_GROUPS
  const tokens = isDecided ? new Map<number, bigint>() : items.sums(kind, 'tokens', idsOf(withoutMoney), from, to)
  const sized = ranked.map(({ group, spent }) => {
    const counted = group.items.reduce((sum, { id }) => sum + Number(tokens.get(id) ?? 0n), 0)
    return { group, size: { spent, tokens: counted } }
  })
  return sized
    .sort((a, b) => bySize(a.size, b.size))
    .slice(0, MAX_GROUPS)
    .map(({ group }) => group)
}

type Spent = ReturnType<Tally['spent']>
interface Size {
  readonly spent: readonly bigint[]
  readonly tokens: number
}

/** Amounts of different currencies cannot be compared: the one most groups have decides the order. */
function mainCurrency(spent: Spent): string {
  const counts = new Map<string, number>()
  for (const { currency } of spent) counts.set(currency, (counts.get(currency) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? ''
}

/** Official money first, then what was only metered, then estimates, then money of other currencies. */
function rankMoney(spent: Spent, main: string): bigint[] {
  const of = (test: (line: Spent[number]) => boolean) => spent.filter(test).reduce((sum, { nanos }) => sum + nanos, 0n)
  return [
    of(({ currency, provenance }) => currency === main && (provenance === 'billed' || provenance === 'apportioned')),
    of(({ currency, provenance }) => currency === main && provenance === 'metered'),
    of(({ currency, provenance }) => currency === main && provenance === 'estimated'),
    BigInt(spent.filter(({ currency }) => currency !== main).length),
  ]
}

function sizeOf(tally: Tally, main: string): Size {
  return { spent: rankMoney(tally.spent(), main), tokens: tally.tokens() }
}

function bySize(a: Size, b: Size): number {
  for (const [index, value] of a.spent.entries()) {
    const other = b.spent[index] ?? 0n
    if (value !== other) return value > other ? -1 : 1
  }
  return b.tokens - a.tokens
}

interface GroupFigures {
  readonly group: Group
  readonly item: Item
  readonly figures: ItemDay
}

/** Sums of the groups that have figures. */
function tallies(figures: readonly GroupFigures[], { from, to }: Range): { group: Group; tally: Tally }[] {
  const byGroup = new Map<Group, Tally>()
  for (const { group, item, figures: added } of figures) {
    const tally = byGroup.get(group) ?? new Tally(from, to - from + 1)
    byGroup.set(group, tally)
    tally.add(item, added)
  }
  return [...byGroup].map(([group, tally]) => ({ group, tally }))
}

function tallyOf(deps: DashboardDependencies, kind: ItemKind, items: readonly Item[], range: Range): Tally {
  const all: Group = { id: 'all', role: 'group', provider: null, items }
  return (
    tallies(figuresOf(deps, kind, [all], range), range)[0]?.tally ?? new Tally(range.from, range.to - range.from + 1)
  )
}

function figuresOf(
  { items }: DashboardDependencies,
  kind: ItemKind,
  groups: readonly Group[],
  { from, to }: Range,
): GroupFigures[] {
  const owners = new Map(groups.flatMap((group) => group.items.map((item) => [item.id, { group, item }] as const)))
  return items.perDay(kind, [...owners.keys()], from, to).flatMap((figures) => {
    const owner = owners.get(figures[0])
    return owner === undefined ? [] : [{ group: owner.group, item: owner.item, figures }]
  })
}

function idsOf(items: readonly Item[]): number[] {
  return items.map(({ id }) => id)
}
