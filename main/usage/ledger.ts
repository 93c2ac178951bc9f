import type { ProblemData } from '../../shared/problems.ts'
import { mergeFacts } from '../providers/facts.ts'
import { ProviderError, type UsageFact } from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import { costsByKey } from './apportion.ts'
import { type CoveredSpan, cover, type DaySpan } from './coverage.ts'
import { type Day, dayAt, startOf } from './days.ts'
import { BY_KEY_REPORT, FigureRows, type FigureSource } from './figure-rows.ts'
import type { SourceRow, UsageRows } from './rows.ts'

/**
 * Writes figures, and keeps what is derived from them in step: roll-ups, costs by key, coverage. Every method is
 * one transaction, or part of the caller's.
 */
export class Ledger {
  readonly #store: Store
  readonly #rows: UsageRows
  readonly #figures: FigureRows
  constructor(store: Store, rows: UsageRows) {
    this.#store = store
    this.#rows = rows
    this.#figures = new FigureRows(store.db)
  }

  /**
   * Stores what one page of a report says. A day takes the place of everything this report said about it before,
   * unless it is in `replacedBefore` (an earlier page of the same sync began it); a day without any fact changes
   * nothing, because an empty bucket means "not known yet". What the report said on days that `outdated` holds is gone
   * in any case. Returns the days that were replaced now.
   * What has to be brought down to keys is noted for {@link splitCosts}.
   */
  store(
    source: FigureSource,
    report: string,
    facts: readonly UsageFact[],
    replacedBefore: ReadonlySet<Day>,
    outdated: DaySpan | null = null,
  ): { readonly rows: number; readonly replaced: readonly Day[] } {
    const merged = mergeFacts(facts)
    const days = [...new Set(merged.map(({ day }) => dayAt(day)))]
    const replaced = days.filter((day) => !replacedBefore.has(day))
    for (const { day } of merged) {
      if (startOf(dayAt(day)) !== day) throw new ProviderError('unknown', notADay)
    }
    return this.#store.transaction(() => {
      const gone = outdated === null ? [] : this.#figures.daysOf(source.sourceKeyId, report, outdated)
      const rows = this.#figures.write(source, report, merged, [...new Set([...replaced, ...gone])])
      if (source.covers === 'organisation') this.#rows.markUnsplit(source.sourceKeyId, [...days, ...gone])
      return { rows, replaced }
    })
  }

  /**
   * Brings costs down to keys for the days that changed since the last time, at once, of one source or of all. Not done
   * with every page: the pages of several reports change the same days. A sync does it when it ends, in slices
   * ({@link splitSome}); this is for what is left when the view by key is read.
   */
  splitCosts(only?: number): void {
    for (const [sourceKeyId, days] of this.#rows.unsplit(only)) this.#split(sourceKeyId, days)
  }

  /** The same for at most so many days of one source. Returns how many it were: 0 when nothing is left. */
  splitSome(sourceKeyId: number, maxDays: number): number {
    const days = (this.#rows.unsplit(sourceKeyId).get(sourceKeyId) ?? []).slice(0, maxDays)
    if (days.length > 0) this.#split(sourceKeyId, days)
    return days.length
  }

  /** Notes that a sync has read all reports of these days (`from` inclusive, `to` exclusive). */
  cover(sourceKeyId: number, read: Parameters<typeof cover>[1]): void {
    const before: readonly CoveredSpan[] = this.#rows.coverage([sourceKeyId]).get(sourceKeyId) ?? []
    this.#store.transaction(() => this.#rows.setCoverage(sourceKeyId, cover(before, read)))
  }

  hasFigures(sourceKeyId: number): boolean {
    return this.#figures.hasFigures(sourceKeyId)
  }

  /** The account or the reach of a source changed: its figures belong into other roll-ups now. */
  move(before: SourceRow, after: FigureSource): void {
    this.#store.transaction(() => {
      this.#figures.detach(before.sourceKeyId)
      this.#rows.putSource(after)
      this.#figures.attach(after)
    })
  }

  /** Gives the figures of one source to another that reads the same organisation; what that one had is dropped. */
  takeOver(from: number, to: FigureSource): void {
    this.#store.transaction(() => {
      this.splitCosts(from)
      this.#figures.deleteFigures(to.sourceKeyId)
      this.#figures.detach(from)
      this.#figures.reassign(from, to.sourceKeyId)
      this.#figures.attach(to)
      this.#rows.setCoverage(to.sourceKeyId, this.#rows.coverage([from]).get(from) ?? [])
      this.#rows.setCoverage(from, [])
      this.#rows.deletePositions(from)
    })
  }

  /** Drops the figures of a source, and with them what it covers and where its sync stands. */
  clear(sourceKeyId: number): void {
    this.#store.transaction(() => {
      this.#figures.deleteFigures(sourceKeyId)
      this.#rows.setCoverage(sourceKeyId, [])
      this.#rows.deletePositions(sourceKeyId)
    })
  }

  /** Forgets a source whose key is gone. */
  forget(sourceKeyId: number): void {
    this.#store.transaction(() => {
      this.#figures.deleteFigures(sourceKeyId)
      this.#rows.deleteSource(sourceKeyId)
    })
  }

  #split(sourceKeyId: number, days: readonly Day[]): void {
    this.#store.transaction(() => {
      const source = this.#rows.source(sourceKeyId)
      if (source) this.#bringDown(source, days)
      this.#rows.clearUnsplit(sourceKeyId, days)
    })
  }

  #bringDown(source: FigureSource, days: readonly Day[]): void {
    if (!this.#figures.hasCostsWithoutKey(source.sourceKeyId)) return
    const byDay = this.#figures.factsOf(source.sourceKeyId, days)
    const derived = [...byDay].flatMap(([day, facts]) =>
      costsByKey(facts).map(
        (part): UsageFact => ({
          ...part,
          day: startOf(day),
          lineItem: null,
          currency: part.costNanos === null ? null : part.currency,
        }),
      ),
    )
    this.#figures.write(source, BY_KEY_REPORT, mergeFacts(derived), days)
  }
}

const notADay: ProblemData = {
  code: 'PROVIDER_FAILED',
  message: 'The provider reported a day that does not begin at 00:00 UTC.',
  cause: 'Figures would end up on a wrong day, so none of the page was stored.',
  remedies: ['Sync again later. If it stays like this, look for an update of Keyhold.'],
}
