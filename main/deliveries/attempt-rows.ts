import { z } from 'zod'
import { attemptSchema } from '../../shared/contract/deliveries.ts'
import { type ProblemData, problemSchema } from '../../shared/problems.ts'
import { blobSchema } from '../store/blob.ts'
import { jsonColumn, readRow, readRows } from '../store/row.ts'
import { Statements } from '../store/statements.ts'
import type { Db } from '../store/store.ts'

const rowSchema = attemptSchema.extend({ problem: jsonColumn(problemSchema).nullable() })
export type AttemptRow = z.output<typeof rowSchema>

const pairsSchema = z.array(z.tuple([z.string(), z.string()]))
const detailSchema = z.object({
  requestHeaders: jsonColumn(pairsSchema),
  requestBytes: z.number().int(),
  responseHeaders: jsonColumn(pairsSchema),
  responseBody: blobSchema,
  responseBytes: z.number().int(),
  responseCut: z.number().transform((value) => value === 1),
  connectMs: z.number().nullable(),
  firstByteMs: z.number().nullable(),
  totalMs: z.number(),
})
export type DetailRow = z.output<typeof detailSchema>

/** An attempt before it has an id. */
export interface NewAttempt extends Omit<AttemptRow, 'id' | 'problem'> {
  readonly problem: ProblemData | null
  readonly succeeded: boolean
  readonly detail: Readonly<DetailRow>
}

export interface AttemptFilter {
  readonly captureId?: number | undefined
  readonly targetId?: number | undefined
  readonly jobId?: number | undefined
  readonly outcome?: 'succeeded' | 'failed' | undefined
}

const countSchema = z.object({ n: z.number().int() })
const captureIdSchema = z.object({ captureId: z.number().int() })
const idSchema = z.object({ id: z.number().int().nullable() })
const sizeSchema = z.object({ pages: z.number(), size: z.number() })

const COLUMNS = `id, kind, capture_id AS captureId, target_id AS targetId, job_id AS jobId, attempt, at, method, url,
  status, duration_ms AS durationMs, problem, became_capture_id AS becameCaptureId`

/** SQL of attempts. */
export class AttemptRows {
  readonly #sql: Statements

  constructor(db: Db) {
    this.#sql = new Statements(db)
  }

  insert(attempt: NewAttempt): number {
    const { detail } = attempt
    const { lastInsertRowid } = this.#sql
      .prepare(
        `INSERT INTO attempts (kind, capture_id, target_id, job_id, attempt, at, method, url, status, succeeded,
         duration_ms, problem, became_capture_id)
         VALUES (@kind, @captureId, @targetId, @jobId, @attempt, @at, @method, @url, @status, @succeeded,
         @durationMs, @problem, @becameCaptureId)`,
      )
      .run({
        kind: attempt.kind,
        captureId: attempt.captureId,
        targetId: attempt.targetId,
        jobId: attempt.jobId,
        attempt: attempt.attempt,
        at: attempt.at,
        method: attempt.method,
        url: attempt.url,
        status: attempt.status,
        succeeded: attempt.succeeded ? 1 : 0,
        durationMs: attempt.durationMs,
        problem: attempt.problem === null ? null : JSON.stringify(attempt.problem),
        becameCaptureId: attempt.becameCaptureId,
      })
    const id = Number(lastInsertRowid)
    this.#sql
      .prepare(
        `INSERT INTO attempt_details (attempt_id, request_headers, request_bytes, response_headers, response_body,
         response_bytes, response_cut, connect_ms, first_byte_ms, total_ms)
         VALUES (@id, @requestHeaders, @requestBytes, @responseHeaders, @responseBody, @responseBytes, @responseCut,
         @connectMs, @firstByteMs, @totalMs)`,
      )
      .run({
        id,
        requestHeaders: JSON.stringify(detail.requestHeaders),
        requestBytes: detail.requestBytes,
        responseHeaders: JSON.stringify(detail.responseHeaders),
        responseBody: detail.responseBody,
        responseBytes: detail.responseBytes,
        responseCut: detail.responseCut ? 1 : 0,
        connectMs: detail.connectMs,
        firstByteMs: detail.firstByteMs,
        totalMs: detail.totalMs,
      })
    return id
  }

  get(id: number): { readonly row: AttemptRow; readonly detail: DetailRow } | null {
    const row = this.#sql.prepare(`SELECT ${COLUMNS} FROM attempts WHERE id = ?`).get(id)
    const detail = this.#sql
      .prepare(
        `SELECT request_headers AS requestHeaders, request_bytes AS requestBytes, response_headers AS responseHeaders,
         response_body AS responseBody, response_bytes AS responseBytes, response_cut AS responseCut,
         connect_ms AS connectMs, first_byte_ms AS firstByteMs, total_ms AS totalMs
         FROM attempt_details WHERE attempt_id = ?`,
      )
      .get(id)
    if (row === undefined || detail === undefined) return null
    return { row: readRow(rowSchema, row, 'attempt'), detail: readRow(detailSchema, detail, `attempt ${id}`) }
  }

  /** Newest first. `total` is exact. */
  page(filter: AttemptFilter, before: number | null, limit: number): { items: AttemptRow[]; total: number } {
    const conditions = ['1 = 1']
    const values: Record<string, number> = {}
    for (const [column, value] of [
      ['capture_id', filter.captureId],
      ['target_id', filter.targetId],
      ['job_id', filter.jobId],
      ['succeeded', filter.outcome === undefined ? undefined : filter.outcome === 'succeeded' ? 1 : 0],
    ] as const) {
      if (value === undefined) continue
      conditions.push(`${column} = @${column}`)
      values[column] = value
    }
    const where = conditions.join(' AND ')
    const counted = this.#sql.prepare(`SELECT count(*) AS n FROM attempts WHERE ${where}`).get(values)
    const found = this.#sql
      .prepare(
        `SELECT ${COLUMNS} FROM attempts WHERE ${where} ${before === null ? '' : 'AND id < @before'}
         ORDER BY id DESC LIMIT @limit`,
      )
      .all({ ...values, limit, ...(before === null ? {} : { before }) })
    return {
      items: readRows(rowSchema, found, 'attempt'),
      total: readRow(countSchema, counted, 'number of attempts').n,
    }
  }

  setBecame(id: number, captureId: number): void {
    this.#sql.prepare('UPDATE attempts SET became_capture_id = ? WHERE id = ?').run(captureId, id)
  }

  /** Captured requests above `cursor` that were forwarded to this target at least once. */
  forwardedAbove(targetId: number, cursor: number): Set<number> {
    const found = this.#sql
      .prepare(
        `SELECT DISTINCT capture_id AS captureId FROM attempts
         WHERE capture_id > ? AND +target_id = ? AND kind = 'forward'`,
      )
      .all(cursor, targetId)
    return new Set(readRows(captureIdSchema, found, 'attempt').map(({ captureId }) => captureId))
  }

  /** Captured requests above `position` that this job has done. */
  replayedAbove(jobId: number, position: number): Set<number> {
    const found = this.#sql
      .prepare('SELECT DISTINCT capture_id AS captureId FROM attempts WHERE job_id = ? AND +capture_id > ?')
      .all(jobId, position)
    return new Set(readRows(captureIdSchema, found, 'attempt').map(({ captureId }) => captureId))
  }

  /** Captured requests above `afterId` and up to `throughId` that attempts speak of. */
  captureIds(afterId: number, throughId: number): number[] {
    const found = this.#sql
      .prepare('SELECT DISTINCT capture_id AS captureId FROM attempts WHERE capture_id > ? AND capture_id <= ?')
      .all(afterId, throughId)
    return readRows(captureIdSchema, found, 'attempt').map(({ captureId }) => captureId)
  }

  /** Returns how many went. */
  deleteOf(captureIds: readonly number[], limit: number): number {
    return this.#sql
      .prepare(
        `DELETE FROM attempts WHERE id IN (SELECT id FROM attempts
         WHERE capture_id IN (SELECT value FROM json_each(?)) LIMIT ?)`,
      )
      .run(JSON.stringify(captureIds), limit).changes
  }

  /** Deletes the oldest `limit` of those older than the newest `kept`. Returns how many went. */
  deleteBeyond(kept: number, limit: number): number {
    const row = this.#sql.prepare('SELECT (SELECT id FROM attempts ORDER BY id DESC LIMIT 1 OFFSET ?) AS id').get(kept)
    const { id } = readRow(idSchema, row, 'attempt')
    if (id === null) return 0
    return this.#sql
      .prepare('DELETE FROM attempts WHERE id IN (SELECT id FROM attempts WHERE id <= ? ORDER BY id LIMIT ?)')
      .run(id, limit).changes
  }

  /** Returns how many went. */
  deleteOldest(limit: number): number {
    return this.#sql
      .prepare('DELETE FROM attempts WHERE id IN (SELECT id FROM attempts ORDER BY id LIMIT ?)')
      .run(limit).changes
  }

  /** Bytes of the file that hold something. */
  usedBytes(): number {
    const row = this.#sql
      .prepare(
        `SELECT (SELECT page_count FROM pragma_page_count()) - (SELECT freelist_count FROM pragma_freelist_count())
         AS pages, (SELECT page_size FROM pragma_page_size()) AS size`,
      )
      .get()
    const { pages, size } = readRow(sizeSchema, row, 'size of the record of deliveries')
    return pages * size
  }
}
