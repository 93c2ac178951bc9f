import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { Problem } from '../../shared/problems.ts'

const LOCK_FILE = 'lock.db'

/**
 * Makes sure that one process at a time works in `dataDir`. The lock is an exclusive SQLite transaction on a file
 * of its own: the operating system drops it when the process ends, however it ends, so it can never be stale.
 * Throws CONFLICT when another process holds it.
 */
export function takeDirectoryLock(dataDir: string): { release(): void } {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  let db: Database.Database | undefined
  try {
    db = new Database(join(dataDir, LOCK_FILE), { timeout: 0 })
    db.pragma('journal_mode = DELETE')
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db?.close()
    if (!isBusy(error)) {
      throw new Problem(
        'STORE_FAILED',
        `The lock file ${join(dataDir, LOCK_FILE)} cannot be used.`,
        {
          cause: error instanceof Error ? error.message : String(error),
          remedies: ['Close Keyhold and delete this file; it holds no data.', 'Check that the folder can be written.'],
        },
        { cause: error },
      )
    }
    throw new Problem(
      'CONFLICT',
      'This workspace is already open in another Keyhold.',
      {
        cause: `Another process is using ${dataDir}.`,
        remedies: ['Use the window that is open, or close it first.', 'Or choose another folder with --data-dir.'],
      },
      { cause: error },
    )
  }
  const held = db
  return {
    release: () => {
      if (held.open) held.close()
    },
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')
}
