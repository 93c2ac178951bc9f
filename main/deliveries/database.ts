import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../../shared/problems.ts'
import { isDamage, type StoreNotice, setAside } from '../store/integrity.ts'
import { pragmaValue } from '../store/pragma.ts'
import { type Db, openDatabase } from '../store/store.ts'
import { deliverySchemas } from './schema.ts'

const DELIVERIES_FILE = 'deliveries.db'

/**
 * Opens (or makes) `deliveries.db` in `directory`. A damaged file is moved into `quarantine/` there, never deleted, and a
 * new one takes its place: targets then go on with what is captured from now on. Throws STORE_FAILED when it cannot be
 * opened, or was written by a newer Keyhold.
 *
 * A commit does not wait for the disk here (`synchronous = NORMAL`): a crash of the program loses nothing, and after a
 * loss of power the file is as it was some seconds before, so that the last deliveries are made again. Everything that
 * belongs together is in this one file, so it never contradicts itself.
 */
export function openDeliveries(directory: string): { readonly db: Db; readonly notices: readonly StoreNotice[] } {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = join(directory, DELIVERIES_FILE)
  try {
    return { db: openFile(file), notices: [] }
  } catch (error) {
    const damage = damageIn(error)
    if (damage === null) throw error
    const folder = setAside(directory, file)
    const notice: StoreNotice = {
      severity: 'error',
      message: 'The record of deliveries was damaged and begins anew. Captured requests are not touched.',
      detail: `The damaged file is kept in ${folder}. What SQLite said: ${damage}`,
    }
    return { db: openFile(file), notices: [notice] }
  }
}

function openFile(file: string): Db {
  const db = openDatabase(file)
  try {
    db.pragma('synchronous = NORMAL')
    const version = Number(pragmaValue(db, 'user_version'))
    if (version > deliverySchemas.length) {
      throw new Problem('STORE_FAILED', 'The record of deliveries was written by a newer version of Keyhold.', {
        cause: `Its schema has the number ${version}; this version knows ${deliverySchemas.length}.`,
        remedies: ['Update Keyhold and start it again. Nothing was changed.'],
      })
    }
    for (const [index, sql] of deliverySchemas.entries()) {
      if (index < version) continue
      db.transaction(() => {
        db.exec(sql)
        db.pragma(`user_version = ${index + 1}`)
      }).immediate()
    }
    // Reads the heads of the tables: most damage shows here, and a full check would take seconds.
    for (const table of ['forward_states', 'retries', 'dead_letters', 'jobs', 'attempts', 'attempt_details']) {
      db.prepare(`SELECT * FROM ${table} LIMIT 1`).all()
    }
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function damageIn(error: unknown): string | null {
  const origin = error instanceof Problem ? error.cause : error
  return origin instanceof Error && isDamage(origin) ? origin.message : null
}
