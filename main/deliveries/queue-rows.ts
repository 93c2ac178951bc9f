import { z } from 'zod'
import { deadLetterSchema } from '../../shared/contract/deliveries.ts'
import { type ProblemData, problemSchema } from '../../shared/problems.ts'
import { jsonColumn, readRow, readRows } from '../store/row.ts'
import { Statements } from '../store/statements.ts'
import type { Db } from '../store/store.ts'

const stateSchema = z.object({
  targetId: z.number().int(),
  /** Everything up to this captured request is settled. */
  cursor: z.number().int(),
  delivered: z.number().int(),
  lastAt: z.number().nullable(),
  lastProblem: jsonColumn(problemSchema).nullable(),
})
type ForwardState = z.output<typeof stateSchema>

const retrySchema = z.object({
  captureId: z.number().int(),
  /** Made so far. */
  attempts: z.number().int(),
  dueAt: z.number().int(),
  byHand: z.number().transform((value) => value === 1),
})
export type Retry = Readonly<z.output<typeof retrySchema>>

const deadSchema = deadLetterSchema.extend({ lastProblem: jsonColumn(problemSchema).nullable() })
type Dead = z.output<typeof deadSchema>

const countSchema = z.object({ n: z.number().int() })
const dueSchema = z.object({ dueAt: z.number().int().nullable() })
const targetIdSchema = z.object({ targetId: z.number().int() })
const perTargetSchema = z.object({ targetId: z.number().int(), n: z.number().int() })

const STATE = 'target_id AS targetId, cursor, delivered, last_at AS lastAt, last_problem AS lastProblem'
const DEAD = `id, capture_id AS captureId, target_id AS targetId, url, attempts, at, last_status AS lastStatus,
  last_problem AS lastProblem`

/** SQL of how far each target got, what is tried again, and what was given up. */
export class QueueRows {
  readonly #sql: Statements

  constructor(db: Db) {
    this.#sql = new Statements(db)
  }

  state(targetId: number): ForwardState | null {
    const row = this.#sql.prepare(`SELECT ${STATE} FROM forward_states WHERE target_id = ?`).get(targetId)
    return row === undefined ? null : readRow(stateSchema, row, `state of target ${targetId}`)
  }

  /** Begins anew, with nothing left of an earlier target of this id. */
  begin(targetId: number, cursor: number, lastProblem: ProblemData | null): void {
    this.forget(targetId)
    this.#sql
      .prepare('INSERT INTO forward_states (target_id, cursor, last_problem) VALUES (?, ?, ?)')
      .run(targetId, cursor, toJson(lastProblem))
  }

  /** Ids of all targets this file knows anything of. */
  known(): number[] {
    const found = this.#sql
      .prepare(
        `SELECT target_id AS targetId FROM forward_states UNION SELECT target_id FROM retries
         UNION SELECT target_id FROM dead_letters`,
      )
      .all()
    return readRows(targetIdSchema, found, 'target').map(({ targetId }) => targetId)
  }

  /** Everything but its attempts, which stay part of the history. */
  forget(targetId: number): void {
    for (const table of ['forward_states', 'retries', 'dead_letters']) {
      this.#sql.prepare(`DELETE FROM ${table} WHERE target_id = ?`).run(targetId)
    }
  }

  setCursor(targetId: number, cursor: number): void {
    this.#sql.prepare('UPDATE forward_states SET cursor = ? WHERE target_id = ?').run(cursor, targetId)
  }

  /** After an attempt: what the target's row in a list says. */
  note(
    targetId: number,
    outcome: { readonly delivered: boolean; readonly at: number; readonly problem: ProblemData | null },
  ) {
    this.#sql
      .prepare(`UPDATE forward_states SET delivered = delivered + ?, last_at = ?, last_problem = ? WHERE target_id = ?`)
      .run(outcome.delivered ? 1 : 0, outcome.at, toJson(outcome.problem), targetId)
  }

  setProblem(targetId: number, problem: ProblemData | null): void {
    this.#sql.prepare('UPDATE forward_states SET last_problem = ? WHERE target_id = ?').run(toJson(problem), targetId)
  }

  putRetry(targetId: number, retry: Retry): void {
    this.#sql
      .prepare(
        `INSERT INTO retries (target_id, capture_id, attempts, due_at, by_hand) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (target_id, capture_id) DO UPDATE SET attempts = excluded.attempts, due_at = excluded.due_at,
         by_hand = excluded.by_hand`,
      )
      .run(targetId, retry.captureId, retry.attempts, retry.dueAt, retry.byHand ? 1 : 0)
  }

  deleteRetry(targetId: number, captureId: number): void {
    this.#sql.prepare('DELETE FROM retries WHERE target_id = ? AND capture_id = ?').run(targetId, captureId)
  }

  /** Due at `now` or before, the longest overdue first. */
  due(targetId: number, now: number, limit: number): Retry[] {
    const found = this.#sql
      .prepare(
        `SELECT capture_id AS captureId, attempts, due_at AS dueAt, by_hand AS byHand FROM retries
         WHERE target_id = ? AND due_at <= ? ORDER BY due_at, capture_id LIMIT ?`,
      )
      .all(targetId, now, limit)
    return readRows(retrySchema, found, 'retry')
  }

  /** When the next retry after `now` is due, or null. */
  nextDue(targetId: number, now: number): number | null {
    const row = this.#sql
      .prepare('SELECT min(due_at) AS dueAt FROM retries WHERE target_id = ? AND due_at > ?')
      .get(targetId, now)
    return readRow(dueSchema, row, 'time of a retry').dueAt
  }

  retryCount(targetId: number): number {
    return this.#count('SELECT count(*) AS n FROM retries WHERE target_id = ?', targetId)
  }

  /** Replaces an older one of the same request and target. */
  putDead(letter: Omit<Dead, 'id'>): void {
    this.#sql
      .prepare(
        `INSERT OR REPLACE INTO dead_letters (capture_id, target_id, url, attempts, at, last_status, last_problem)
         VALUES (@captureId, @targetId, @url, @attempts, @at, @lastStatus, @lastProblem)`,
      )
      .run({ ...letter, lastProblem: toJson(letter.lastProblem) })
  }

  dead(ids: readonly number[]): Dead[] {
    const found = this.#sql
      .prepare(`SELECT ${DEAD} FROM dead_letters WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id`)
      .all(JSON.stringify(ids))
    return readRows(deadSchema, found, 'dead letter')
  }

  deleteDead(ids: readonly number[]): number {
    return this.#sql
      .prepare('DELETE FROM dead_letters WHERE id IN (SELECT value FROM json_each(?))')
      .run(JSON.stringify(ids)).changes
  }

  /** Of captured requests that are gone: nothing could be sent any more. */
  deleteDeadOf(captureIds: readonly number[]): void {
    this.#sql
      .prepare('DELETE FROM dead_letters WHERE capture_id IN (SELECT value FROM json_each(?))')
      .run(JSON.stringify(captureIds))
  }

  /** Newest first. */
  deadPage(input: { targetId?: number | undefined; before: number | null; limit: number }): {
    items: Dead[]
    total: number
  } {
    const ofTarget = input.targetId === undefined ? '1 = 1' : 'target_id = @targetId'
    const values = { ...(input.targetId === undefined ? {} : { targetId: input.targetId }) }
    const older = input.before === null ? '' : 'AND id < @before'
    const found = this.#sql
      .prepare(`SELECT ${DEAD} FROM dead_letters WHERE ${ofTarget} ${older} ORDER BY id DESC LIMIT @limit`)
      .all({ ...values, limit: input.limit, ...(input.before === null ? {} : { before: input.before }) })
    const counted = this.#sql.prepare(`SELECT count(*) AS n FROM dead_letters WHERE ${ofTarget}`).get(values)
    const { n: total } = readRow(countSchema, counted, 'number of dead letters')
    return { items: readRows(deadSchema, found, 'dead letter'), total }
  }

  deadPerTarget(): Map<number, number> {
    const found = this.#sql.prepare('SELECT target_id AS targetId, count(*) AS n FROM dead_letters GROUP BY 1').all()
    return new Map(readRows(perTargetSchema, found, 'number of dead letters').map(({ targetId, n }) => [targetId, n]))
  }

  #count(sql: string, targetId: number): number {
    return readRow(countSchema, this.#sql.prepare(sql).get(targetId), 'number').n
  }
}

function toJson(problem: ProblemData | null): string | null {
  return problem === null ? null : JSON.stringify(problem)
}
