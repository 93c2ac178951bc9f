import { z } from 'zod'
import { readRow, readRows } from '../../store/row.ts'
import { Statements } from '../../store/statements.ts'
import type { Db } from '../../store/store.ts'
import { rowFlags, shardOf, shardTable, spanOf } from '../index-file.ts'

/** A captured request as the index keeps it. Numbers of words are those of `words`; times in epoch milliseconds. */
export interface IndexRow {
  readonly id: number
  readonly endpointId: number
  readonly at: number
  /** From when its age counts: its arrival, or for an imported one when the index first saw it. */
  readonly keptSince: number
  readonly method: number
  /** Null where it is read from the ledger, see `READ_AGAIN_BYTES`; the event id as well. */
  readonly path: string | null
  readonly status: number | null
  readonly verdict: number
  readonly scheme: number | null
  readonly type: number | null
  readonly eventId: string | null
  readonly contentType: number | null
  readonly bytes: number
  readonly duplicateOf: number | null
  readonly fault: number | null
  readonly refused: number | null
  readonly flags: number
  readonly pinned: boolean
  readonly port: number
}

const keptSchema = z.object({
  id: z.number().int(),
  endpointId: z.number().int(),
  method: z.number().int(),
  status: z.number().int().nullable(),
  verdict: z.number().int(),
  scheme: z.number().int().nullable(),
  type: z.number().int().nullable(),
  bytes: z.number().int(),
  duplicateOf: z.number().int().nullable(),
  flags: z.number().int(),
  pinned: z.number().int(),
})
export type KeptRow = z.output<typeof keptSchema>

const factSchema = z.object({ value: z.string() })
const idSchema = z.object({ id: z.number().int() })
const firstSchema = z.object({ firstId: z.number().int() })
const tagSchema = z.object({ tag: z.string() })
const shardSchema = z.object({ shard: z.number().int(), count: z.number().int(), merged: z.number().int() })

/** The tables of the index as its one writer sees them. */
export class IndexRows {
  readonly #db: Db
  readonly #statements: Statements
  readonly #shards = new Set<number>()

  constructor(db: Db) {
    this.#db = db
    this.#statements = new Statements(db)
    for (const { shard } of this.shards()) this.#shards.add(shard)
  }

  fact(name: 'identity' | 'through-id' | 'notes-through'): string {
    return readRow(factSchema, this.#get('SELECT value FROM facts WHERE name = ?', name), 'index').value
  }

  setFact(name: 'through-id' | 'notes-through', value: number): void {
    this.#run('UPDATE facts SET value = ? WHERE name = ?', String(value), name)
  }

  /** Number of a word; it gets one where it has none. */
  word(text: string): number {
    const row = this.#get('SELECT id FROM words WHERE text = ?', text)
    if (row !== undefined) return readRow(idSchema, row, 'word').id
    return Number(this.#run('INSERT INTO words (text) VALUES (?)', text).lastInsertRowid)
  }

  insert(row: IndexRow): void {
    this.#run(
      `INSERT INTO requests (id, endpoint, at, kept_since, method, path, status, verdict, scheme, type, event_id, content_type, bytes,
         duplicate_of, fault, refused, flags, pinned, port) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.id,
      row.endpointId,
      row.at,
      row.keptSince,
      row.method,
      row.path,
      row.status,
      row.verdict,
      row.scheme,
      row.type,
      row.eventId,
      row.contentType,
      row.bytes,
      row.duplicateOf,
      row.fault,
      row.refused,
      row.flags,
      row.pinned ? 1 : 0,
      row.port,
    )
  }

  kept(id: number): KeptRow | null {
    const row = this.#get(
      `SELECT id, endpoint AS endpointId, method, status, verdict, scheme, type, bytes,
         duplicate_of AS duplicateOf, flags, pinned FROM requests WHERE id = ?`,
      id,
    )
    return row === undefined ? null : readRow(keptSchema, row, 'captured request')
  }

  /** Ids that are there, from `fromId` to `throughId`, in order. */
  idsBetween(fromId: number, throughId: number, limit: number): number[] {
    const sql = 'SELECT id FROM requests WHERE id >= ? AND id <= ? ORDER BY id LIMIT ?'
    return readRows(idSchema, this.#all(sql, fromId, throughId, limit), 'captured request').map(({ id }) => id)
  }

  setVerdict(id: number, verdict: number, scheme: number | null, status: number | null): void {
    this.#run('UPDATE requests SET verdict = ?, scheme = ?, status = ? WHERE id = ?', verdict, scheme, status, id)
  }

  setMarks(row: KeptRow, pinned: boolean, hasNote: boolean, tags: readonly string[]): void {
    const flags = hasNote ? row.flags | rowFlags.note : row.flags & ~rowFlags.note
    if (pinned !== (row.pinned === 1)) this.addPinned(row.endpointId, pinned ? 1 : -1, pinned ? row.bytes : -row.bytes)
    this.#run('UPDATE requests SET pinned = ?, flags = ? WHERE id = ?', pinned ? 1 : 0, flags, row.id)
    this.setTags(row.id, tags)
  }

  setTags(id: number, tags: readonly string[]): void {
    const found = this.#all('SELECT tag FROM tags WHERE id = ?', id)
    const before = new Set(readRows(tagSchema, found, 'tag').map(({ tag }) => tag))
    const after = new Set(tags)
    for (const tag of before) {
      if (after.has(tag)) continue
      this.#run('DELETE FROM tags WHERE tag = ? AND id = ?', tag, id)
      this.#countTag(tag, -1)
    }
    for (const tag of after) {
      if (before.has(tag)) continue
      this.#run('INSERT INTO tags (tag, id) VALUES (?, ?)', tag, id)
      this.#countTag(tag, 1)
    }
  }

  #countTag(tag: string, difference: number): void {
    this.#run(
      'INSERT INTO tag_counts (tag, count) VALUES (?, ?) ON CONFLICT (tag) DO UPDATE SET count = count + excluded.count',
      tag,
      difference,
    )
    if (difference < 0) this.#run('DELETE FROM tag_counts WHERE tag = ? AND count <= 0', tag)
  }

  /** The first request with this hash of endpoint and event id, or null. */
  firstWithEvent(hash: Uint8Array): number | null {
    const row = this.#get('SELECT first_id AS firstId FROM event_ids WHERE hash = ?', hash)
    return row === undefined ? null : readRow(firstSchema, row, 'event id').firstId
  }

  setFirstWithEvent(hash: Uint8Array, id: number): void {
    this.#run('INSERT OR REPLACE INTO event_ids (hash, first_id) VALUES (?, ?)', hash, id)
  }

  /** Those of requests below `belowId` that are gone. */
  forgetEvents(belowId: number): void {
    const sql = 'DELETE FROM event_ids WHERE first_id < ? AND first_id NOT IN (SELECT id FROM requests WHERE id < ?)'
    this.#run(sql, belowId, belowId)
  }

  addSpan(id: number, at: number): void {
    this.#run(
      `INSERT INTO spans (span, min_at, max_at) VALUES (?, ?, ?)
       ON CONFLICT (span) DO UPDATE SET min_at = min(min_at, excluded.min_at), max_at = max(max_at, excluded.max_at)`,
      spanOf(id),
      at,
      at,
    )
  }

  addTotals(endpointId: number, count: number, bytes: number, lastAt: number): void {
    this.#run(
      `INSERT INTO totals (endpoint, count, bytes, pinned_count, pinned_bytes, last_at) VALUES (?, ?, ?, 0, 0, ?)
       ON CONFLICT (endpoint) DO UPDATE SET count = count + excluded.count, bytes = bytes + excluded.bytes,
         last_at = max(last_at, excluded.last_at)`,
      endpointId,
      count,
      bytes,
      lastAt,
    )
  }

  addPinned(endpointId: number, count: number, bytes: number): void {
    const sql = 'UPDATE totals SET pinned_count = pinned_count + ?, pinned_bytes = pinned_bytes + ? WHERE endpoint = ?'
    this.#run(sql, count, bytes, endpointId)
  }

  addDocument(id: number, text: string): void {
    const shard = shardOf(id)
    if (!this.#shards.has(shard)) this.#addShard(shard)
    this.#run(`INSERT INTO ${shardTable(shard)} (rowid, text) VALUES (?, ?)`, id, text)
  }

  removeDocument(id: number): void {
    this.#run(`DELETE FROM ${shardTable(shardOf(id))} WHERE rowid = CAST(? AS INTEGER)`, id)
  }

  #addShard(shard: number): void {
    this.#db.exec(
      `CREATE VIRTUAL TABLE ${shardTable(shard)} USING fts5 (text, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii')`,
    )
    this.#run('INSERT INTO shards (shard, count, merged) VALUES (?, 0, 0)', shard)
    this.#shards.add(shard)
  }

  countInShard(shard: number, difference: number): void {
    this.#run(
      'UPDATE shards SET count = count + ?, merged = CASE WHEN ? < 0 THEN 0 ELSE merged END WHERE shard = ?',
      difference,
      difference,
      shard,
    )
  }

  shards(): z.output<typeof shardSchema>[] {
    return readRows(shardSchema, this.#all('SELECT shard, count, merged FROM shards ORDER BY shard'), 'index')
  }

  dropShard(shard: number): void {
    this.#run('DELETE FROM shards WHERE shard = ?', shard)
    this.#db.exec(`DROP TABLE ${shardTable(shard)}`)
    this.#shards.delete(shard)
  }

  /** One piece of making a full-text table smaller and quicker to read. False when there was nothing left to do. */
  mergeShard(shard: number, pages: number): boolean {
    const table = shardTable(shard)
    const before = this.#changes()
    this.#run(`INSERT INTO ${table} (${table}, rank) VALUES ('merge', ?)`, -pages)
    // Fewer than two changes: nothing was merged (https://www.sqlite.org/fts5.html#the_merge_command).
    return this.#changes() - before >= 2
  }

  #changes(): number {
    return readRow(idSchema, this.#get('SELECT total_changes() AS id'), 'index').id
  }

  setMerged(shard: number): void {
    this.#run('UPDATE shards SET merged = 1 WHERE shard = ?', shard)
  }

  /** The row and everything that stands for it, except totals and the count of its shard. */
  remove(id: number): void {
    this.#run('DELETE FROM requests WHERE id = ?', id)
    this.setTags(id, [])
    this.#run('DELETE FROM type_changes WHERE request = ?', id)
    this.removeDocument(id)
  }

  #get(sql: string, ...values: unknown[]): unknown {
    return this.#statements.prepare(sql).get(...values)
  }

  #all(sql: string, ...values: unknown[]): unknown[] {
    return this.#statements.prepare(sql).all(...values)
  }

  #run(sql: string, ...values: unknown[]) {
    return this.#statements.prepare(sql).run(...values)
  }
}
