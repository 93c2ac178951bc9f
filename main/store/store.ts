import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { Problem } from '../../shared/problems.ts'
import { DailyBackup, PARTIAL } from './backups.ts'
import { DATABASE_FILE } from './files.ts'
import { damageOf, quarantine, type StoreNotice } from './integrity.ts'
import { migrate } from './migrate.ts'

export type Db = Database.Database

/** The open workspace database. Domains take `db` and keep their SQL in their own `rows.ts`. */
export interface Store {
  readonly db: Db
  /** What was found and done while opening, for the operator. */
  readonly notices: readonly StoreNotice[]
  /** Runs `work` in one immediate transaction: all of it or nothing. Nested calls join the outer one. */
  transaction<T>(work: () => T): T
  /** Writes a copy of the database to `file` and checks that it is sound before it gets its name. */
  backup(file: string): void
  /**
   * Backs up into `backups/` if anything changed since the newest backup and that one is a day old, and removes those
   * that are kept no longer. Blocks while it copies. `now` is in UTC epoch milliseconds. Returns whether it made one.
   * Throws what goes wrong; the workspace itself is unharmed then.
   */
  backupIfDue(now: number): boolean
  close(): void
}

/**
 * Opens (or makes) the workspace database in `dataDir` and brings its schema up to date.
 * A damaged database is moved into `quarantine/`, never deleted; the newest sound backup takes its place and a
 * notice says so. Throws {@link Problem} STORE_FAILED when it cannot be opened, or was written by a newer Keyhold.
 */
export function openStore(dataDir: string): Store {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const file = join(dataDir, DATABASE_FILE)
  const notices: StoreNotice[] = []
  if (existsSync(file)) {
    const damage = damageOf(file)
    if (damage !== null) notices.push(quarantine(dataDir, file, damage))
  }
  const db = openDatabase(file)
  const daily = new DailyBackup(db, dataDir, file)
  const store: Store = {
    db,
    notices,
    transaction: (work) => (db.inTransaction ? work() : db.transaction(work).immediate()),
    backup: (target) => backup(db, target),
    backupIfDue: (now) => daily.makeIfDue(now, (target) => backup(db, target)),
    close: () => {
      if (!db.open) return
      db.pragma('optimize')
      db.pragma('wal_checkpoint(TRUNCATE)')
      db.close()
    },
  }
  try {
    migrate(store, dataDir)
  } catch (error) {
    db.close()
    throw error
  }
  return store
}

/** Opens one SQLite file with the pragmas that a database of keys needs. */
export function openDatabase(file: string): Db {
  let db: Db | undefined
  try {
    db = new Database(file)
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    if (process.platform === 'darwin') db.pragma('checkpoint_fullfsync = ON')
    db.pragma('foreign_keys = ON')
    db.pragma('busy_timeout = 5000')
    db.pragma('trusted_schema = OFF')
    db.pragma('cell_size_check = ON')
    db.pragma('cache_size = -32000')
    db.pragma('temp_store = MEMORY')
    return db
  } catch (error) {
    db?.close()
    throw storeFailed(`The database ${file} cannot be opened.`, error)
  }
}

function backup(db: Db, target: string): void {
  const partial = `${target}${PARTIAL}`
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  rmSync(partial, { force: true })
  try {
    // SQLite fills an empty file as it is, so that nobody else may read it at any time.
    closeSync(openSync(partial, 'wx', 0o600))
    db.prepare('VACUUM INTO ?').run(partial)
    const damage = damageOf(partial)
    if (damage !== null) throw storeFailed('The copy of the database turned out damaged and was thrown away.', damage)
    syncFile(partial)
    renameSync(partial, target)
  } catch (error) {
    rmSync(partial, { force: true })
    throw error instanceof Problem ? error : storeFailed('The database could not be backed up.', error)
  }
}

function syncFile(file: string): void {
  const handle = openSync(file, 'r+')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function storeFailed(message: string, cause: unknown): Problem {
  return new Problem(
    'STORE_FAILED',
    message,
    {
      cause: cause instanceof Error ? cause.message : String(cause),
      remedies: [
        'Check that the data directory can be written and the disk is not full.',
        'Close other programs that use the file.',
      ],
    },
    { cause },
  )
}
