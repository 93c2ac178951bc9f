import { z } from 'zod'
import { type Provenance, provenanceSchema } from '../../shared/contract/usage.ts'
import { Problem } from '../../shared/problems.ts'
import type { ProviderId } from '../../shared/providers.ts'
import type { UsageFact } from '../providers/provider.ts'
import { readRow, readRows } from '../store/row.ts'
import { Statements } from '../store/statements.ts'
import type { Db } from '../store/store.ts'
import type { DayFact } from './apportion.ts'
import type { DaySpan } from './coverage.ts'
import { type Day, dayAt } from './days.ts'
import { type Dimension, FIGURES } from './item-rows.ts'

/** Stored like a report of the provider, but made here: the costs of an organisation brought down to its keys. */
export const BY_KEY_REPORT = 'by-key'

/** A billion main units: beyond that on one day an amount is a misread unit, not money. */
const MAX_NANOS = 10n ** 18n

const seriesSchema = z.object({ id: z.number().int() })
const dayFactSchema = z.object({
  day: z.number().int(),
  report: z.string(),
  remoteKeyId: z.string(),
  project: z.string(),
  model: z.string(),
  lineItem: z.string(),
  currency: z.string(),
  provenance: provenanceSchema,
  requests: z.number().nullable(),
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  cachedInputTokens: z.number().nullable(),
  costNanos: z
    .string()
    .regex(/^-?\d+$/)
    .nullable()
    .transform((text) => (text === null ? null : BigInt(text))),
})

export interface FigureSource {
  readonly sourceKeyId: number
  readonly provider: ProviderId
  readonly accountId: number
  readonly covers: 'organisation' | 'key'
}

/** SQL of facts and roll-ups. Every method that writes belongs into the caller's transaction. */
export class FigureRows {
  readonly #sql: Statements

  constructor(db: Db) {
    this.#sql = new Statements(db)
  }

  /**
   * Stores facts of one report. On the days `replaced` everything the report said before is gone; on other days a
   * fact takes the place of the one with the same dimensions. Roll-ups follow. Returns how many rows were written.
   */
  write(source: FigureSource, report: string, facts: readonly UsageFact[], replaced: readonly Day[]): number {
    const days = [...new Set([...replaced, ...facts.map(({ day }) => dayAt(day))])]
    const scope = { source: source.sourceKeyId, report, days: JSON.stringify(days) }
    // Most pages of a first sync meet nothing: then there is nothing to take out of the roll-ups either.
    const isKnown = this.#hasAny(scope)
    if (isKnown) {
      this.#rollUp(-1, scope)
      this.#sql
        .prepare(
          `DELETE FROM usage_facts WHERE day IN (SELECT value FROM json_each(@days))
           AND series_id IN (SELECT id FROM usage_series WHERE source_key_id = @source AND report = @report)`,
        )
        .run({ ...scope, days: JSON.stringify(replaced) })
    }
    const insert = this.#sql.prepare(
      `INSERT INTO usage_facts (series_id, day, ${FIGURES.join(', ')}) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (series_id, day) DO UPDATE SET ${FIGURES.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    )
    const known = new Map<string, number>()
    for (const fact of facts) {
      const { requests, inputTokens, outputTokens, cachedInputTokens } = fact
      const costNanos = checkedCost(fact.costNanos)
      const series = this.#seriesOf(source, report, fact, known)
      insert.run(series, dayAt(fact.day), requests, inputTokens, outputTokens, cachedInputTokens, costNanos)
    }
    this.#rollUp(1, scope)
    if (isKnown) this.#dropEmpty(scope)
    return facts.length
  }

  /** Everything stored for a source on some days, without what was made here. */
  factsOf(sourceKeyId: number, days: readonly Day[]): Map<Day, DayFact[]> {
    const found = this.#sql
      .prepare(
        `SELECT f.day, s.report, s.remote_key_id AS remoteKeyId, s.project, s.model, s.line_item AS lineItem, s.currency,
           s.provenance, f.requests, f.input_tokens AS inputTokens,
           f.output_tokens AS outputTokens, f.cached_input_tokens AS cachedInputTokens,
           CAST(f.cost_nanos AS TEXT) AS costNanos
         FROM usage_series s CROSS JOIN usage_facts f ON f.series_id = s.id
         WHERE s.source_key_id = @source AND s.report <> @made AND f.day IN (SELECT value FROM json_each(@days))
         ORDER BY f.day, s.id`,
      )
      .all({ source: sourceKeyId, made: BY_KEY_REPORT, days: JSON.stringify(days) })
    const byDay = new Map<Day, DayFact[]>()
    for (const { day, ...fact } of readRows(dayFactSchema, found, 'usage figure')) {
      const facts = byDay.get(day)
      if (facts) facts.push(fact)
      else byDay.set(day, [fact])
    }
    return byDay
  }

  /** Days on which a report has said something. */
  daysOf(sourceKeyId: number, report: string, { from, to }: DaySpan): Day[] {
    const found = this.#sql
      .prepare(
        `SELECT DISTINCT f.day FROM usage_series s CROSS JOIN usage_facts f ON f.series_id = s.id
         WHERE s.source_key_id = ? AND s.report = ? AND f.day >= ? AND f.day < ? ORDER BY f.day`,
      )
      .all(sourceKeyId, report, from, to)
    return readRows(dayFactSchema.pick({ day: true }), found, 'day of a usage report').map(({ day }) => day)
  }

  /** Whether costs were billed to an organisation without naming a key, which then have to be brought down to keys. */
  hasCostsWithoutKey(sourceKeyId: number): boolean {
    return this.#exists(
      "SELECT 1 FROM usage_series WHERE source_key_id = ? AND provenance = 'billed' AND remote_key_id = '' AND report <> ?",
      sourceKeyId,
      BY_KEY_REPORT,
    )
  }

  hasFigures(sourceKeyId: number): boolean {
    return this.#exists(
      'SELECT 1 FROM usage_series s JOIN usage_facts f ON f.series_id = s.id WHERE s.source_key_id = ?',
      sourceKeyId,
    )
  }

  /** Takes a source's figures out of all roll-ups. They are lost unless {@link attach} puts them back. */
  detach(sourceKeyId: number): void {
    const scope = { source: sourceKeyId, report: null, days: null }
    this.#rollUp(-1, scope)
    this.#dropEmpty(scope)
    this.#sql
      .prepare('DELETE FROM usage_members WHERE series_id IN (SELECT id FROM usage_series WHERE source_key_id = ?)')
      .run(sourceKeyId)
    this.#sql.prepare('DELETE FROM usage_rollups WHERE source_key_id = ?').run(sourceKeyId)
  }

  /** Puts detached figures into the roll-ups where they belong now. */
  attach(source: FigureSource): void {
    const series = this.#sql
      .prepare(
        `SELECT id, report, remote_key_id AS remoteKeyId, project, model, currency, provenance
         FROM usage_series WHERE source_key_id = ?`,
      )
      .all(source.sourceKeyId)
    const schema = dayFactSchema.pick({
      report: true,
      remoteKeyId: true,
      project: true,
      model: true,
      currency: true,
      provenance: true,
    })
    for (const { id, ...rest } of readRows(schema.extend(seriesSchema.shape), series, 'usage series')) {
      this.#join(source, id, rest)
    }
    this.#rollUp(1, { source: source.sourceKeyId, report: null, days: null })
  }

  /** Gives all figures of one source to another, which must have none. Both must be detached. */
  reassign(from: number, to: number): void {
    this.#sql.prepare('UPDATE usage_series SET source_key_id = ? WHERE source_key_id = ?').run(to, from)
  }

  deleteFigures(sourceKeyId: number): void {
    this.detach(sourceKeyId)
    this.#sql.prepare('DELETE FROM usage_series WHERE source_key_id = ?').run(sourceKeyId)
  }

  #seriesOf(source: FigureSource, report: string, fact: UsageFact, known: Map<string, number>): number {
    const { provenance } = fact
    const dimensions = {
      remoteKeyId: fact.remoteKeyId ?? '',
      project: fact.project ?? '',
      model: fact.model ?? '',
      lineItem: fact.lineItem ?? '',
      currency: fact.costNanos === null ? '' : (fact.currency ?? ''),
    }
    const identity = JSON.stringify([dimensions, provenance])
    const cached = known.get(identity)
    if (cached !== undefined) return cached
    const values = { ...dimensions, source: source.sourceKeyId, report, provenance }
    const found = this.#sql
      .prepare(
        `SELECT id FROM usage_series WHERE source_key_id = @source AND report = @report
         AND remote_key_id = @remoteKeyId AND project = @project AND model = @model AND line_item = @lineItem
         AND currency = @currency AND provenance = @provenance`,
      )
      .get(values)
    const id = found === undefined ? this.#insertSeries(values) : readRow(seriesSchema, found, 'usage series').id
    if (found === undefined) this.#join(source, id, { ...dimensions, report, provenance })
    known.set(identity, id)
    return id
  }

  #insertSeries(values: Record<string, string | number>): number {
    const { lastInsertRowid } = this.#sql
      .prepare(
        `INSERT INTO usage_series (source_key_id, report, remote_key_id, project, model, line_item, currency, provenance)
         VALUES (@source, @report, @remoteKeyId, @project, @model, @lineItem, @currency, @provenance)`,
      )
      .run(values)
    return Number(lastInsertRowid)
  }

  /** Makes a series part of the roll-ups it adds up to. */
  #join(
    source: FigureSource,
    seriesId: number,
    series: {
      report: string
      remoteKeyId: string
      project: string
      model: string
      currency: string
      provenance: Provenance
    },
  ): void {
    const { sourceKeyId } = source
    const official: [Dimension, number, string][] = [
      ['provider', 0, ''],
      ['account', 0, String(source.accountId)],
      ['source', sourceKeyId, ''],
      ['project', sourceKeyId, series.project],
      ['model', 0, series.model],
      ['source-model', sourceKeyId, series.model],
    ]
    const byKey: [Dimension, number, string][] = [
      ['key', sourceKeyId, source.covers === 'key' ? '' : series.remoteKeyId],
      ['all-keys', 0, ''],
      ['source-keys', sourceKeyId, ''],
    ]
    const isMade = series.report === BY_KEY_REPORT
    const isBroughtDown =
      source.covers === 'organisation' && series.provenance === 'billed' && series.remoteKeyId === ''
    const { provider } = source
    const { currency, provenance } = series
    for (const [dimension, sourceId, value] of [
      ...(isMade ? [] : official),
      ...(!isMade && isBroughtDown ? [] : byKey),
    ]) {
      const identity = { dimension, provider, sourceId, value, currency, provenance }
      this.#sql
        .prepare(
          `INSERT INTO usage_rollups (dimension, provider, source_key_id, value, currency, provenance)
           VALUES (@dimension, @provider, @sourceId, @value, @currency, @provenance) ON CONFLICT DO NOTHING`,
        )
        .run(identity)
      this.#sql
        .prepare(
          `INSERT INTO usage_members (series_id, rollup_id) SELECT @seriesId, id FROM usage_rollups
           WHERE dimension = @dimension AND provider = @provider AND source_key_id = @sourceId AND value = @value
           AND currency = @currency AND provenance = @provenance`,
        )
        .run({ ...identity, seriesId })
    }
  }

  /** Adds (1) or takes away (-1) the stored facts of a source, or of one report on some days, in every roll-up. */
  #rollUp(sign: 1 | -1, scope: Scope): void {
    const sums = FIGURES.map((name) => `${sign} * ifnull(sum(f.${name}), 0), ${sign} * count(f.${name})`)
    const names = FIGURES.flatMap((name) => [name, `${name}_known`])
    this.#sql
      .prepare(
        `INSERT INTO usage_rollup_days (rollup_id, day, ${names.join(', ')})
         SELECT m.rollup_id, f.day, ${sums.join(', ')}
         FROM usage_series s CROSS JOIN usage_facts f ON f.series_id = s.id CROSS JOIN usage_members m ON m.series_id = s.id
         WHERE ${scopeOf(scope, 'f')} GROUP BY m.rollup_id, f.day
         ON CONFLICT (rollup_id, day) DO UPDATE SET ${names.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')}`,
      )
      .run(bind(scope))
  }

  #hasAny(scope: Scope): boolean {
    const found = this.#sql
      .prepare(
        `SELECT 1 FROM usage_series s CROSS JOIN usage_facts f ON f.series_id = s.id WHERE ${scopeOf(scope, 'f')} LIMIT 1`,
      )
      .get(bind(scope))
    return found !== undefined
  }

  #dropEmpty(scope: Scope): void {
    this.#sql
      .prepare(
        `DELETE FROM usage_rollup_days WHERE ${FIGURES.map((name) => `${name}_known = 0`).join(' AND ')}
         AND rollup_id IN (SELECT m.rollup_id FROM usage_series s JOIN usage_members m ON m.series_id = s.id
           WHERE ${scopeOf({ ...scope, days: null }, 'f')})
         ${scope.days === null ? '' : 'AND day IN (SELECT value FROM json_each(@days))'}`,
      )
      .run(bind(scope))
  }

  #exists(sql: string, ...values: (string | number)[]): boolean {
    return this.#sql.prepare(`${sql} LIMIT 1`).get(...values) !== undefined
  }
}

interface Scope {
  readonly source: number
  readonly report: string | null
  /** JSON array, or null for all days. */
  readonly days: string | null
}

function scopeOf({ report, days }: Scope, facts: string): string {
  return [
    's.source_key_id = @source',
    ...(report === null ? [] : ['s.report = @report']),
    ...(days === null ? [] : [`${facts}.day IN (SELECT value FROM json_each(@days))`]),
  ].join(' AND ')
}

function bind({ source, report, days }: Scope): Record<string, string | number> {
  return { source, ...(report === null ? {} : { report }), ...(days === null ? {} : { days }) }
}

function checkedCost(nanos: bigint | null): bigint | null {
  if (nanos === null || (nanos <= MAX_NANOS && nanos >= -MAX_NANOS)) return nanos
  throw new Problem('PROVIDER_FAILED', 'The provider reported an amount of money that cannot be right.', {
    cause: 'One figure of one day is more than a billion. It was not stored.',
    remedies: ['Sync again later. If it stays like this, look for an update of Keyhold.'],
  })
}
