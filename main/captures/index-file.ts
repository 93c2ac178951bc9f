import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { damageOf, isDamage } from '../store/integrity.ts'
import { pragmaValue } from '../store/pragma.ts'
import type { Db } from '../store/store.ts'

export const INDEX_FILE = 'capture-index.db'
/** Changes with every change of what the index holds: one of another version is made anew. */
export const INDEX_VERSION = 2
/** Ids of one full-text table. Newest first, a search stops in the first one that fills a page. */
export const SHARD_IDS = 65_536
/** Ids of one span of time, see `spans`. */
export const SPAN_IDS = 4_096

/** Path and event id of a request whose body is not longer, nor packed, are not in the index: lists read them from the ledger. */
export const READ_AGAIN_BYTES = 16_384
/** Characters of a path that lists show. */
export const SHOWN_PATH = 500

export function shardOf(id: number): number {
  return Math.floor(id / SHARD_IDS)
}

export function spanOf(id: number): number {
  return Math.floor(id / SPAN_IDS)
}

export function shardTable(shard: number): string {
  return `words_${shard}`
}

/** Bits of `requests.flags`. */
export const rowFlags = { late: 1, drift: 2, imported: 4, note: 8 } as const

const tables = `
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE words (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE requests (
  id INTEGER PRIMARY KEY,
  endpoint INTEGER NOT NULL,
  at INTEGER NOT NULL,
  kept_since INTEGER NOT NULL,
  method INTEGER NOT NULL,
  path TEXT,
  status INTEGER,
  verdict INTEGER NOT NULL,
  scheme INTEGER,
  type INTEGER,
  event_id TEXT,
  content_type INTEGER,
  bytes INTEGER NOT NULL,
  duplicate_of INTEGER,
  fault INTEGER,
  refused INTEGER,
  flags INTEGER NOT NULL,
  pinned INTEGER NOT NULL,
  port INTEGER NOT NULL
) STRICT;
CREATE INDEX requests_pinned ON requests (id) WHERE pinned = 1;
CREATE INDEX requests_duplicate ON requests (duplicate_of, id) WHERE duplicate_of IS NOT NULL;
CREATE TABLE tags (tag TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (tag, id)) STRICT, WITHOUT ROWID;
CREATE INDEX tags_of_request ON tags (id, tag);
CREATE TABLE tag_counts (tag TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE event_ids (hash BLOB PRIMARY KEY, first_id INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE spans (span INTEGER PRIMARY KEY, min_at INTEGER NOT NULL, max_at INTEGER NOT NULL) STRICT;
CREATE TABLE totals (
  endpoint INTEGER PRIMARY KEY,
  count INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  pinned_count INTEGER NOT NULL,
  pinned_bytes INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) STRICT;
CREATE TABLE shards (shard INTEGER PRIMARY KEY, count INTEGER NOT NULL, merged INTEGER NOT NULL) STRICT;
CREATE TABLE types (
  endpoint INTEGER NOT NULL,
  type TEXT NOT NULL,
  count INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  drifts INTEGER NOT NULL,
  acknowledged_id INTEGER NOT NULL,
  shape TEXT NOT NULL,
  PRIMARY KEY (endpoint, type)
) STRICT, WITHOUT ROWID;
CREATE TABLE type_changes (
  id INTEGER PRIMARY KEY,
  endpoint INTEGER NOT NULL,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  request INTEGER NOT NULL,
  path TEXT,
  change TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX type_changes_of_type ON type_changes (endpoint, type, id);
CREATE INDEX type_changes_of_request ON type_changes (request);
`

/** Makes the tables of an empty index, for a ledger with this identity. */
export function createIndex(db: Db, identity: string): void {
  db.exec(tables)
  const fact = db.prepare('INSERT INTO facts (name, value) VALUES (?, ?)')
  fact.run('identity', identity)
  fact.run('through-id', '0')
  fact.run('notes-through', '0')
  db.pragma(`user_version = ${INDEX_VERSION}`)
}

/**
 * Drops what does not delete by itself: an index of one version can be emptied while others read it, and is begun anew
 * in the same transaction.
 */
export function emptyIndex(db: Db): void {
  const names = db
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND (sql LIKE 'CREATE VIRTUAL%' OR name NOT GLOB 'words_*') AND name NOT LIKE 'sqlite_%'",
    )
    .all()
  for (const row of names) {
    if (typeof row === 'object' && row !== null && 'name' in row) db.exec(`DROP TABLE IF EXISTS "${String(row.name)}"`)
  }
}

/**
 * Opens the index for writing; one that is damaged, of another version or not wanted any more is removed: everything in
 * it can be made again from the ledger, except what `rescue` takes out before. It is not synced with every commit: after
 * a power cut it is merely older.
 */
export function openIndex(directory: string, anew: boolean, rescue: (former: Db) => void = () => {}): Db {
  const file = join(directory, INDEX_FILE)
  if (existsSync(file) && (anew || !isUsable(file))) {
    rescueFrom(file, rescue)
    for (const part of [file, `${file}-wal`, `${file}-shm`]) rmSync(part, { force: true })
  }
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = NORMAL')
  db.pragma('busy_timeout = 5000')
  db.pragma('trusted_schema = OFF')
  db.pragma('cache_size = -32000')
  db.pragma('temp_store = MEMORY')
  db.pragma('wal_autocheckpoint = 1000')
  db.pragma('journal_size_limit = 16777216')
  return db
}

/** What is broken or of an unknown form gives nothing. */
function rescueFrom(file: string, rescue: (former: Db) => void): void {
  let db: Db | undefined
  try {
    db = new Database(file, { readonly: true })
    rescue(db)
  } catch {
    // Nothing can be had: the operator acknowledges once more.
  } finally {
    db?.close()
  }
}

/** A connection that only reads, for lists. The index thread has said before that it is ready. */
export function openIndexReader(directory: string): Db {
  const db = new Database(join(directory, INDEX_FILE), { readonly: true, fileMustExist: true })
  db.pragma('busy_timeout = 5000')
  db.pragma('trusted_schema = OFF')
  db.pragma('cache_size = -32000')
  return db
}

/** The check reads the whole file, so a large one is only opened; what turns up later makes it begin anew as well. */
function isUsable(file: string): boolean {
  let db: Db | undefined
  try {
    db = new Database(file, { fileMustExist: true })
    if (Number(pragmaValue(db, 'user_version')) !== INDEX_VERSION) return false
    const pages = Number(pragmaValue(db, 'page_count'))
    db.close()
    return pages > CHECKED_PAGES || damageOf(file) === null
  } catch (error) {
    if (isDamage(error)) return false
    throw error
  } finally {
    if (db?.open === true) db.close()
  }
}

/** 32 MB: checked in a fraction of a second. */
const CHECKED_PAGES = 8_192
