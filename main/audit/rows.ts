import { z } from 'zod'
import { type AuditEntry, auditEntrySchema } from '../../shared/contract/audit.ts'
import { decodeCursor, encodeCursor } from '../store/cursor.ts'
import { readRow, readRows } from '../store/row.ts'
import type { Db } from '../store/store.ts'

export interface AuditPage {
  items: AuditEntry[]
  nextCursor: string | null
  total: number
}

const columns =
  'id, at, action, source, subject_kind AS subjectKind, subject_id AS subjectId, subject_name AS subjectName, detail'

const cursorSchema = z.tuple([z.number().int()])
const countSchema = z.object({ n: z.number().int() })

/** SQL of the audit log. */
export class AuditRows {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  insert(entry: Omit<AuditEntry, 'id'>): void {
    this.#db
      .prepare(
        `INSERT INTO audit_entries (at, action, source, subject_kind, subject_id, subject_name, detail)
         VALUES (@at, @action, @source, @subjectKind, @subjectId, @subjectName, @detail)`,
      )
      .run(entry)
  }

  list(input: {
    cursor?: string | undefined
    limit: number
    subjectKind?: string | undefined
    subjectId?: number | undefined
  }): AuditPage {
    const conditions = ['1 = 1']
    const values: Record<string, unknown> = {}
    if (input.subjectKind !== undefined) {
      conditions.push('subject_kind = @subjectKind')
      values.subjectKind = input.subjectKind
    }
    if (input.subjectId !== undefined) {
      conditions.push('subject_id = @subjectId')
      values.subjectId = input.subjectId
    }
    const filter = conditions.join(' AND ')
    const { n: total } = readRow(
      countSchema,
      this.#db.prepare(`SELECT count(*) AS n FROM audit_entries WHERE ${filter}`).get(values),
      'number of audit entries',
    )
    const before = input.cursor === undefined ? null : decodeCursor(input.cursor, cursorSchema)[0]
    const found = this.#db
      .prepare(
        `SELECT ${columns} FROM audit_entries WHERE ${filter} ${before === null ? '' : 'AND id < @before'}
         ORDER BY id DESC LIMIT @limit`,
      )
      .all({ ...values, ...(before === null ? {} : { before }), limit: input.limit + 1 })
    const items = readRows(auditEntrySchema, found, 'audit entry')
    const more = items.length > input.limit
    if (more) items.pop()
    const last = items.at(-1)
    return { items, nextCursor: more && last ? encodeCursor([last.id]) : null, total }
  }
}
