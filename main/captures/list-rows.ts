import { z } from 'zod'
import { readRow, readRows } from '../store/row.ts'
import { Statements } from '../store/statements.ts'
import type { Db } from '../store/store.ts'
import { SPAN_IDS, shardTable } from './index-file.ts'

const shownSchema = z.object({
  id: z.number().int(),
  endpointId: z.number().int(),
  at: z.number().int(),
  method: z.number().int(),
  path: z.string().nullable(),
  status: z.number().int().nullable(),
  verdict: z.number().int(),
  scheme: z.number().int().nullable(),
  type: z.number().int().nullable(),
  eventId: z.string().nullable(),
  contentType: z.number().int().nullable(),
  bytes: z.number().int(),
  duplicateOf: z.number().int().nullable(),
  fault: z.number().int().nullable(),
  refused: z.number().int().nullable(),
  flags: z.number().int(),
  pinned: z.number().int(),
})
export type ShownRow = z.output<typeof shownSchema>

const idRow = z.object({ id: z.number().int() })
const countRow = z.object({ count: z.number().int() })
const factRow = z.object({ value: z.string() })
const wordRow = z.object({ text: z.string() })
const tagRow = z.object({ tag: z.string() })
const shardRow = z.object({ shard: z.number().int() })
const spanRow = z.object({ first: z.number().int().nullable(), last: z.number().int().nullable() })
const totalsRow = z.object({
  endpointId: z.number().int(),
  count: z.number().int(),
  bytes: z.number().int(),
  pinnedCount: z.number().int(),
  pinnedBytes: z.number().int(),
  lastAt: z.number().int(),
})
export type TotalsRow = z.output<typeof totalsRow>

/** What a row has to be like besides the words of the full-text index. Null: whatever it is. */
export interface RowConditions {
  readonly from: number | null
  readonly to: number | null
  readonly minBytes: number | null
  readonly maxBytes: number | null
  readonly pinned: boolean | null
  readonly tag: string | null
}

/** Ids from `low` to `high`, both included, at most `limit`. */
export interface IdRange {
  readonly low: number
  readonly high: number
  readonly newestFirst: boolean
  readonly limit: number
}

const TOTALS = `SELECT endpoint AS endpointId, count, bytes, pinned_count AS pinnedCount,
  pinned_bytes AS pinnedBytes, last_at AS lastAt FROM totals`

type Values = Record<string, string | number>

/** The tables of the index as lists read them. */
export class ListRows {
  readonly #statements: Statements

  constructor(db: Db) {
    this.#statements = new Statements(db)
  }

  fact(name: 'through-id' | 'notes-through'): number {
    return Number(readRow(factRow, this.#get('SELECT value FROM facts WHERE name = ?', name), 'index').value)
  }

  /** Number of a word, or null when no request has it. */
  wordId(text: string): number | null {
    const row = this.#get('SELECT id FROM words WHERE text = ?', text)
    return row === undefined ? null : readRow(idRow, row, 'word').id
  }

  word(id: number): string {
    return readRow(wordRow, this.#get('SELECT text FROM words WHERE id = ?', id), 'word').text
  }

  /** Null: not in the index, or not yet. */
  shown(id: number): ShownRow | null {
    const row = this.#get(
      `SELECT id, endpoint AS endpointId, at, method, path, status, verdict, scheme, type, event_id AS eventId,
         content_type AS contentType, bytes, duplicate_of AS duplicateOf, fault, refused, flags, pinned
       FROM requests WHERE id = ?`,
      id,
    )
    return row === undefined ? null : readRow(shownSchema, row, 'captured request')
  }

  tagsOf(id: number): string[] {
    return readRows(tagRow, this.#all('SELECT tag FROM tags WHERE id = ? ORDER BY tag', id), 'tag').map(
      ({ tag }) => tag,
    )
  }

  tags(limit: number): string[] {
    return readRows(tagRow, this.#all('SELECT tag FROM tag_counts ORDER BY tag LIMIT ?', limit), 'tag').map(
      ({ tag }) => tag,
    )
  }

  /** Full-text tables between two ids, newest first. */
  shards(low: number, high: number): number[] {
    const sql = 'SELECT shard FROM shards WHERE shard >= ? AND shard <= ? ORDER BY shard DESC'
    return readRows(shardRow, this.#all(sql, low, high), 'index').map(({ shard }) => shard)
  }

  /** Ids between which everything of a time lies; null when there is nothing. Other times may lie there as well. */
  idsOfTime(from: number | null, to: number | null): { low: number; high: number } | null {
    const sql = 'SELECT min(span) AS first, max(span) AS last FROM spans WHERE max_at >= ? AND min_at <= ?'
    const row = this.#get(sql, from ?? 0, to ?? Number.MAX_SAFE_INTEGER)
    const { first, last } = readRow(spanRow, row, 'index')
    return first === null || last === null ? null : { low: first * SPAN_IDS, high: (last + 1) * SPAN_IDS - 1 }
  }

  totals(): TotalsRow[] {
    return readRows(totalsRow, this.#all(TOTALS), 'index')
  }

  /** Null for an endpoint that never captured anything. */
  totalsOf(endpointId: number): TotalsRow | null {
    const row = this.#get(`${TOTALS} WHERE endpoint = ?`, endpointId)
    return row === undefined ? null : readRow(totalsRow, row, 'index')
  }

  /** Ids of one full-text table whose words match, and whose rows fulfil the conditions. */
  matching(shard: number, match: string, conditions: RowConditions, range: IdRange): number[] {
    const { sql, values } = matchingSql(shard, match, conditions, range)
    return readRows(idRow, this.#statements.prepare(sql).all(values), 'captured request').map(({ id }) => id)
  }

  countMatching(shard: number, match: string, conditions: RowConditions, range: IdRange): number {
    const { sql, values } = matchingSql(shard, match, conditions, { ...range, newestFirst: false })
    const row = this.#statements.prepare(`SELECT count(*) AS count FROM (${sql})`).get(values)
    return readRow(countRow, row, 'captured request').count
  }

  /** Whether the words of one request match. */
  matches(shard: number, match: string, id: number): boolean {
    const table = shardTable(shard)
    return (
      this.#get(`SELECT rowid FROM ${table} WHERE ${table} MATCH ? AND rowid = CAST(? AS INTEGER)`, match, id) !==
      undefined
    )
  }

  ids(conditions: RowConditions, range: IdRange): number[] {
    const { sql, values } = rowsSql(conditions, range)
    return readRows(idRow, this.#statements.prepare(sql).all(values), 'captured request').map(({ id }) => id)
  }

  count(conditions: RowConditions, range: IdRange): number {
    const { sql, values } = rowsSql(conditions, range)
    const row = this.#statements.prepare(`SELECT count(*) AS count FROM (${sql})`).get(values)
    return readRow(countRow, row, 'captured request').count
  }

  /** The others with the same event id, and the first one, oldest first. */
  duplicates(firstId: number, limit: number): number[] {
    const sql = 'SELECT id FROM requests WHERE duplicate_of = ? ORDER BY id LIMIT ?'
    return readRows(idRow, this.#all(sql, firstId, limit), 'captured request').map(({ id }) => id)
  }

  /** The request from this port of this machine whose arrival is nearest to `at`, within `withinMs`. */
  fromPort(port: number, at: number, withinMs: number, low: number): number | null {
    const row = this.#get(
      'SELECT id FROM requests WHERE id >= ? AND port = ? AND at >= ? AND at <= ? ORDER BY abs(at - ?), id LIMIT 1',
      low,
      port,
      at - withinMs,
      at + withinMs,
      at,
    )
    return row === undefined ? null : readRow(idRow, row, 'captured request').id
  }

  /** Of one endpoint, pinned ones left out, oldest first, with their bytes. */
  oldestUnpinned(shard: number, match: string, limit: number): { id: number; keptSince: number; bytes: number }[] {
    const table = shardTable(shard)
    const sql = `SELECT r.id AS id, r.kept_since AS keptSince, r.bytes AS bytes FROM ${table} CROSS JOIN requests r ON r.id = ${table}.rowid
      WHERE ${table} MATCH ? AND r.pinned = 0 ORDER BY ${table}.rowid LIMIT ?`
    return readRows(oldestRow, this.#all(sql, match, limit), 'captured request')
  }

  #get(sql: string, ...values: unknown[]): unknown {
    return this.#statements.prepare(sql).get(...values)
  }

  #all(sql: string, ...values: unknown[]): unknown[] {
    return this.#statements.prepare(sql).all(...values)
  }
}

const oldestRow = z.object({ id: z.number().int(), keptSince: z.number().int(), bytes: z.number().int() })

function order({ newestFirst }: IdRange): string {
  return newestFirst ? 'DESC' : 'ASC'
}

/**
 * Numbers are bound as floating point, and the full-text index takes only integers for bounds of `rowid`: others it lets
 * pass, for an equal sign even unchecked. So they are cast.
 */
function matchingSql(shard: number, match: string, conditions: RowConditions, range: IdRange) {
  const table = shardTable(shard)
  const { clauses, values } = conditionsSql(conditions)
  const join = clauses.length === 0 ? '' : ` CROSS JOIN requests r ON r.id = ${table}.rowid`
  const where = [
    `${table} MATCH @match`,
    `${table}.rowid >= CAST(@low AS INTEGER)`,
    `${table}.rowid <= CAST(@high AS INTEGER)`,
    ...clauses,
  ].join(' AND ')
  return {
    sql: `SELECT ${table}.rowid AS id FROM ${table}${join} WHERE ${where} ORDER BY ${table}.rowid ${order(range)} LIMIT @limit`,
    values: { ...values, match, low: range.low, high: range.high, limit: range.limit },
  }
}

/** Driven by the tag or the pins where they are asked for: usually few. */
function rowsSql(conditions: RowConditions, range: IdRange) {
  const { clauses, values } = conditionsSql({ ...conditions, tag: null })
  const bounds = { low: range.low, high: range.high, limit: range.limit }
  if (conditions.tag !== null) {
    const where = ['t.tag = @tag', 't.id >= @low', 't.id <= @high', ...clauses].join(' AND ')
    const sql = `SELECT t.id AS id FROM tags t CROSS JOIN requests r ON r.id = t.id WHERE ${where} ORDER BY t.id ${order(range)} LIMIT @limit`
    return { sql, values: { ...values, ...bounds, tag: conditions.tag } }
  }
  const table = conditions.pinned === true ? 'requests r INDEXED BY requests_pinned' : 'requests r'
  const where = ['r.id >= @low', 'r.id <= @high', ...clauses].join(' AND ')
  return {
    sql: `SELECT r.id AS id FROM ${table} WHERE ${where} ORDER BY r.id ${order(range)} LIMIT @limit`,
    values: { ...values, ...bounds },
  }
}

function conditionsSql({ from, to, minBytes, maxBytes, pinned, tag }: RowConditions) {
  const clauses: string[] = []
  const values: Values = {}
  const add = (clause: string, name: string, value: string | number | null) => {
    if (value === null) return
    clauses.push(clause)
    values[name] = value
  }
  add('r.at >= @from', 'from', from)
  add('r.at <= @to', 'to', to)
  add('r.bytes >= @minBytes', 'minBytes', minBytes)
  add('r.bytes <= @maxBytes', 'maxBytes', maxBytes)
  add('EXISTS (SELECT 1 FROM tags WHERE tags.tag = @tag AND tags.id = r.id)', 'tag', tag)
  if (pinned !== null) clauses.push(`r.pinned = ${pinned ? 1 : 0}`)
  return { clauses, values }
}
