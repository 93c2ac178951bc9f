import type { UsageWindow } from '../providers/provider.ts'
import { type Day, dayAt } from './days.ts'

/** Providers still revise a day for some time after it ended; a day read later than this is not read again. */
export const SETTLED_AFTER_DAYS = 3

/**
 * How well a day is known. `open`: read before it ended, or not yet by every report that speaks for it. `closed`: read
 * after it ended. `settled`: read by a sync without omissions so long after its end that it need not be read again.
 */
export type CoverageLevel = 'open' | 'closed' | 'settled'

/** Days `from` (inclusive) to `to` (exclusive) of one source. */
export interface CoveredSpan {
  readonly from: Day
  readonly to: Day
  readonly level: CoverageLevel
}

/** Days that a sync has read, beginning at the instant `readAt`. */
export interface ReadDays extends DaySpan {
  readonly readAt: number
  /** False if a report was left out: no day becomes settled. */
  readonly complete: boolean
  /** Only some of the reports that speak for these days have given them yet: they stay open. */
  readonly isPartial?: boolean
}

/**
 * What a source covers after a sync has read some days. `spans` do not overlap; neither does the result, which is
 * sorted and has neighbours of one level joined.
 */
export function cover(spans: readonly CoveredSpan[], read: ReadDays): CoveredSpan[] {
  const outside = spans.flatMap((span) => [
    { ...span, to: Math.min(span.to, read.from) },
    { ...span, from: Math.max(span.from, read.to) },
  ])
  const today = dayAt(read.readAt)
  const clamp = (day: Day) => Math.min(Math.max(day, read.from), read.to)
  const closedTo = read.isPartial ? read.from : clamp(today)
  const settledTo = read.complete && !read.isPartial ? clamp(today - SETTLED_AFTER_DAYS) : read.from
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

/** What one chain of a report was expected to tell, and the days it has told. */
export interface ReportedDays {
  readonly report: string
  readonly speaksFor: UsageWindow
  readonly answered: ReadonlySet<Day>
}

/**
 * The days of the window for which every report that speaks for them has given its bucket (`whole`), and those for
 * which only some have (`part`): costs often come out a day or two after the tokens they are for.
 */
export function daysRead(chains: readonly ReportedDays[], window: DaySpan): { whole: DaySpan[]; part: DaySpan[] } {
  const whole: Day[] = []
  const part: Day[] = []
  for (let day = window.from; day < window.to; day += 1) {
    const speaking = chains.filter(({ speaksFor }) => dayAt(speaksFor.from) <= day && day < dayAt(speaksFor.to))
    const expected = new Set(speaking.map(({ report }) => report))
    const given = new Set(speaking.filter(({ answered }) => answered.has(day)).map(({ report }) => report))
    if (given.size > 0) (given.size === expected.size ? whole : part).push(day)
  }
  return { whole: spansOf(whole), part: spansOf(part) }
}

/** Days in ascending order as the fewest spans that hold exactly them. */
export function spansOf(days: readonly Day[]): DaySpan[] {
  const spans: { from: Day; to: Day }[] = []
  for (const day of days) {
    const last = spans.at(-1)
    if (last?.to === day) last.to = day + 1
    else spans.push({ from: day, to: day + 1 })
  }
  return spans
}

/** The first day from `from` on that a sync has to read: everything before it is settled. At most `to`. */
export function firstUnsettled(spans: readonly CoveredSpan[], from: Day, to: Day): Day {
  let day = from
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    if (span.level === 'settled' && span.from <= day && span.to > day) day = span.to
  }
  return Math.min(day, to)
}

/** One source of a range: what it has covered, and from which day on it has to know every day. */
export interface SourceCoverage {
  readonly spans: readonly CoveredSpan[]
  /** Null: no day is incomplete for want of this source. */
  readonly expectedFrom: Day | null
}

/** The first day a source has covered, or null. */
export function firstCovered(spans: readonly CoveredSpan[]): Day | null {
  return spans.length === 0 ? null : Math.min(...spans.map(({ from }) => from))
}

/**
 * How well the days of a range are known over several sources: complete if every source that has to know the day has
 * read it after it ended, partial if anything is known about it, missing otherwise. `hasFigures` are days with figures,
 * also of an unfinished sync.
 */
export function coverageOf(
  days: readonly Day[],
  sources: readonly SourceCoverage[],
  hasFigures: readonly boolean[],
): ('complete' | 'partial' | 'missing')[] {
  const first = days[0] ?? 0
  const complete = days.map(() => false)
  const lacking = days.map(() => false)
  const known = days.map((_, index) => hasFigures[index] ?? false)
  for (const { spans, expectedFrom } of sources) {
    const isRead = days.map(() => false)
    for (const { from, to, level } of spans) {
      for (let index = Math.max(0, from - first); index < Math.min(days.length, to - first); index += 1) {
        known[index] = true
        if (level !== 'open') isRead[index] = true
      }
    }
    for (const [index, day] of days.entries()) {
      if (isRead[index]) complete[index] = true
      else if (expectedFrom !== null && day >= expectedFrom) lacking[index] = true
    }
  }
  return days.map((_, index) => {
    if (complete[index] && !lacking[index]) return 'complete'
    return known[index] ? 'partial' : 'missing'
  })
}
