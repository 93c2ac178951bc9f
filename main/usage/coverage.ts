import type { UsageChain } from '../providers/provider.ts'
import { type Day, dayAt } from './days.ts'

/** Providers still revise a day for some time after it ended; a day read later than this is not read again. */
export const SETTLED_AFTER_DAYS = 3

/**
 * How well a day is known. `open`: read before it ended. `closed`: read after it ended. `settled`: read by a sync
 * without omissions so long after its end that it need not be read again.
 */
export type CoverageLevel = 'open' | 'closed' | 'settled'

/** Days `from` (inclusive) to `to` (exclusive) of one source. */
export interface CoveredSpan {
  readonly from: Day
  readonly to: Day
  readonly level: CoverageLevel
}

/**
 * What a source covers after a sync has read `from`…`to` (exclusive), beginning at the instant `readAt`.
 * `spans` do not overlap; neither does the result, which is sorted and has neighbours of one level joined.
 * With `complete` false (a report was left out) no day becomes settled.
 */
export function cover(
  spans: readonly CoveredSpan[],
  read: { readonly from: Day; readonly to: Day; readonly readAt: number; readonly complete: boolean },
): CoveredSpan[] {
  const outside = spans.flatMap((span) => [
    { ...span, to: Math.min(span.to, read.from) },
    { ...span, from: Math.max(span.from, read.to) },
  ])
  const today = dayAt(read.readAt)
  const clamp = (day: Day) => Math.min(Math.max(day, read.from), read.to)
  const closedTo = clamp(today)
  const settledTo = read.complete ? clamp(today - SETTLED_AFTER_DAYS) : read.from
  const inside: CoveredSpan[] = [
    { from: read.from, to: settledTo, level: 'settled' },
    { from: settledTo, to: closedTo, level: 'closed' },
    { from: closedTo, to: read.to, level: 'open' },
  ]
  const sorted = [...outside, ...inside].filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from)
  const joined: CoveredSpan[] = []
  for (const span of sorted) {
    const last = joined.at(-1)
    if (last?.to === span.from && last.level === span.level) joined[joined.length - 1] = { ...last, to: span.to }
    else joined.push(span)
  }
  return joined
}

/** Days `from` (inclusive) to `to` (exclusive). */
export interface DaySpan {
  readonly from: Day
  readonly to: Day
}

/** The days of the window that at least one of the chains can say something about, as few spans as possible. */
export function daysSpokenFor(chains: readonly Pick<UsageChain, 'speaksFor'>[], window: DaySpan): DaySpan[] {
  const spans = chains
    .map(({ speaksFor }) => ({
      from: Math.max(window.from, dayAt(speaksFor.from)),
      to: Math.min(window.to, dayAt(speaksFor.to)),
    }))
    .filter(({ from, to }) => from < to)
    .sort((a, b) => a.from - b.from)
  const joined: DaySpan[] = []
  for (const span of spans) {
    const last = joined.at(-1)
    if (last !== undefined && span.from <= last.to) {
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, span.to) }
    } else joined.push(span)
  }
  return joined
}

/** The first day from `from` on that a sync has to read: everything before it is settled. At most `to`. */
export function firstUnsettled(spans: readonly CoveredSpan[], from: Day, to: Day): Day {
  let day = from
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    if (span.level === 'settled' && span.from <= day && span.to > day) day = span.to
  }
  return Math.min(day, to)
}

/**
 * How well the days of a range are known over several sources. A source is expected to know every day from the
 * first one it ever covered: a later gap makes a day partial. `hasFigures` are days with figures of an unfinished sync.
 */
export function coverageOf(
  days: readonly Day[],
  sources: readonly (readonly CoveredSpan[])[],
  hasFigures: readonly boolean[],
): ('complete' | 'partial' | 'missing')[] {
  const expected = days.map(() => 0)
  const complete = days.map(() => 0)
  const open = days.map(() => 0)
  const first = days[0] ?? 0
  for (const spans of sources) {
    const begin = Math.min(...spans.map(({ from }) => from))
    for (let index = Math.max(0, begin - first); index < days.length; index += 1) {
      expected[index] = (expected[index] ?? 0) + 1
    }
    for (const { from, to, level } of spans) {
      const counts = level === 'open' ? open : complete
      for (let index = Math.max(0, from - first); index < Math.min(days.length, to - first); index += 1) {
        counts[index] = (counts[index] ?? 0) + 1
      }
    }
  }
  return days.map((_, index) => {
    const full = complete[index] ?? 0
    if (full > 0 && full === expected[index]) return 'complete'
    return full > 0 || (open[index] ?? 0) > 0 || hasFigures[index] ? 'partial' : 'missing'
  })
}
