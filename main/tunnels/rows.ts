import { z } from 'zod'
import { instantSchema } from '../../shared/contract/base.ts'
import { type TunnelKind, tunnelKindSchema } from '../../shared/contract/tunnels.ts'
import { readRows } from '../store/row.ts'
import { Statements } from '../store/statements.ts'
import type { Db } from '../store/store.ts'

const storedSchema = z.object({
  id: z.number().int().positive(),
  kind: tunnelKindSchema,
  url: z.string().nullable(),
  inUse: z.literal([0, 1]).transform((value) => value === 1),
})
export type StoredTunnel = z.infer<typeof storedSchema>

const historySchema = z.object({
  url: z.string(),
  kind: tunnelKindSchema,
  from: instantSchema,
  to: instantSchema.nullable(),
})
export type TunnelTerm = z.infer<typeof historySchema>

const MAX_HISTORY = 100

/** SQL of the tunnels and of the addresses that were in force. */
export class TunnelRows {
  readonly #sql: Statements

  constructor(db: Db) {
    this.#sql = new Statements(db)
  }

  all(): StoredTunnel[] {
    const found = this.#sql.prepare('SELECT id, kind, url, in_use AS inUse FROM tunnels ORDER BY id').all()
    return readRows(storedSchema, found, 'tunnel')
  }

  insert(kind: TunnelKind, url: string | null, now: number): number {
    const { lastInsertRowid } = this.#sql
      .prepare('INSERT INTO tunnels (kind, url, in_use, created_at) VALUES (?, ?, 0, ?)')
      .run(kind, url, now)
    return Number(lastInsertRowid)
  }

  setUrl(id: number, url: string | null): void {
    this.#sql.prepare('UPDATE tunnels SET url = ? WHERE id = ?').run(url, id)
  }

  /** Null: none is in use. */
  use(id: number | null): void {
    this.#sql.prepare('UPDATE tunnels SET in_use = 0 WHERE in_use = 1').run()
    if (id !== null) this.#sql.prepare('UPDATE tunnels SET in_use = 1 WHERE id = ?').run(id)
  }

  delete(id: number): void {
    this.#sql.prepare('DELETE FROM tunnels WHERE id = ?').run(id)
  }

  /** Newest first. */
  history(): TunnelTerm[] {
    const found = this.#sql
      .prepare('SELECT url, kind, from_at AS "from", to_at AS "to" FROM tunnel_history ORDER BY id DESC LIMIT ?')
      .all(MAX_HISTORY)
    return readRows(historySchema, found, 'address of a tunnel')
  }

  /** Ends the address in force, if there is one. */
  endTerm(now: number): void {
    this.#sql.prepare('UPDATE tunnel_history SET to_at = max(from_at, ?) WHERE to_at IS NULL').run(now)
  }

  beginTerm(kind: TunnelKind, url: string, now: number): void {
    this.#sql
      .prepare('INSERT INTO tunnel_history (kind, url, from_at, seen_at) VALUES (?, ?, ?, ?)')
      .run(kind, url, now, now)
    this.#sql
      .prepare('DELETE FROM tunnel_history WHERE id <= (SELECT max(id) FROM tunnel_history) - ?')
      .run(MAX_HISTORY)
  }

  /** The address in force still is. */
  touchTerm(now: number): void {
    this.#sql.prepare('UPDATE tunnel_history SET seen_at = max(seen_at, ?) WHERE to_at IS NULL').run(now)
  }

  /** Ends what a run that was cut short left open, when it was last known to be in force. */
  endLostTerm(): void {
    this.#sql.prepare('UPDATE tunnel_history SET to_at = seen_at WHERE to_at IS NULL').run()
  }
}
