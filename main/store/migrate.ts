import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../shared/problems.ts'
import { BACKUP_FOLDER } from './files.ts'
import { migrations } from './migrations/index.ts'
import type { Store } from './store.ts'

const KEPT_BACKUPS = 10

/**
 * Runs the migrations the database has not seen, each in its own transaction, after one verified backup of what
 * is there. `user_version` counts them.
 */
export function migrate(store: Store, dataDir: string): void {
  const { db } = store
  const version = Number(db.pragma('user_version', { simple: true }))
  const newest = migrations.length
  if (version > newest) {
    throw new Problem('STORE_FAILED', 'This workspace was written by a newer version of Keyhold.', {
      cause: `Its schema has the number ${version}; this version knows ${newest}.`,
      remedies: ['Update Keyhold and start it again. Nothing was changed.'],
    })
  }
  if (version === newest) return
  const folder = join(dataDir, BACKUP_FOLDER)
  if (version > 0) {
    const stamp = new Date().toISOString().replaceAll(':', '-')
    store.backup(join(folder, `${stamp}-schema-${version}.db`))
    prune(folder)
  }
  for (const [index, migration] of migrations.entries()) {
    if (index < version) continue
    store.transaction(() => {
      db.exec(migration.sql)
      db.pragma(`user_version = ${index + 1}`)
    })
  }
}

function prune(folder: string): void {
  if (!existsSync(folder)) return
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.db'))
    .sort()
  for (const name of files.slice(0, Math.max(0, files.length - KEPT_BACKUPS))) rmSync(join(folder, name))
}
