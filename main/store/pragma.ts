import type Database from 'better-sqlite3'
import { z } from 'zod'

const rowsSchema = z.tuple([z.record(z.string(), z.unknown())])

/** The one value that a pragma answers with. It is read as a row: not every driver of SQLite gives the bare value. */
export function pragmaValue(db: Database.Database, pragma: string): unknown {
  const [row] = rowsSchema.parse(db.pragma(pragma))
  return Object.values(row)[0]
}
