import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { damageOf, isDamage, type StoreNotice, setAside } from '../store/integrity.ts'
import { pragmaValue } from '../store/pragma.ts'
import { openDatabase } from '../store/store.ts'
import { LEDGER_FILE, otherVersion } from './ledger-reader.ts'
import { LEDGER_SCHEMA, LedgerRows } from './ledger-rows.ts'
import type { Ledger, LedgerOptions } from './ledger-types.ts'
import { SqliteLedger } from './ledger-writer.ts'

/**
 * Bytes of a page. Measured with requests of 1 KB, 4 KB pages lose an eighth of the space to rows that do not fit into
 * the rest of a page, 32 KB pages a fiftieth; time to store differs little.
 */
const PAGE_BYTES = 32_768
/** Pages of the log after which it is written back: 8 MB, which takes a few milliseconds. */
const CHECKPOINT_PAGES = 256
/** A file up to this size is read whole when it is opened, to see whether it is sound. A larger one would keep senders waiting. */
const WHOLE_CHECK_BYTES = 64 * 1024 * 1024
/** Newest requests that are read of a larger one. */
const PROBED = 200

/**
 * Opens the ledger in `directory`, or makes it. A damaged one is moved into `quarantine/` there, never deleted, and a
 * new one is begun whose ids go on after it. Throws what SQLite says when the disk does not let it, and STORE_FAILED when
 * a newer Keyhold wrote it.
 */
export function openLedger(directory: string, { maxPages, disk }: LedgerOptions): Ledger {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, LEDGER_FILE)
  const damage = existsSync(file) ? damageIn(file) : null
  const aside = damage === null ? null : beginAnew(directory, file, damage)
  if (!existsSync(file) || statSync(file).size === 0) makeFile(file)
  const db = openDatabase(file)
  try {
    db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    db.pragma(`journal_size_limit = ${CHECKPOINT_PAGES * PAGE_BYTES * 2}`)
    const version = Number(pragmaValue(db, 'user_version'))
    if (version > LEDGER_SCHEMA) throw otherVersion(version)
    if (version === 0) {
      db.transaction(() => {
        LedgerRows.create(db, randomUUID(), aside?.newestId ?? 0)
        db.pragma(`user_version = ${LEDGER_SCHEMA}`)
      }).immediate()
    }
    // The ledger syncs its log itself, see ledger-log-sync.ts.
    db.pragma('synchronous = NORMAL')
    if (maxPages !== null) db.pragma(`max_page_count = ${maxPages}`)
    return new SqliteLedger(db, file, aside === null ? [] : [aside.notice], disk)
  } catch (error) {
    db.close()
    throw error
  }
}

/** The size of a page and the way space is given back are decided before anything is in the file. */
function makeFile(file: string): void {
  const db = new Database(file)
  try {
    db.pragma(`page_size = ${PAGE_BYTES}`)
    db.pragma('auto_vacuum = INCREMENTAL')
    db.pragma('journal_mode = WAL')
  } finally {
    db.close()
  }
}

function damageIn(file: string): string | null {
  if (statSync(file).size <= WHOLE_CHECK_BYTES) return damageOf(file)
  let db: Database.Database | undefined
  try {
    db = new Database(file, { fileMustExist: true })
    const rows = new LedgerRows(db)
    rows.words()
    rows.notesSpan()
    const newest = rows.newestStoredId()
    if (newest !== null) rows.requestsAfter(newest - PROBED, PROBED)
    return null
  } catch (error) {
    if (isDamage(error)) return error instanceof Error ? error.message : String(error)
    throw error
  } finally {
    db?.close()
  }
}

function beginAnew(directory: string, file: string, damage: string): { notice: StoreNotice; newestId: number } {
  const newestId = newestIdIn(file)
  const folder = setAside(directory, file)
  return {
    newestId,
    notice: {
      severity: 'error',
      message: 'The file of captured requests was damaged: the list of captured requests starts empty.',
      detail: `The damaged file is kept in ${folder}. What SQLite said: ${damage}`,
    },
  }
}

/** Deliveries name requests by id, so new ones may not get the ids of lost ones. */
function newestIdIn(damaged: string): number {
  let db: Database.Database | undefined
  try {
    db = new Database(damaged, { fileMustExist: true })
    const rows = new LedgerRows(db)
    return Math.max(Number(rows.fact('newest-id')), rows.newestStoredId() ?? 0)
  } catch {
    // Nobody captures a request every second for decades: the seconds of the clock are beyond every id.
    return Math.floor(Date.now() / 1_000)
  } finally {
    db?.close()
  }
}
