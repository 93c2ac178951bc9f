import { z } from 'zod'
import { syncStateSchema } from '../../shared/contract/usage.ts'
import { type ProblemData, problemSchema } from '../../shared/problems.ts'
import { providerIds } from '../../shared/providers.ts'
import { jsonColumn, readRow, readRows } from '../store/row.ts'
import { Statements } from '../store/statements.ts'
import type { Db } from '../store/store.ts'
import type { CoveredSpan } from './coverage.ts'
import type { Day } from './days.ts'

const sourceSchema = z.object({
  sourceKeyId: z.number().int(),
  provider: z.enum(providerIds),
  accountId: z.number().int(),
  /** An admin key speaks for its organisation, any other key for itself. */
  covers: z.enum(['organisation', 'key']),
  /** Another source that reads the same organisation and counts its figures. */
  countedBy: z.number().int().nullable(),
  /** Reports of the last sync that was done. */
  reports: jsonColumn(z.array(z.string())),
  fetchedAt: z.number().nullable(),
  lastSuccessAt: z.number().nullable(),
})
export type SourceRow = z.output<typeof sourceSchema>

const runSchema = z.object({
  id: z.number().int(),
  sourceKeyId: z.number().int(),
  state: syncStateSchema,
  days: z.number().int(),
  pages: z.number().int(),
  expectedPages: z.number().int().nullable(),
  rows: z.number().int(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  problem: jsonColumn(problemSchema).nullable(),
  /** Id of a diagnosis, see `diagnoses.ts`. */
  failure: z.string().nullable(),
})
export type RunRow = z.output<typeof runSchema>

const positionSchema = z.object({
  report: z.string(),
  identity: z.string(),
  /** Token of the page that comes next. */
  nextToken: z.string().nullable(),
  done: z.number().transform((value) => value === 1),
  pages: z.number().int(),
  /** Days whose earlier figures this chain has replaced already. */
  buckets: jsonColumn(z.array(z.number().int())),
  /** Days for which its pages have given a bucket, with figures or without. */
  answered: jsonColumn(z.array(z.number().int())),
  startedAt: z.number(),
})
/** How far one chain of reports got, written together with the figures of its last page. */
export type Position = z.output<typeof positionSchema>

const remoteKeySchema = z.object({
  sourceKeyId: z.number().int(),
  remoteKeyId: z.string(),
  name: z.string().nullable(),
  redacted: z.string().nullable(),
  keyId: z.number().int().nullable(),
})
export type RemoteKeyRow = z.output<typeof remoteKeySchema>

const unsplitSchema = z.object({ id: z.number().int(), day: z.number().int() })
const idSchema = z.object({ id: z.number().int() })

const spanSchema = z.object({
  sourceKeyId: z.number().int(),
  from: z.number().int(),
  to: z.number().int(),
  level: z.enum(['open', 'closed', 'settled']),
})

const SOURCE = `source_key_id AS sourceKeyId, provider, account_id AS accountId, covers, counted_by AS countedBy, reports,
  fetched_at AS fetchedAt, last_success_at AS lastSuccessAt`
const RUN = `id, source_key_id AS sourceKeyId, state, days, pages, expected_pages AS expectedPages, rows,
  started_at AS startedAt, ended_at AS endedAt, problem, failure`
const REMOTE_KEY = `source_key_id AS sourceKeyId, remote_key_id AS remoteKeyId, name, redacted, key_id AS keyId`

/** Runs beyond these per source are forgotten. */
const KEPT_RUNS = 20

/** SQL of sources, runs, positions, coverage and remote keys. Figures are in `figure-rows.ts` and `item-rows.ts`. */
export class UsageRows {
  readonly #sql: Statements

  constructor(db: Db) {
    this.#sql = new Statements(db)
  }

  sources(): SourceRow[] {
    const found = this.#sql.prepare(`SELECT ${SOURCE} FROM usage_sources ORDER BY source_key_id`).all()
    return readRows(sourceSchema, found, 'usage source')
  }

  source(sourceKeyId: number): SourceRow | undefined {
    const found = this.#sql.prepare(`SELECT ${SOURCE} FROM usage_sources WHERE source_key_id = ?`).get(sourceKeyId)
    return found === undefined ? undefined : readRow(sourceSchema, found, `usage source ${sourceKeyId}`)
  }

  putSource(source: Pick<SourceRow, 'sourceKeyId' | 'provider' | 'accountId' | 'covers'>): void {
    this.#sql
      .prepare(
        `INSERT INTO usage_sources (source_key_id, provider, account_id, covers)
         VALUES (@sourceKeyId, @provider, @accountId, @covers) ON CONFLICT (source_key_id) DO UPDATE SET
         provider = excluded.provider, account_id = excluded.account_id, covers = excluded.covers`,
      )
      .run(source)
  }

  setCountedBy(sourceKeyId: number, countedBy: number | null): void {
    this.#sql.prepare('UPDATE usage_sources SET counted_by = ? WHERE source_key_id = ?').run(countedBy, sourceKeyId)
  }

  setFetchedAt(sourceKeyId: number, at: number): void {
    this.#sql.prepare('UPDATE usage_sources SET fetched_at = ? WHERE source_key_id = ?').run(at, sourceKeyId)
  }

  setSuccess(sourceKeyId: number, at: number, reports: readonly string[]): void {
    this.#sql
      .prepare('UPDATE usage_sources SET last_success_at = ?, reports = ? WHERE source_key_id = ?')
      .run(at, JSON.stringify(reports), sourceKeyId)
  }

  /** With everything that belongs to it but the roll-ups, see `FigureRows.detach`. */
  deleteSource(sourceKeyId: number): void {
    this.#sql.prepare('DELETE FROM usage_sources WHERE source_key_id = ?').run(sourceKeyId)
    this.#sql.prepare('UPDATE usage_sources SET counted_by = NULL WHERE counted_by = ?').run(sourceKeyId)
  }

  insertRun(run: Pick<RunRow, 'sourceKeyId' | 'days' | 'startedAt'>): number {
    this.#sql
      .prepare(
        `DELETE FROM usage_runs WHERE source_key_id = ? AND id NOT IN
         (SELECT id FROM usage_runs WHERE source_key_id = ? ORDER BY id DESC LIMIT ?)`,
      )
      .run(run.sourceKeyId, run.sourceKeyId, KEPT_RUNS - 1)
    const { lastInsertRowid } = this.#sql
      .prepare(
        `INSERT INTO usage_runs (source_key_id, state, days, started_at) VALUES (@sourceKeyId, 'queued', @days, @startedAt)`,
      )
      .run(run)
    return Number(lastInsertRowid)
  }

  /** Does nothing if the run is gone because its key was deleted. */
  updateRun(
    run: Omit<RunRow, 'sourceKeyId' | 'days' | 'startedAt' | 'problem'> & { problem: ProblemData | null },
  ): void {
    this.#sql
      .prepare(
        `UPDATE usage_runs SET state = @state, pages = @pages, expected_pages = @expectedPages, rows = @rows,
         ended_at = @endedAt, problem = @problem, failure = @failure WHERE id = @id`,
      )
      .run({
        id: run.id,
        state: run.state,
        pages: run.pages,
        expectedPages: run.expectedPages,
        rows: run.rows,
        endedAt: run.endedAt,
        problem: run.problem === null ? null : JSON.stringify(run.problem),
        failure: run.failure,
      })
  }

  /** Notes days whose costs have to be brought down to keys again. */
  markUnsplit(sourceKeyId: number, days: readonly Day[]): void {
    this.#sql
      .prepare(
        'INSERT INTO usage_unsplit (source_key_id, day) SELECT ?, value FROM json_each(?) WHERE true ON CONFLICT DO NOTHING',
      )
      .run(sourceKeyId, JSON.stringify(days))
  }

  /** The noted days by source, of one or of all. */
  unsplit(only?: number): Map<number, Day[]> {
    const found = this.#sql
      .prepare(
        `SELECT source_key_id AS id, day FROM usage_unsplit ${only === undefined ? '' : 'WHERE source_key_id = @only'}`,
      )
      .all(only === undefined ? {} : { only })
    const bySource = new Map<number, Day[]>()
    for (const { id, day } of readRows(unsplitSchema, found, 'day of a usage source')) {
      const days = bySource.get(id)
      if (days) days.push(day)
      else bySource.set(id, [day])
    }
    return bySource
  }

  clearUnsplit(sourceKeyId: number, days: readonly Day[]): void {
    this.#sql
      .prepare('DELETE FROM usage_unsplit WHERE source_key_id = ? AND day IN (SELECT value FROM json_each(?))')
      .run(sourceKeyId, JSON.stringify(days))
  }

  /** A page more, in the transaction that stores it. */
  countPage(runId: number, rows: number): void {
    this.#sql.prepare('UPDATE usage_runs SET pages = pages + 1, rows = rows + ? WHERE id = ?').run(rows, runId)
  }

  /** Runs that a crash left behind. Returns how many there were. */
  interruptRunning(at: number): number {
    return this.#sql
      .prepare("UPDATE usage_runs SET state = 'interrupted', ended_at = ? WHERE state IN ('queued', 'running')")
      .run(at).changes
  }

  /** The newest run of every source, ended or not. */
  lastRuns(): Map<number, RunRow> {
    return this.#newestRuns('SELECT max(id) FROM usage_runs GROUP BY source_key_id')
  }

  /** The newest run of every source that came to an end by itself. */
  lastEndedRuns(): Map<number, RunRow> {
    return this.#newestRuns("SELECT max(id) FROM usage_runs WHERE state IN ('done', 'failed') GROUP BY source_key_id")
  }

  #newestRuns(ids: string): Map<number, RunRow> {
    const found = this.#sql.prepare(`SELECT ${RUN} FROM usage_runs WHERE id IN (${ids})`).all()
    const runs = readRows(runSchema, found, 'sync run')
    return new Map(runs.map((run) => [run.sourceKeyId, run]))
  }

  positions(sourceKeyId: number): Position[] {
    return readRows(
      positionSchema,
      this.#sql
        .prepare(
          `SELECT report, identity, next_token AS nextToken, done, pages, buckets, answered, started_at AS startedAt
           FROM usage_positions WHERE source_key_id = ?`,
        )
        .all(sourceKeyId),
      'position of a sync',
    )
  }

  /** Sources with a position not older than `since`. */
  sourcesWithPositions(since: number): Set<number> {
    const found = this.#sql
      .prepare('SELECT DISTINCT source_key_id AS id FROM usage_positions WHERE started_at >= ?')
      .all(since)
    return new Set(idsOf(found))
  }

  putPosition(sourceKeyId: number, position: Position): void {
    this.#sql
      .prepare(
        `INSERT INTO usage_positions (source_key_id, report, identity, next_token, done, pages, buckets, answered, started_at)
         VALUES (@sourceKeyId, @report, @identity, @nextToken, @done, @pages, @buckets, @answered, @startedAt)
         ON CONFLICT DO UPDATE SET next_token = excluded.next_token, done = excluded.done, pages = excluded.pages,
         buckets = excluded.buckets, answered = excluded.answered, started_at = excluded.started_at`,
      )
      .run({
        ...position,
        sourceKeyId,
        done: position.done ? 1 : 0,
        buckets: JSON.stringify(position.buckets),
        answered: JSON.stringify(position.answered),
      })
  }

  deletePosition(sourceKeyId: number, { report, identity }: Pick<Position, 'report' | 'identity'>): void {
    this.#sql
      .prepare('DELETE FROM usage_positions WHERE source_key_id = ? AND report = ? AND identity = ?')
      .run(sourceKeyId, report, identity)
  }

  deletePositions(sourceKeyId: number): void {
    this.#sql.prepare('DELETE FROM usage_positions WHERE source_key_id = ?').run(sourceKeyId)
  }

  coverage(sourceKeyIds?: readonly number[]): Map<number, CoveredSpan[]> {
    const found = readRows(
      spanSchema,
      this.#sql
        .prepare(
          `SELECT source_key_id AS sourceKeyId, from_day AS "from", to_day AS "to", level FROM usage_coverage
           ${sourceKeyIds === undefined ? '' : 'WHERE source_key_id IN (SELECT value FROM json_each(@ids))'}
           ORDER BY source_key_id, from_day`,
        )
        .all(sourceKeyIds === undefined ? {} : { ids: JSON.stringify(sourceKeyIds) }),
      'range of days',
    )
    const spans = new Map<number, CoveredSpan[]>()
    for (const { sourceKeyId, ...span } of found) {
      const list = spans.get(sourceKeyId)
      if (list) list.push(span)
      else spans.set(sourceKeyId, [span])
    }
    return spans
  }

  setCoverage(sourceKeyId: number, spans: readonly CoveredSpan[]): void {
    this.#sql.prepare('DELETE FROM usage_coverage WHERE source_key_id = ?').run(sourceKeyId)
    const insert = this.#sql.prepare(
      'INSERT INTO usage_coverage (source_key_id, from_day, to_day, level) VALUES (?, ?, ?, ?)',
    )
    for (const { from, to, level } of spans) insert.run(sourceKeyId, from, to, level)
  }

  /**
   * Stores the keys a provider lists. With `complete`, keys that are not in `items` become tombstones: they keep
   * their last name, because usage goes on naming them.
   */
  putRemoteKeys(
    sourceKeyId: number,
    items: readonly Omit<RemoteKeyRow, 'sourceKeyId'>[],
    at: number,
    complete: boolean,
  ): void {
    if (complete) this.#sql.prepare('UPDATE usage_remote_keys SET listed = 0 WHERE source_key_id = ?').run(sourceKeyId)
    const put = this.#sql.prepare(
      `INSERT INTO usage_remote_keys (source_key_id, remote_key_id, name, redacted, key_id, listed, seen_at)
       VALUES (@sourceKeyId, @remoteKeyId, @name, @redacted, @keyId, 1, @at) ON CONFLICT DO UPDATE SET
       name = ifnull(excluded.name, name), redacted = ifnull(excluded.redacted, redacted), key_id = excluded.key_id,
       listed = 1, seen_at = excluded.seen_at`,
    )
    for (const item of items) put.run({ ...item, sourceKeyId, at })
  }

  remoteKeys(sourceKeyIds: readonly number[]): RemoteKeyRow[] {
    return readRows(
      remoteKeySchema,
      this.#sql
        .prepare(
          `SELECT ${REMOTE_KEY} FROM usage_remote_keys
           WHERE source_key_id IN (SELECT value FROM json_each(?)) ORDER BY source_key_id, remote_key_id`,
        )
        .all(JSON.stringify(sourceKeyIds)),
      'key of a provider',
    )
  }

  remoteKeysOf(keyId: number): RemoteKeyRow[] {
    const found = this.#sql.prepare(`SELECT ${REMOTE_KEY} FROM usage_remote_keys WHERE key_id = ?`).all(keyId)
    return readRows(remoteKeySchema, found, 'key of a provider')
  }

  /** Stored keys whose usage comes with the admin key that lists them. */
  matchedKeys(): Set<number> {
    const found = this.#sql
      .prepare('SELECT DISTINCT key_id AS id FROM usage_remote_keys WHERE key_id IS NOT NULL')
      .all()
    return new Set(idsOf(found))
  }

  /** Sources that have listed a key of their organisation, now or earlier. */
  sourcesWithRemoteKeys(): Set<number> {
    return new Set(idsOf(this.#sql.prepare('SELECT DISTINCT source_key_id AS id FROM usage_remote_keys').all()))
  }

  /** Other organisations' sources of the same provider that list one of this source's keys: the same organisation. */
  sharingRemoteKeys(sourceKeyId: number): number[] {
    const found = this.#sql
      .prepare(
        `SELECT DISTINCT o.source_key_id AS id FROM usage_remote_keys mine
         JOIN usage_remote_keys theirs ON theirs.remote_key_id = mine.remote_key_id AND theirs.source_key_id <> mine.source_key_id
         JOIN usage_sources o ON o.source_key_id = theirs.source_key_id
         WHERE mine.source_key_id = ? AND o.counted_by IS NULL AND o.covers = 'organisation'
         AND o.provider = (SELECT provider FROM usage_sources WHERE source_key_id = mine.source_key_id)
         ORDER BY id`,
      )
      .all(sourceKeyId)
    return idsOf(found)
  }
}

function idsOf(rows: readonly unknown[]): number[] {
  return readRows(idSchema, rows, 'usage source').map(({ id }) => id)
}
