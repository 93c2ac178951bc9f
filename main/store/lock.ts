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
  const db = new Database(join(dataDir, LOCK_FILE), { timeout: 0 })
  try {
    db.pragma('journal_mode = DELETE')
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
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
  return {
    release: () => {
      if (db.open) db.close()
    },
  }
}
