import { z } from 'zod'
import { type ProbeReport, probeReportSchema } from '../../shared/contract/sender.ts'
import { decodeCursor, encodeCursor } from '../store/cursor.ts'
import { jsonColumn, readRow, readRows } from '../store/row.ts'
import { Statements } from '../store/statements.ts'
import type { Db } from '../store/store.ts'

const storedSchema = z.object({
  id: z.number().int().positive(),
  report: jsonColumn(probeReportSchema.omit({ id: true })),
})
const countSchema = z.object({ n: z.number().int() })
const cursorSchema = z.tuple([z.number().int()])

/** Reports that are kept. */
const KEPT = 200

/** SQL of the probe reports. */
export class ProbeRows {
  readonly #sql: Statements

  constructor(db: Db) {
    this.#sql = new Statements(db)
  }

  /** Stores a report and forgets the oldest ones. */
  insert(report: Omit<ProbeReport, 'id'>): number {
    const { lastInsertRowid } = this.#sql
      .prepare('INSERT INTO probe_reports (at, report) VALUES (?, ?)')
      .run(report.at, JSON.stringify(report))
    this.#sql
      .prepare('DELETE FROM probe_reports WHERE id <= (SELECT id FROM probe_reports ORDER BY id DESC LIMIT 1 OFFSET ?)')
      .run(KEPT)
    return Number(lastInsertRowid)
  }

  /** Newest first. */
  page({ cursor, limit }: { cursor?: string | undefined; limit: number }): {
    items: ProbeReport[]
    nextCursor: string | null
    total: number
  } {
    const { n: total } = readRow(
      countSchema,
      this.#sql.prepare('SELECT count(*) AS n FROM probe_reports').get(),
      'number of probe reports',
    )
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : decodeCursor(cursor, cursorSchema)[0]
    const found = this.#sql
      .prepare('SELECT id, report FROM probe_reports WHERE id < ? ORDER BY id DESC LIMIT ?')
      .all(before, limit + 1)
    const items = readRows(storedSchema, found, 'probe report').map(({ id, report }) => ({ id, ...report }))
    const more = items.length > limit
    if (more) items.pop()
    const last = items.at(-1)
    return { items, nextCursor: more && last ? encodeCursor([last.id]) : null, total }
  }
}
