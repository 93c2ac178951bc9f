import { z } from 'zod'
import { blobSchema } from '../store/blob.ts'
import { jsonColumn, readRow, readRows } from '../store/row.ts'
import { Statements } from '../store/statements.ts'
import type { Db } from '../store/store.ts'
import { headColumn, verdictColumn } from './ledger-head.ts'
import type { LedgerNote } from './ledger-types.ts'

export const LEDGER_SCHEMA = 1

/**
 * One table without indexes for the requests, so that storing one writes one place. What is noted later stands beside
 * it, so that a stored request is never written again. Ids of the small tables are those of the requests.
 */
const schema = `
CREATE TABLE requests (
  id INTEGER PRIMARY KEY,
  endpoint_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  head TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE TABLE words (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE TABLE marks (id INTEGER PRIMARY KEY, pinned INTEGER NOT NULL, note TEXT NOT NULL, tags TEXT NOT NULL) STRICT;
CREATE TABLE late_verdicts (id INTEGER PRIMARY KEY, verdict TEXT NOT NULL) STRICT;
CREATE TABLE outcomes (id INTEGER PRIMARY KEY, answered_ms REAL) STRICT;
CREATE TABLE bundle_keys (id INTEGER PRIMARY KEY, bundle_key TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE doomed_endpoints (endpoint_id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE notes (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, from_id INTEGER NOT NULL, to_id INTEGER NOT NULL) STRICT;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`

const requestSchema = z.object({
  id: z.number().int(),
  endpointId: z.number().int(),
  at: z.number(),
  head: headColumn,
  body: blobSchema,
  lateVerdict: verdictColumn.nullable(),
  /** 1 where an outcome was written down. */
  settled: z.number().nullable(),
  answeredMs: z.number().nullable(),
})
export type RequestRow = z.output<typeof requestSchema>

const marksSchema = z.object({
  id: z.number().int(),
  pinned: z.number().transform((value) => value === 1),
  note: z.string(),
  tags: jsonColumn(z.array(z.string())),
})
export type MarksRow = z.output<typeof marksSchema>

const noteSchema = z.object({
  seq: z.number().int(),
  kind: z.enum(['mark', 'verdict', 'outcome', 'delete']),
  fromId: z.number().int(),
  toId: z.number().int(),
})
const wordSchema = z.object({ id: z.number().int(), text: z.string() })
const idSchema = z.object({ id: z.number().int() })
const endpointSchema = z.object({ endpointId: z.number().int() })
const numberSchema = z.object({ value: z.number().int().nullable() })
const factSchema = z.object({ value: z.string() })
const keySchema = z.object({ key: z.string() })
const spanSchema = z.object({ oldest: z.number().int().nullable(), newest: z.number().int().nullable() })

const REQUEST = `SELECT r.id, r.endpoint_id AS endpointId, r.at, r.head, r.body, v.verdict AS lateVerdict,
    CASE WHEN o.id IS NULL THEN NULL ELSE 1 END AS settled, o.answered_ms AS answeredMs
  FROM requests r LEFT JOIN late_verdicts v ON v.id = r.id LEFT JOIN outcomes o ON o.id = r.id`

/** The tables of the ledger. */
export class LedgerRows {
  readonly #statements: Statements
  readonly #insert: ReturnType<Statements['prepare']>
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
    this.#statements = new Statements(db)
    this.#insert = this.#statements.prepare(
      'INSERT INTO requests (id, endpoint_id, at, head, body) VALUES (?, ?, ?, ?, ?)',
    )
  }

  /** In an empty file. */
  static create(db: Db, identity: string, newestId: number): void {
    db.exec(schema)
    const fact = db.prepare('INSERT INTO facts (name, value) VALUES (?, ?)')
    fact.run('identity', identity)
    fact.run('newest-id', String(newestId))
  }

  insert(id: number, endpointId: number, at: number, head: string, body: Uint8Array): void {
    this.#insert.run(id, endpointId, at, head, body)
  }

  request(id: number): RequestRow | null {
    const row = this.#get(`${REQUEST} WHERE r.id = ?`, id)
    return row === undefined ? null : readRow(requestSchema, row, 'captured request')
  }

  writeAndTakeBack(bytes: Uint8Array): void {
    const id = (this.newestStoredId() ?? 0) + 1
    this.insert(id, 0, 0, '[]', bytes)
    this.#run('DELETE FROM requests WHERE id = ?', id)
  }

  requestsAfter(afterId: number, limit: number): RequestRow[] {
    return readRows(
      requestSchema,
      this.#all(`${REQUEST} WHERE r.id > ? ORDER BY r.id LIMIT ?`, afterId, limit),
      'captured request',
    )
  }

  requestsOfEndpoint(endpointId: number, afterId: number, throughId: number, limit: number): RequestRow[] {
    const sql = `${REQUEST} WHERE r.id > ? AND r.id <= ? AND r.endpoint_id = ? ORDER BY r.id LIMIT ?`
    return readRows(requestSchema, this.#all(sql, afterId, throughId, endpointId, limit), 'captured request')
  }

  idsAfter(afterId: number, limit: number): number[] {
    return ids(this.#all('SELECT id FROM requests WHERE id > ? ORDER BY id LIMIT ?', afterId, limit))
  }

  /** Looks at the ids above `afterId` up to `throughId`. */
  idsOfEndpoint(endpointId: number, afterId: number, throughId: number): number[] {
    const sql = 'SELECT id FROM requests WHERE id > ? AND id <= ? AND endpoint_id = ? ORDER BY id'
    return ids(this.#all(sql, afterId, throughId, endpointId))
  }

  exists(id: number): boolean {
    return this.#get('SELECT id FROM requests WHERE id = ?', id) !== undefined
  }

  /** The request and everything noted about it. */
  delete(id: number): void {
    this.#run('DELETE FROM requests WHERE id = ?', id)
    for (const table of ['marks', 'late_verdicts', 'outcomes', 'bundle_keys']) {
      this.#run(`DELETE FROM ${table} WHERE id = ?`, id)
    }
  }

  oldestId(): number | null {
    return readRow(numberSchema, this.#get('SELECT min(id) AS value FROM requests'), 'ledger').value
  }

  /** Of those that are there. */
  newestStoredId(): number | null {
    return readRow(numberSchema, this.#get('SELECT max(id) AS value FROM requests'), 'ledger').value
  }

  fact(name: 'identity' | 'newest-id'): string {
    return readRow(factSchema, this.#get('SELECT value FROM facts WHERE name = ?', name), 'ledger').value
  }

  setFact(name: 'newest-id', value: string): void {
    this.#run('UPDATE facts SET value = ? WHERE name = ?', value, name)
  }

  words(): { id: number; text: string }[] {
    return readRows(wordSchema, this.#all('SELECT id, text FROM words ORDER BY id'), 'word')
  }

  word(id: number): string {
    return readRow(wordSchema, this.#get('SELECT id, text FROM words WHERE id = ?', id), 'word').text
  }

  insertWord(id: number, text: string): void {
    this.#run('INSERT INTO words (id, text) VALUES (?, ?)', id, text)
  }

  marks(id: number): MarksRow | null {
    const row = this.#get('SELECT id, pinned, note, tags FROM marks WHERE id = ?', id)
    return row === undefined ? null : readRow(marksSchema, row, 'captured request')
  }

  setMarks({ id, pinned, note, tags }: MarksRow): void {
    if (!pinned && note === '' && tags.length === 0) this.#run('DELETE FROM marks WHERE id = ?', id)
    else {
      const sql = 'INSERT OR REPLACE INTO marks (id, pinned, note, tags) VALUES (?, ?, ?, ?)'
      this.#run(sql, id, pinned ? 1 : 0, note, JSON.stringify(tags))
    }
  }

  setLateVerdict(id: number, verdict: string): void {
    this.#run('INSERT OR REPLACE INTO late_verdicts (id, verdict) VALUES (?, ?)', id, verdict)
  }

  setOutcome(id: number, answeredMs: number | null): void {
    this.#run('INSERT OR REPLACE INTO outcomes (id, answered_ms) VALUES (?, ?)', id, answeredMs)
  }

  /** Those of the given keys that are known. */
  bundleKeys(keys: readonly string[]): string[] {
    const sql = 'SELECT bundle_key AS key FROM bundle_keys WHERE bundle_key IN (SELECT value FROM json_each(?))'
    return readRows(keySchema, this.#all(sql, JSON.stringify(keys)), 'bundle key').map(({ key }) => key)
  }

  insertBundleKey(id: number, key: string): void {
    this.#run('INSERT INTO bundle_keys (id, bundle_key) VALUES (?, ?)', id, key)
  }

  doom(endpointId: number): void {
    this.#run('INSERT OR IGNORE INTO doomed_endpoints (endpoint_id) VALUES (?)', endpointId)
  }

  pardon(endpointId: number): void {
    this.#run('DELETE FROM doomed_endpoints WHERE endpoint_id = ?', endpointId)
  }

  doomed(): number[] {
    const rows = this.#all('SELECT endpoint_id AS endpointId FROM doomed_endpoints ORDER BY endpoint_id')
    return readRows(endpointSchema, rows, 'ledger').map(({ endpointId }) => endpointId)
  }

  insertNote({ seq, kind, fromId, toId }: LedgerNote): void {
    this.#run('INSERT INTO notes (seq, kind, from_id, to_id) VALUES (?, ?, ?, ?)', seq, kind, fromId, toId)
  }

  dropNotes(throughSeq: number): void {
    this.#run('DELETE FROM notes WHERE seq <= ?', throughSeq)
  }

  notesAfter(afterSeq: number, limit: number): LedgerNote[] {
    const sql = 'SELECT seq, kind, from_id AS fromId, to_id AS toId FROM notes WHERE seq > ? ORDER BY seq LIMIT ?'
    return readRows(noteSchema, this.#all(sql, afterSeq, limit), 'note of the ledger')
  }

  notesSpan(): { oldest: number; newest: number } {
    const row = this.#get('SELECT (SELECT min(seq) FROM notes) AS oldest, (SELECT max(seq) FROM notes) AS newest')
    const { oldest, newest } = readRow(spanSchema, row, 'ledger')
    return { oldest: oldest ?? 1, newest: newest ?? 0 }
  }

  /** All of it or nothing. */
  transaction<T>(work: () => T): T {
    this.#statements.prepare('BEGIN IMMEDIATE').run()
    try {
      const result = work()
      this.#statements.prepare('COMMIT').run()
      return result
    } catch (error) {
      // A full disk makes SQLite undo it by itself. Asked to do it again, it would complain of that instead.
      if (this.#db.inTransaction) this.#statements.prepare('ROLLBACK').run()
      throw error
    }
  }

  #get(sql: string, ...values: unknown[]): unknown {
    return this.#statements.prepare(sql).get(...values)
  }

  #all(sql: string, ...values: unknown[]): unknown[] {
    return this.#statements.prepare(sql).all(...values)
  }

  #run(sql: string, ...values: unknown[]): void {
    this.#statements.prepare(sql).run(...values)
  }
}

function ids(rows: readonly unknown[]): number[] {
  return readRows(idSchema, rows, 'captured request').map(({ id }) => id)
}
