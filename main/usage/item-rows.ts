import { z } from 'zod'
import { provenanceSchema } from '../../shared/contract/usage.ts'
import { Problem } from '../../shared/problems.ts'
import { type ProviderId, providerIds } from '../../shared/providers.ts'
import { readRows } from '../store/row.ts'
import { Statements } from '../store/statements.ts'
import type { Db } from '../store/store.ts'
import type { Day } from './days.ts'

export const FIGURES = ['requests', 'input_tokens', 'output_tokens', 'cached_input_tokens', 'cost_nanos'] as const

/**
 * What figures are summed over. `provider`, `account`, `source`, `project`, `model` and `source-model` (a model
 * within a source) hold what the provider says. `key` holds the same brought down to keys, and `all-keys` and
 * `source-keys` are its totals.
 */
export type Dimension =
  | 'provider'
  | 'account'
  | 'source'
  | 'project'
  | 'model'
  | 'source-model'
  | 'key'
  | 'all-keys'
  | 'source-keys'

/** Something with figures per day: a roll-up, or a single series. `sourceKeyId` is 0 where it spans sources. */
const itemSchema = z.object({
  id: z.number().int(),
  provider: z.enum(providerIds),
  sourceKeyId: z.number().int(),
  value: z.string(),
  currency: z.string(),
  provenance: provenanceSchema,
})
export type Item = z.output<typeof itemSchema>

/**
 * Figures of one item on one day as they come from the database. Every sum is followed by how many figures went into
 * it: none is "not known", which is not zero. Cost is in nanos, as text, null if not known. A tuple, because a
 * dashboard reads ten thousand of them.
 */
export type ItemDay = readonly [
  itemId: number,
  day: Day,
  requests: number,
  requestsKnown: number,
  inputTokens: number,
  inputTokensKnown: number,
  outputTokens: number,
  outputTokensKnown: number,
  cachedInputTokens: number,
  cachedInputTokensKnown: number,
  cost: string | null,
  costKnown: number,
]

export type ItemKind = 'rollups' | 'series'

const COLUMNS = 12
const COST = 10

/** SQL that reads what {@link FigureRows} keeps, for the dashboard. */
export class ItemRows {
  readonly #sql: Statements

  constructor(db: Db) {
    this.#sql = new Statements(db)
  }

  items(
    dimension: Dimension,
    where: {
      readonly provider?: ProviderId | undefined
      readonly sources?: readonly number[] | undefined
      readonly value?: string
    } = {},
  ): Item[] {
    const { provider, sources, value } = where
    const conditions = ['dimension = @dimension']
    if (provider !== undefined) conditions.push('provider = @provider')
    if (value !== undefined) conditions.push('value = @value')
    if (sources !== undefined) conditions.push('source_key_id IN (SELECT value FROM json_each(@sources))')
    return readRows(
      itemSchema,
      this.#sql
        .prepare(
          `SELECT id, provider, source_key_id AS sourceKeyId, value, currency, provenance FROM usage_rollups
           WHERE ${conditions.join(' AND ')} ORDER BY id`,
        )
        .all({
          dimension,
          ...(provider === undefined ? {} : { provider }),
          ...(value === undefined ? {} : { value }),
          ...(sources === undefined ? {} : { sources: JSON.stringify(sources) }),
        }),
      'usage item',
    )
  }

  /** The series of keys of organisations, as the view by key counts them; `value` is what `groupBy` asks for. */
  keyItems(keys: readonly { sourceKeyId: number; remoteKeyId: string }[], value: 'key' | 'project' | 'model'): Item[] {
    const column = { key: 's.remote_key_id', project: 's.project', model: 's.model' }[value]
    const found = this.#sql.prepare(
      `SELECT s.id, o.provider, s.source_key_id AS sourceKeyId, ${column} AS value, s.currency, s.provenance
       FROM usage_series s JOIN usage_sources o USING (source_key_id)
       WHERE s.source_key_id = ? AND s.remote_key_id = ? ORDER BY s.id`,
    )
    return keys.flatMap(({ sourceKeyId, remoteKeyId }) =>
      readRows(itemSchema, found.all(sourceKeyId, remoteKeyId), 'usage item'),
    )
  }

  /** Figures per day of some items in a range of days (both inclusive), in no particular order. */
  perDay(kind: ItemKind, ids: readonly number[], from: Day, to: Day): ItemDay[] {
    const figure = (name: string) => {
      const known = kind === 'series' ? `f.${name} IS NOT NULL` : `f.${name}_known`
      if (name === 'cost_nanos') return `CASE WHEN ${known} THEN CAST(f.${name} AS TEXT) END, ${known}`
      return `${kind === 'series' ? `ifnull(f.${name}, 0)` : `f.${name}`}, ${known}`
    }
    return this.#sql
      .prepare(
        `SELECT j.value, f.day, ${FIGURES.map(figure).join(', ')}
         FROM json_each(?) j CROSS JOIN ${TABLES[kind]} AND f.day BETWEEN ? AND ?`,
      )
      .raw()
      .all(JSON.stringify(ids), from, to)
      .map(readItemDay)
  }

  /**
   * Sum of one figure per item over a range of days (both inclusive), for ranking. Items without a known figure
   * have 0. One subquery per item is several times faster than grouping.
   */
  sums(kind: ItemKind, figure: 'cost' | 'tokens', ids: readonly number[], from: Day, to: Day): Map<number, bigint> {
    const sum =
      figure === 'cost' ? 'sum(f.cost_nanos)' : 'ifnull(sum(f.input_tokens), 0) + ifnull(sum(f.output_tokens), 0)'
    const table = TABLES[kind].replace(' ON ', ' WHERE ')
    const rows = this.#sql
      .prepare(
        `SELECT j.value, CAST(ifnull((SELECT ${sum} FROM ${table} AND f.day BETWEEN ? AND ?), 0) AS TEXT) FROM json_each(?) j`,
      )
      .raw()
      .all(from, to, JSON.stringify(ids))
    return new Map(rows.map((row) => [integer(columns(row)[0]), BigInt(text(columns(row)[1]))]))
  }
}

const TABLES: Record<ItemKind, string> = {
  rollups: 'usage_rollup_days f ON f.rollup_id = j.value',
  series: 'usage_facts f ON f.series_id = j.value',
}

function readItemDay(row: unknown): ItemDay {
  if (isItemDay(row)) return row
  throw unexpected(row)
}

function isItemDay(row: unknown): row is ItemDay {
  return (
    Array.isArray(row) &&
    row.length === COLUMNS &&
    row.every(
      (cell, index) => typeof cell === 'number' || (index === COST && (cell === null || typeof cell === 'string')),
    )
  )
}

function columns(row: unknown): readonly unknown[] {
  if (Array.isArray(row)) return row
  throw unexpected(row)
}

function integer(value: unknown): number {
  if (typeof value === 'number') return value
  throw unexpected(value)
}

function text(value: unknown): string {
  if (typeof value === 'string') return value
  throw unexpected(value)
}

function unexpected(value: unknown): Problem {
  return new Problem('STORE_FAILED', 'The database holds usage figures that cannot be read.', {
    cause: `A column of the usage tables has the type ${typeof value}.`,
    remedies: ['Restore a backup of the workspace.'],
  })
}
