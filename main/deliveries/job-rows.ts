import { z } from 'zod'
import { jobSchema, replayInputSchema } from '../../shared/contract/deliveries.ts'
import { type ProblemData, problemSchema } from '../../shared/problems.ts'
import { jsonColumn, readRow, readRows } from '../store/row.ts'
import { Statements } from '../store/statements.ts'
import type { Db } from '../store/store.ts'

const shownSchema = jobSchema
  .omit({ done: true, perSecond: true })
  .extend({ problem: jsonColumn(problemSchema).nullable() })
/** A replay job as lists show it: without what it was told to do, which may name thousands of requests. */
export type ShownJobRow = Readonly<z.output<typeof shownSchema>>

const rowSchema = shownSchema.extend({
  input: jsonColumn(replayInputSchema),
  secretGiven: z.number().transform((value) => value === 1),
  position: z.number().int(),
})
/** A replay job as it is stored; `input` without a secret that came with the call. */
export type JobRow = Readonly<z.output<typeof rowSchema>>
export type JobState = JobRow['state']

const countSchema = z.object({ n: z.number().int() })

const SHOWN = 'id, state, url, created_at AS createdAt, ended_at AS endedAt, total, succeeded, failed, problem'
const COLUMNS = `${SHOWN}, input, secret_given AS secretGiven, position`

/** SQL of replay jobs. */
export class JobRows {
  readonly #sql: Statements

  constructor(db: Db) {
    this.#sql = new Statements(db)
  }

  insert(job: Pick<JobRow, 'input' | 'secretGiven' | 'createdAt' | 'total'>): number {
    const { lastInsertRowid } = this.#sql
      .prepare(
        `INSERT INTO jobs (state, url, input, secret_given, created_at, total) VALUES ('running', ?, ?, ?, ?, ?)`,
      )
      .run(job.input.url, JSON.stringify(job.input), job.secretGiven ? 1 : 0, job.createdAt, job.total)
    return Number(lastInsertRowid)
  }

  get(id: number): JobRow | null {
    const row = this.#sql.prepare(`SELECT ${COLUMNS} FROM jobs WHERE id = ?`).get(id)
    return row === undefined ? null : readRow(rowSchema, row, 'replay')
  }

  shown(id: number): ShownJobRow | null {
    const row = this.#sql.prepare(`SELECT ${SHOWN} FROM jobs WHERE id = ?`).get(id)
    return row === undefined ? null : readRow(shownSchema, row, 'replay')
  }

  /** Newest first. */
  page(before: number | null, limit: number): { items: ShownJobRow[]; total: number } {
    const counted = this.#sql.prepare('SELECT count(*) AS n FROM jobs').get()
    const found = this.#sql
      .prepare(`SELECT ${SHOWN} FROM jobs WHERE id < ? ORDER BY id DESC LIMIT ?`)
      .all(before ?? Number.MAX_SAFE_INTEGER, limit)
    return {
      items: readRows(shownSchema, found, 'replay'),
      total: readRow(countSchema, counted, 'number of replays').n,
    }
  }

  /** One request more is done, in the transaction that stores its attempt. */
  count(id: number, outcome: { readonly succeeded: boolean; readonly position: number }): void {
    this.#sql
      .prepare('UPDATE jobs SET succeeded = succeeded + ?, failed = failed + ?, position = ? WHERE id = ?')
      .run(outcome.succeeded ? 1 : 0, outcome.succeeded ? 0 : 1, outcome.position, id)
  }

  setState(id: number, state: JobState, endedAt: number | null, problem: ProblemData | null): void {
    this.#sql
      .prepare('UPDATE jobs SET state = ?, ended_at = ?, problem = ? WHERE id = ?')
      .run(state, endedAt, problem === null ? null : JSON.stringify(problem), id)
  }

  /** Some may have been deleted since it began. */
  setTotal(id: number, total: number): void {
    this.#sql.prepare('UPDATE jobs SET total = ? WHERE id = ?').run(total, id)
  }

  /** Jobs that ended with the program. Returns how many there were. */
  interruptRunning(at: number): number {
    return this.#sql.prepare(`UPDATE jobs SET state = 'interrupted', ended_at = ? WHERE state = 'running'`).run(at)
      .changes
  }

  /** Forgets ended jobs older than the newest `kept`. */
  prune(kept: number): void {
    this.#sql
      .prepare(
        `DELETE FROM jobs WHERE state IN ('cancelled', 'finished') AND id <=
         (SELECT id FROM jobs ORDER BY id DESC LIMIT 1 OFFSET ?)`,
      )
      .run(kept)
  }
}
