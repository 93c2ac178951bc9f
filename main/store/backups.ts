import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { BACKUP_FOLDER } from './files.ts'
import type { Db } from './store.ts'

const DAY_MS = 86_400_000
const KEPT = 10
/** How the name of a copy ends until it is known to be sound. */
export const PARTIAL = '.partial'

const named = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})Z-[a-z0-9-]+\.db$/

/** `at` is in UTC epoch milliseconds; names sort by time. */
export function backupName(at: number, reason: string): string {
  return `${new Date(at).toISOString().replaceAll(':', '-')}-${reason}.db`
}

/** When a backup was made, or null for a name that {@link backupName} did not make. */
export function backupTime(name: string): number | null {
  const [, date, hours, minutes, seconds] = named.exec(name) ?? []
  const time = Date.parse(`${date}T${hours}:${minutes}:${seconds}Z`)
  return Number.isNaN(time) ? null : time
}

/**
 * Which backups stay, of those made at `times` (UTC epoch milliseconds): the newest of every day before today and all
 * of today's, of these the ten newest. Days are days of UTC.
 */
export function keptBackups(times: readonly number[], now: number): number[] {
  const dayOf = (time: number) => Math.floor(time / DAY_MS)
  const newestFirst = [...new Set(times)].sort((a, b) => b - a)
  const kept = newestFirst.filter((time, index) => {
    const newer = newestFirst[index - 1]
    return dayOf(time) >= dayOf(now) || newer === undefined || dayOf(newer) !== dayOf(time)
  })
  return kept.slice(0, KEPT)
}

/** Removes what {@link keptBackups} does not keep, and copies that were never finished. Other files stay. */
export function prune(folder: string, now = Date.now()): void {
  if (!existsSync(folder)) return
  const files = readdirSync(folder)
  const kept = new Set(keptBackups(timesOf(files), now))
  for (const name of files) {
    const time = backupTime(name)
    const isUnfinished = name.endsWith(PARTIAL) && backupTime(name.slice(0, -PARTIAL.length)) !== null
    if (isUnfinished || (time !== null && !kept.has(time))) rmSync(join(folder, name))
  }
}

/** Decides when a database is backed up: at most once a day, and only if anything changed. */
export class DailyBackup {
  readonly #db: Db
  readonly #folder: string
  readonly #file: string
  /** Rows this connection had changed when the last backup was made, and whether that was in this session. */
  #changesThen = 0
  #isFromNow = false

  constructor(db: Db, dataDir: string, file: string) {
    this.#db = db
    this.#folder = join(dataDir, BACKUP_FOLDER)
    this.#file = file
  }

  makeIfDue(now: number, backup: (target: string) => void): boolean {
    if (!this.#db.open || this.#db.inTransaction) return false
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const newest = this.#newest(now)
    if (newest !== null && (now - newest.time < DAY_MS || !this.#hasChangedSince(newest.writtenAt))) return false
    // What waits in the log is written now: afterwards the time of the files tells whether anything came later.
    // So are the statistics that closing would write.
    this.#db.pragma('optimize')
    this.#db.pragma('wal_checkpoint(TRUNCATE)')
    backup(join(this.#folder, backupName(now, 'daily')))
    this.#changesThen = this.#changes()
    this.#isFromNow = true
    prune(this.#folder, now)
    return true
  }

  /** One dated in the future, by a clock that was wrong, must not hold up backups. */
  #newest(now: number): { time: number; writtenAt: number } | null {
    const files = readdirSync(this.#folder)
    const time = Math.max(...timesOf(files).filter((at) => at <= now))
    const name = files.find((file) => backupTime(file) === time)
    return name === undefined ? null : { time, writtenAt: statSync(join(this.#folder, name)).mtimeMs }
  }

  #hasChangedSince(writtenAt: number): boolean {
    if (this.#changes() !== this.#changesThen) return true
    if (this.#isFromNow) return false
    return [this.#file, `${this.#file}-wal`].some((file) => {
      const found = statSync(file, { throwIfNoEntry: false })
      return found !== undefined && found.size > 0 && found.mtimeMs >= writtenAt
    })
  }

  #changes(): number {
    return Number(this.#db.prepare('SELECT total_changes()').pluck().get())
  }
}

function timesOf(files: readonly string[]): number[] {
  return files.flatMap((name) => backupTime(name) ?? [])
}
