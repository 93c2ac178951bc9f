import type { z } from 'zod'
import { eventTypeSchema, learnedSchemaSchema } from '../../shared/contract/captures.ts'
import { jsonColumn, readRow, readRows } from '../store/row.ts'
import { Statements } from '../store/statements.ts'
import type { Db } from '../store/store.ts'
import { Shape, type ShapeField, storedShapeSchema } from './index-thread/shape.ts'

const typeSchema = eventTypeSchema.omit({ slug: true })
const shapeSchema = typeSchema.extend({ shape: jsonColumn(storedShapeSchema) })
const changeSchema = learnedSchemaSchema.shape.changes.element
const driftSchema = changeSchema.pick({ path: true, change: true, detail: true })

export type TypeSummary = z.output<typeof typeSchema>
export type TypeChange = z.output<typeof changeSchema>

const TYPE = 'endpoint AS endpointId, type AS eventType, count, first_at AS firstAt, last_at AS lastAt, drifts'

/** Event types and their learned fields, as lists read them. */
export class TypeListRows {
  readonly #statements: Statements

  constructor(db: Db) {
    this.#statements = new Statements(db)
  }

  /** The most frequent ones first. */
  list(endpointId: number | null, limit: number): TypeSummary[] {
    const where = endpointId === null ? '' : 'WHERE endpoint = @endpointId'
    const sql = `SELECT ${TYPE} FROM types ${where} ORDER BY count DESC, endpoint, type LIMIT @limit`
    const values = endpointId === null ? { limit } : { endpointId, limit }
    return readRows(typeSchema, this.#statements.prepare(sql).all(values), 'event type')
  }

  schema(
    endpointId: number,
    eventType: string,
  ): (TypeSummary & { fields: ShapeField[]; cut: boolean; changes: TypeChange[] }) | null {
    const row = this.#statements
      .prepare(`SELECT ${TYPE}, shape FROM types WHERE endpoint = ? AND type = ?`)
      .get(endpointId, eventType)
    if (row === undefined) return null
    const { shape: stored, ...summary } = readRow(shapeSchema, row, 'event type')
    const shape = Shape.from(stored)
    const changes = this.#statements
      .prepare(
        `SELECT at, request AS captureId, path, change, detail FROM type_changes
         WHERE endpoint = ? AND type = ? ORDER BY id DESC`,
      )
      .all(endpointId, eventType)
    return {
      ...summary,
      fields: shape.fields(),
      cut: shape.cut,
      changes: readRows(changeSchema, changes, 'event type'),
    }
  }

  drifts(captureId: number): z.output<typeof driftSchema>[] {
    const sql = 'SELECT path, change, detail FROM type_changes WHERE request = ? ORDER BY id'
    return readRows(driftSchema, this.#statements.prepare(sql).all(captureId), 'event type')
  }
}
