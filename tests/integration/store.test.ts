import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { backupName, keptBackups } from '../../main/store/backups.ts'
import { takeDirectoryLock } from '../../main/store/lock.ts'
import { migrations } from '../../main/store/migrations/index.ts'
import { openStore } from '../../main/store/store.ts'
import { temporaryFolder } from '../support/browser-host.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('store')
})
afterEach(() => folder.remove())

const file = () => join(folder.path, 'workspace.db')
const addEntry = "INSERT INTO audit_entries (at, action, source, detail) VALUES (1, 'key.created', 'app', 'kept')"

const DAY = 86_400_000
const backups = () => readdirSync(join(folder.path, 'backups')).sort()

describe('backups', () => {
  it('are made once a day, only after a change, sound and for nobody else to read', () => {
    const now = Date.now()
    let store = openStore(folder.path)
    store.db.exec(addEntry)
    expect(store.backupIfDue(now)).toBe(true)
    store.db.exec(addEntry)
    expect(store.backupIfDue(now + DAY - 1)).toBe(false)
    expect(store.backupIfDue(now + DAY)).toBe(true)
    expect(store.backupIfDue(now + 3 * DAY)).toBe(false)
    store.close()
    store = openStore(folder.path)
    store.db.exec(addEntry)
    expect(store.backupIfDue(now + 4 * DAY)).toBe(true)
    store.close()
    expect(backups()).toHaveLength(3)
    for (const [index, name] of backups().entries()) {
      const path = join(folder.path, 'backups', name)
      if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600)
      const copy = new Database(path, { readonly: true })
      expect(copy.pragma('quick_check', { simple: true })).toBe('ok')
      expect(copy.prepare('SELECT count(*) FROM audit_entries').pluck().get()).toBe(index + 1)
      copy.close()
    }
  })

  it('see a change that an earlier session made, and none where there was none', () => {
    const store = openStore(folder.path)
    store.db.exec(addEntry)
    expect(store.backupIfDue(Date.now() - 2 * DAY)).toBe(true)
    store.close()
    const idle = openStore(folder.path)
    expect(idle.backupIfDue(Date.now())).toBe(false)
    idle.db.exec(addEntry)
    idle.close()
    const next = openStore(folder.path)
    expect(next.backupIfDue(Date.now())).toBe(true)
    next.close()
  })

  it('leave nothing behind when the copy fails, and say why', () => {
    const store = openStore(folder.path)
    store.db.exec(addEntry)
    writeFileSync(join(folder.path, 'backups'), 'a file where the folder should be')
    expect(() => store.backupIfDue(Date.now())).toThrow()
    expect(() => store.backup(join(folder.path, 'nowhere', '\0.db'))).toThrow()
    store.db.exec(addEntry)
    expect(store.db.prepare('SELECT count(*) FROM audit_entries').pluck().get()).toBe(2)
    store.close()
  })

  it('keep the ten newest, of earlier days one each, and never touch files with other names', () => {
    const today = Math.floor(Date.now() / DAY) * DAY
    const early = [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1].flatMap((ago) => [today - ago * DAY, today - ago * DAY + 5])
    const kept = keptBackups([...early, today, today + 1], today + 2)
    expect(kept).toEqual([today + 1, today, ...[1, 2, 3, 4, 5, 6, 7, 8].map((ago) => today - ago * DAY + 5)])
    const store = openStore(folder.path)
    for (const at of early) store.backup(join(folder.path, 'backups', backupName(at, 'daily')))
    writeFileSync(join(folder.path, 'backups', 'mine.db'), 'kept')
    writeFileSync(join(folder.path, 'backups', `${backupName(today, 'daily')}.partial`), 'left by a crash')
    store.db.exec(addEntry)
    expect(store.backupIfDue(today + 2 * DAY)).toBe(true)
    store.close()
    expect(backups()).toHaveLength(11)
    expect(backups()).toContain('mine.db')
  })
})

describe('the store', () => {
  it('opens with the pragmas a database of keys needs', () => {
    const store = openStore(folder.path)
    const pragma = (name: string) => store.db.pragma(name, { simple: true })
    expect(pragma('journal_mode')).toBe('wal')
    expect(pragma('synchronous')).toBe(2)
    expect(pragma('foreign_keys')).toBe(1)
    expect(pragma('trusted_schema')).toBe(0)
    expect(pragma('user_version')).toBe(migrations.length)
    store.close()
  })

  it('rolls back the whole transaction when any part of it fails, also when nested', () => {
    const store = openStore(folder.path)
    expect(() =>
      store.transaction(() => {
        store.db.exec(addEntry)
        store.transaction(() => {
          throw new Error('stop')
        })
      }),
    ).toThrow('stop')
    expect(store.db.prepare('SELECT count(*) FROM audit_entries').pluck().get()).toBe(0)
    store.close()
  })

  it('refuses a database of a newer version and leaves it as it is', () => {
    openStore(folder.path).close()
    const db = new Database(file())
    db.pragma(`user_version = ${migrations.length + 1}`)
    db.close()
    expect(() => openStore(folder.path)).toThrow(/newer version/)
    const again = new Database(file())
    expect(again.pragma('user_version', { simple: true })).toBe(migrations.length + 1)
    again.close()
  })

  it('backs up before a migration, and the backup is sound', () => {
    // As the version before the newest one left it.
    const older = migrations.slice(0, -1)
    const db = new Database(file())
    for (const { sql } of older) db.exec(sql)
    db.exec(addEntry)
    db.pragma(`user_version = ${older.length}`)
    db.close()
    openStore(folder.path).close()
    const backups = readdirSync(join(folder.path, 'backups'))
    expect(backups).toHaveLength(1)
    const copy = new Database(join(folder.path, 'backups', backups[0] ?? ''), { readonly: true })
    expect(copy.pragma('quick_check', { simple: true })).toBe('ok')
    expect(copy.prepare('SELECT detail FROM audit_entries').pluck().get()).toBe('kept')
    copy.close()
  })

  it('sets a damaged database aside, takes the newest sound backup and says so', () => {
    const store = openStore(folder.path)
    store.db.exec(addEntry)
    store.backup(join(folder.path, 'backups', '2026-01-01.db'))
    store.close()
    writeFileSync(join(folder.path, 'backups', '2026-02-01.db'), 'not a database at all, but newer')
    const handle = openSync(file(), 'r+')
    const page = Buffer.alloc(4096, 0xff)
    for (let offset = 4096; offset < statSync(file()).size; offset += 4096) writeSync(handle, page, 0, 4096, offset)
    closeSync(handle)
    const reopened = openStore(folder.path)
    expect(reopened.notices).toMatchObject([{ severity: 'error', message: expect.stringContaining('2026-01-01.db') }])
    expect(reopened.db.prepare('SELECT detail FROM audit_entries').pluck().get()).toBe('kept')
    reopened.close()
    const kept = readdirSync(join(folder.path, 'quarantine'))
    expect(kept).toHaveLength(1)
    expect(existsSync(join(folder.path, 'quarantine', kept[0] ?? '', 'workspace.db'))).toBe(true)
  })

  it('keeps a file that is no database and starts empty with a notice', () => {
    writeFileSync(file(), 'hello, this is a text file that somebody put here '.repeat(100))
    const store = openStore(folder.path)
    expect(store.notices).toMatchObject([{ severity: 'error', message: expect.stringContaining('starts empty') }])
    store.close()
    const kept = readdirSync(join(folder.path, 'quarantine'))
    expect(readFileSync(join(folder.path, 'quarantine', kept[0] ?? '', 'workspace.db'), 'utf8')).toContain('hello')
  })

  it('does not take a truncated database for a sound one', () => {
    const store = openStore(folder.path)
    store.db.exec(addEntry)
    store.close()
    truncateSync(file(), Math.floor(statSync(file()).size / 2))
    const reopened = openStore(folder.path)
    expect(reopened.notices).toHaveLength(1)
    reopened.close()
  })

  it('lets one process at a time work in a folder', () => {
    const lock = takeDirectoryLock(folder.path)
    expect(() => takeDirectoryLock(folder.path)).toThrow(/already open/)
    lock.release()
    takeDirectoryLock(folder.path).release()
  })
})
