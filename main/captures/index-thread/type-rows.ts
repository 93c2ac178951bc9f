import { z } from 'zod'
import { jsonColumn, readRow } from '../../store/row.ts'
import { Statements } from '../../store/statements.ts'
import type { Db } from '../../store/store.ts'
import { type ShapeChange, type StoredShape, storedShapeSchema } from './shape.ts'

const typeSchema = z.object({
  count: z.number().int(),
  firstAt: z.number().int(),
  lastAt: z.number().int(),
  drifts: z.number().int(),
  acknowledgedId: z.number().int(),
  shape: jsonColumn(storedShapeSchema),
})

export interface TypeRow {
  readonly count: number
  readonly firstAt: number
  readonly lastAt: number
  readonly drifts: number
  /** Newest id when its shape was last taken for the normal one, 0 before. */
  readonly acknowledgedId: number
  readonly shape: StoredShape
}

const countSchema = z.object({ count: z.number().int() })
const acknowledgementSchema = z.object({
  endpointId: z.number().int(),
  eventType: z.string(),
  acknowledgedId: z.number().int(),
})
export type Acknowledgement = z.output<typeof acknowledgementSchema>

/** Changes that are kept of one event type. */
const KEPT_CHANGES = 200

/** Event types and what was learned of their fields, as the writer of the index sees them. */
export class TypeRows {
  readonly #statements: Statements

  constructor(db: Db) {
    this.#statements = new Statements(db)
  }

  /** Of one endpoint. */
  count(endpointId: number): number {
    const row = this.#statements.prepare('SELECT count(*) AS count FROM types WHERE endpoint = ?').get(endpointId)
    return readRow(countSchema, row, 'event type').count
  }

  read(endpointId: number, eventType: string): TypeRow | null {
    const row = this.#statements
      .prepare(
        `SELECT count, first_at AS firstAt, last_at AS lastAt, drifts, acknowledged_id AS acknowledgedId, shape
         FROM types WHERE endpoint = ? AND type = ?`,
      )
      .get(endpointId, eventType)
    return row === undefined ? null : readRow(typeSchema, row, 'event type')
  }

  write(endpointId: number, eventType: string, row: TypeRow): void {
    this.#statements
      .prepare(
        `INSERT OR REPLACE INTO types (endpoint, type, count, first_at, last_at, drifts, acknowledged_id, shape)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        endpointId,
        eventType,
        row.count,
        row.firstAt,
        row.lastAt,
        row.drifts,
        row.acknowledgedId,
        JSON.stringify(row.shape),
      )
  }

  addChanges(
    endpointId: number,
    eventType: string,
    at: number,
    request: number,
    changes: readonly ShapeChange[],
  ): void {
    const insert = this.#statements.prepare(
      'INSERT INTO type_changes (endpoint, type, at, request, path, change, detail) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    for (const { path, change, detail } of changes) insert.run(endpointId, eventType, at, request, path, change, detail)
    this.#statements
      .prepare(
        `DELETE FROM type_changes WHERE endpoint = ? AND type = ? AND id <= (
           SELECT id FROM type_changes WHERE endpoint = ? AND type = ? ORDER BY id DESC LIMIT 1 OFFSET ${KEPT_CHANGES})`,
      )
      .run(endpointId, eventType, endpointId, eventType)
  }

  forgetChanges(endpointId: number, eventType: string): void {
    this.#statements.prepare('DELETE FROM type_changes WHERE endpoint = ? AND type = ?').run(endpointId, eventType)
  }

  acknowledgements(): Acknowledgement[] {
    return this.#statements
      .prepare(
        'SELECT endpoint AS endpointId, type AS eventType, acknowledged_id AS acknowledgedId FROM types WHERE acknowledged_id > 0',
      )
      .all()
      .map((row) => readRow(acknowledgementSchema, row, 'event type'))
  }
}
