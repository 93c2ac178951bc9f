import { join } from 'node:path'
import { Problem } from '../../shared/problems.ts'
import { backupName, prune } from './backups.ts'
import { BACKUP_FOLDER } from './files.ts'
import { migrations } from './migrations/index.ts'
import { pragmaValue } from './pragma.ts'
import type { Store } from './store.ts'

/**
 * Runs the migrations the database has not seen, each in its own transaction, after one verified backup of what
 * is there. `user_version` counts them.
 */
export function migrate(store: Store, dataDir: string): void {
  const { db } = store
  const version = Number(pragmaValue(db, 'user_version'))
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
    store.backup(join(folder, backupName(Date.now(), `schema-${version}`)))
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
