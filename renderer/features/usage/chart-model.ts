import type { Dashboard, MoneyLine, UsageGroup } from '../../../shared/contract/usage.ts'
import { parseNanos } from '../../../shared/money.ts'
import { groupColors, neutralColors, providerColor, type Scheme, tokenColors } from './chart-colors.ts'
import {
  amountToDraw,
  compactCount,
  dayText,
  exactAmount,
  exactCount,
  moneyLineId,
  moneyText,
  provenanceWords,
  shareOf,
  shareText,
  sumAmounts,
  sumCounts,
} from './figures.ts'
import type { Metric } from './usage-query.ts'

/** Groups drawn on their own; the rest is summed, as more colours than this cannot be told apart. */
export const MAX_SERIES = 8

export interface ChartDay {
  readonly at: number
  readonly label: string
  readonly coverage: Dashboard['range']['coverage'][number]
}

/** A figure of one day: `value` places it on the axis, `text` is for a glance, `exact` has every digit and no unit. */
export interface ChartPoint {
  readonly value: number | null
  readonly text: string
  readonly exact: string
}

export interface ChartSeries {
  /** Plain key for the drawing library ("s0"): labels may carry dots, which it would take for a path. */
  readonly key: string
  readonly label: string
  readonly color: string
  readonly points: readonly ChartPoint[]
  readonly total: ChartPoint
}

export interface ChartModel {
  readonly metric: Metric
  readonly shape: 'stacked-bars' | 'lines'
  readonly title: string
  /** What the figures count: "USD, billed", "tokens". */
  readonly unit: string
  readonly days: readonly ChartDay[]
  readonly series: readonly ChartSeries[]
  /** All series of a day together. */
  readonly dayTotals: readonly ChartPoint[]
  readonly total: ChartPoint
  /** Days of which no figure is known: drawn as gaps. */
  readonly gaps: readonly boolean[]
  /** The picture in one sentence. */
  readonly summary: string
}

export interface MoneyChoice {
  readonly id: string
  readonly currency: string
  readonly provenance: MoneyLine['provenance']
}

const provenanceOrder: readonly MoneyLine['provenance'][] = ['billed', 'metered', 'apportioned', 'estimated']

/** The money lines of the groups, the one most groups have first. Only one of them is drawn at a time. */
export function moneyChoices(dashboard: Dashboard): MoneyChoice[] {
  const counted = new Map<string, { choice: MoneyChoice; groups: number }>()
  for (const group of dashboard.groups) {
    for (const line of group.cost) {
      const id = moneyLineId(line)
      const seen = counted.get(id)
      if (seen) seen.groups += 1
      else counted.set(id, { choice: { id, currency: line.currency, provenance: line.provenance }, groups: 1 })
    }
  }
  return [...counted.values()]
    .sort(
      (a, b) =>
        b.groups - a.groups ||
        provenanceOrder.indexOf(a.choice.provenance) - provenanceOrder.indexOf(b.choice.provenance) ||
        a.choice.id.localeCompare(b.choice.id),
    )
    .map(({ choice }) => choice)
}

/** The wanted money line if it exists, otherwise the first. */
export function pickMoney(choices: readonly MoneyChoice[], wanted: string | null): MoneyChoice | null {
  return choices.find(({ id }) => id === wanted) ?? choices[0] ?? null
}

interface Raw<T> {
  readonly id: string
  readonly label: string
  readonly group: UsageGroup | null
  readonly perDay: readonly (T | null)[]
  readonly total: T | null
}

interface Arithmetic<T> {
  sum(values: readonly (T | null)[]): T | null
  /** Size for ordering. */
  size(value: T | null): number
  point(value: T | null): ChartPoint
}

const counts: Arithmetic<number> = {
  sum: sumCounts,
  size: (value) => value ?? 0,
  point: (value) => ({ value, text: compactCount(value), exact: exactCount(value) }),
}

const money = (currency: string): Arithmetic<string> => ({
  sum: sumAmounts,
  size: (value) => Number(value ?? 0),
  point: (value) => ({
    value: amountToDraw(value),
    text: moneyText(value, currency),
    exact: exactAmount(value),
  }),
})

/** Keeps the largest as they are and sums the others of a kind; what belongs to no key stays a series of its own. */
function limitSeries<T>(raws: readonly Raw<T>[], days: number, math: Arithmetic<T>): Raw<T>[] {
  const remainder = raws.filter(({ group }) => group?.role === 'remainder')
  const rest = raws.filter(({ group }) => group?.role === 'rest')
  const groups = raws
    .filter(({ group }) => group === null || group.role === 'group')
    .sort((a, b) => math.size(b.total) - math.size(a.total))
  const surplus = groups.length + rest.length > MAX_SERIES ? MAX_SERIES - 1 : MAX_SERIES
  const folded = [...groups.slice(surplus), ...rest]
  const kept = groups.slice(0, surplus)
  if (folded.length === 0) return [...kept, ...remainder]
  const others: Raw<T> = {
    id: 'other',
    label: rest.length > 0 ? 'All other groups' : `Other (${folded.length} groups)`,
    group: null,
    perDay: Array.from({ length: days }, (_, day) => math.sum(folded.map(({ perDay }) => perDay[day] ?? null))),
    total: math.sum(folded.map(({ total }) => total)),
  }
  return [...kept, others, ...remainder]
}

function colorsOf<T>(raws: readonly Raw<T>[], scheme: Scheme, byProvider: boolean): Map<string, string> {
  const own = raws.filter(({ group }) => group?.role === 'group').map(({ id }) => id)
  const colors = byProvider ? new Map<string, string>() : groupColors(own, scheme)
  for (const { id, group } of raws) {
    if (id === 'input' || id === 'output') colors.set(id, tokenColors[id][scheme])
    else if (group === null) colors.set(id, neutralColors.other[scheme])
    else if (group.role === 'remainder') colors.set(id, neutralColors.remainder[scheme])
    else if (byProvider && group.provider) colors.set(id, providerColor(group.provider, scheme))
    else if (!colors.has(id)) colors.set(id, neutralColors.other[scheme])
  }
  return colors
}

function coverageNote(days: readonly ChartDay[], gaps: readonly boolean[]): string {
  const missing = gaps.filter(Boolean).length
  const partial = days.filter(({ coverage }, day) => coverage === 'partial' && gaps[day] !== true).length
  const notes = [
    missing === 0 ? null : `${missing} ${missing === 1 ? 'day has' : 'days have'} no data`,
    partial === 0 ? null : `${partial} ${partial === 1 ? 'day is' : 'days are'} incomplete`,
  ].filter((note) => note !== null)
  return notes.length === 0 ? '' : `; ${notes.join(' and ')}`
}

interface Draft<T> {
  readonly metric: Metric
  readonly shape: ChartModel['shape']
  readonly title: string
  readonly unit: string
  readonly noun: string
  readonly raws: readonly Raw<T>[]
  readonly math: Arithmetic<T>
  readonly byProvider: boolean
}

function finish<T>(dashboard: Dashboard, scheme: Scheme, draft: Draft<T>): ChartModel {
  const { math } = draft
  const days = dashboard.range.days.map((at, day) => ({
    at,
    label: dayText(at),
    coverage: dashboard.range.coverage[day] ?? 'missing',
  }))
  const raws = limitSeries(draft.raws, days.length, math)
  const colors = colorsOf(raws, scheme, draft.byProvider)
  const sums = days.map((_, day) => math.sum(raws.map(({ perDay }) => perDay[day] ?? null)))
  const total = math.sum(raws.map((raw) => raw.total))
  const gaps = sums.map((sum) => sum === null)
  const series = raws.map((raw, index) => ({
    key: `s${index}`,
    label: raw.label,
    color: colors.get(raw.id) ?? neutralColors.other[scheme],
    points: days.map((_, day) => math.point(raw.perDay[day] ?? null)),
    total: math.point(raw.total),
  }))
  const highest = sums.reduce<number>(
    (best, sum, day) => (sum !== null && (best < 0 || math.size(sum) > math.size(sums[best] ?? null)) ? day : best),
    -1,
  )
  const named = raws.filter(({ id, group }) => id !== 'other' && (group === null || group.role === 'group'))
  const largest = named.sort((a, b) => math.size(b.total) - math.size(a.total))[0]
  const share = largest === undefined ? null : shareOf(math.size(largest.total), math.size(total))
  const first = days[0]
  const last = days.at(-1)
  const span = first && last ? `${first.label} to ${last.label}, UTC days` : 'UTC days'
  const peak = days[highest]
  const summary =
    total === null
      ? `No ${draft.noun} known for ${span}${coverageNote(days, gaps)}.`
      : `${math.point(total).text}${draft.metric === 'cost' ? '' : ` ${draft.noun}`} in all, ${span}` +
        `${peak ? `; most on ${peak.label} (${math.point(sums[highest] ?? null).text})` : ''}` +
        `${largest && raws.length > 1 && share !== null ? `; largest part: ${largest.label} (${shareText(share)})` : ''}` +
        `${coverageNote(days, gaps)}.`
  return {
    metric: draft.metric,
    shape: draft.shape,
    title: draft.title,
    unit: draft.unit,
    days,
    series,
    dayTotals: sums.map((sum) => math.point(sum)),
    total: math.point(total),
    gaps,
    summary,
  }
}

function drawn(perDay: readonly unknown[], total: unknown): boolean {
  return total !== null || perDay.some((value) => value !== null)
}

function costRaws(dashboard: Dashboard, choice: MoneyChoice): Raw<string>[] {
  return dashboard.groups.flatMap((group) => {
    const line = group.cost.find((candidate) => moneyLineId(candidate) === choice.id)
    return line
      ? [{ id: `${group.role}:${group.id}`, label: group.label, group, perDay: line.perDay, total: line.total }]
      : []
  })
}

/** Cost per day of one currency and provenance, stacked by group. */
export function costChart(dashboard: Dashboard, choice: MoneyChoice, byProvider: boolean, scheme: Scheme): ChartModel {
  const { word } = provenanceWords[choice.provenance]
  const all = costRaws(dashboard, choice)
  const visible = all.filter(({ total }) => total !== null && parseNanos(total) !== 0n)
  return finish(dashboard, scheme, {
    metric: 'cost',
    shape: 'stacked-bars',
    title: `Cost per day, ${choice.currency}, ${word}`,
    unit: `${choice.currency}, ${word}`,
    noun: 'cost',
    raws: visible.length > 0 ? visible : all,
    math: money(choice.currency),
    byProvider,
  })
}

/** Tokens per day of all groups together, input and output stacked. */
export function tokensChart(dashboard: Dashboard, scheme: Scheme): ChartModel {
  const total = (pick: (group: UsageGroup) => readonly (number | null)[]) =>
    dashboard.range.days.map((_, day) => sumCounts(dashboard.groups.map((group) => pick(group)[day])))
  const raws: Raw<number>[] = [
    {
      id: 'input',
      label: 'Input tokens',
      group: null,
      perDay: total((group) => group.inputTokensPerDay),
      total: sumCounts(dashboard.groups.map((group) => group.inputTokens)),
    },
    {
      id: 'output',
      label: 'Output tokens',
      group: null,
      perDay: total((group) => group.outputTokensPerDay),
      total: sumCounts(dashboard.groups.map((group) => group.outputTokens)),
    },
  ]
  return finish(dashboard, scheme, {
    metric: 'tokens',
    shape: 'stacked-bars',
    title: 'Tokens per day, input and output',
    unit: 'tokens',
    noun: 'tokens',
    raws: raws.filter(({ perDay, total: sum }) => drawn(perDay, sum)),
    math: counts,
    byProvider: false,
  })
}

/** Requests per day, one line per group. */
export function requestsChart(dashboard: Dashboard, byProvider: boolean, scheme: Scheme): ChartModel {
  const raws = dashboard.groups
    .map((group) => ({
      id: `${group.role}:${group.id}`,
      label: group.label,
      group,
      perDay: group.requestsPerDay,
      total: group.requests,
    }))
    .filter(({ perDay, total }) => drawn(perDay, total))
  return finish(dashboard, scheme, {
    metric: 'requests',
    shape: 'lines',
    title: 'Requests per day',
    unit: 'requests',
    noun: 'requests',
    raws,
    math: counts,
    byProvider,
  })
}
