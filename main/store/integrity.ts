import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import Database from 'better-sqlite3'
import { BACKUP_FOLDER } from './files.ts'
import { pragmaValue } from './pragma.ts'

export interface StoreNotice {
  readonly severity: 'info' | 'warning' | 'error'
  readonly message: string
  readonly detail: string | null
}

/**
 * What is wrong with a SQLite file, or null if `quick_check` finds nothing. A file can open and answer some
 * queries and still be damaged, so opening alone proves nothing.
 */
export function damageOf(file: string): string | null {
  let db: Database.Database | undefined
  try {
    db = new Database(file, { fileMustExist: true })
    const result = pragmaValue(db, 'quick_check(1)')
    return result === 'ok' ? null : String(result)
  } catch (error) {
    if (isDamage(error)) return error instanceof Error ? error.message : String(error)
    throw error
  } finally {
    db?.close()
  }
}

/** Whether SQLite says that the file itself is broken, not that something could not be done now. */
export function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB'
}

/** Moves a damaged file and its companions into `quarantine/` of `directory`, together, and gives the folder they are in. */
export function setAside(directory: string, file: string): string {
  const folder = join(directory, 'quarantine', new Date().toISOString().replaceAll(':', '-'))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const part of [file, `${file}-wal`, `${file}-shm`]) {
    if (existsSync(part)) renameSync(part, join(folder, basename(part)))
  }
  return folder
}

/** Moves the database and its companions aside, together, and puts the newest sound backup in their place. */
export function quarantine(dataDir: string, file: string, damage: string): StoreNotice {
  const folder = setAside(dataDir, file)
  const restored = newestSoundBackup(join(dataDir, BACKUP_FOLDER))
  if (restored !== null) copyFileSync(restored, file)
  return {
    severity: 'error',
    message:
      restored === null
        ? 'The database was damaged and no backup was there: the workspace starts empty.'
        : `The database was damaged. The backup ${basename(restored)} took its place; what came after it is missing.`,
    detail: `The damaged files are kept in ${folder}. What SQLite said: ${damage}`,
  }
}

function newestSoundBackup(folder: string): string | null {
  if (!existsSync(folder)) return null
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.db'))
    .sort()
    .reverse()
  for (const name of files) {
    const file = join(folder, name)
    if (damageOf(file) === null) return file
  }
  return null
}
