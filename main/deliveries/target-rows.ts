import { z } from 'zod'
import { targetSchema } from '../../shared/contract/deliveries.ts'
import { readRow, readRows } from '../store/row.ts'
import { Statements } from '../store/statements.ts'
import type { Db } from '../store/store.ts'

const flag = z.number().transform((value) => value === 1)

const storedSchema = targetSchema
  .pick({
    id: true,
    endpointId: true,
    url: true,
    timeoutMs: true,
    concurrency: true,
    retries: true,
    ca: true,
    createdAt: true,
  })
  .extend({ enabled: flag, keepPath: flag })
/** A forward target as the operator set it up. */
export type StoredTarget = Readonly<z.output<typeof storedSchema>>

const columns = `id, endpoint_id AS endpointId, url, enabled, keep_path AS keepPath, timeout_ms AS timeoutMs,
  concurrency, retries, ca, created_at AS createdAt`

/** SQL of the forward targets, in `workspace.db`. */
export class TargetRows {
  readonly #sql: Statements

  constructor(db: Db) {
    this.#sql = new Statements(db)
  }

  all(): StoredTarget[] {
    return readRows(
      storedSchema,
      this.#sql.prepare(`SELECT ${columns} FROM forward_targets ORDER BY id`).all(),
      'target',
    )
  }

  get(id: number): StoredTarget | null {
    const row = this.#sql.prepare(`SELECT ${columns} FROM forward_targets WHERE id = ?`).get(id)
    return row === undefined ? null : readRow(storedSchema, row, 'target')
  }

  insert(target: Omit<StoredTarget, 'id'>): number {
    const { lastInsertRowid } = this.#sql
      .prepare(
        `INSERT INTO forward_targets (endpoint_id, url, enabled, keep_path, timeout_ms, concurrency, retries, ca, created_at)
         VALUES (@endpointId, @url, @enabled, @keepPath, @timeoutMs, @concurrency, @retries, @ca, @createdAt)`,
      )
      .run(toRow(target))
    return Number(lastInsertRowid)
  }

  update(target: StoredTarget): void {
    this.#sql
      .prepare(
        `UPDATE forward_targets SET url = @url, enabled = @enabled, keep_path = @keepPath, timeout_ms = @timeoutMs,
         concurrency = @concurrency, retries = @retries, ca = @ca WHERE id = @id`,
      )
      .run({ ...toRow(target), id: target.id })
  }

  disable(id: number): void {
    this.#sql.prepare('UPDATE forward_targets SET enabled = 0 WHERE id = ?').run(id)
  }

  delete(id: number): void {
    this.#sql.prepare('DELETE FROM forward_targets WHERE id = ?').run(id)
  }
}

function toRow(target: Omit<StoredTarget, 'id'>) {
  const { endpointId, url, timeoutMs, concurrency, retries, ca, createdAt } = target
  const flags = { enabled: target.enabled ? 1 : 0, keepPath: target.keepPath ? 1 : 0 }
  return { endpointId, url, timeoutMs, concurrency, retries, ca, createdAt, ...flags }
}
