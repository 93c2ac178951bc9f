import type { SyncProgress, SyncState, UsageSource } from '../../../shared/contract/usage.ts'
import { providerInfo } from '../../../shared/providers.ts'
import { countOf } from '../../../shared/words.ts'

/** A source with its newest run, whether that came from the list or live. */
export interface SourceRow {
  readonly source: UsageSource
  readonly run: SyncProgress | null
}

export const stateWords: Record<SyncState, string> = {
  queued: 'Waiting to start',
  running: 'Reading',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
  interrupted: 'Interrupted',
}

export function isActive(run: SyncProgress | null): run is SyncProgress {
  return run !== null && (run.state === 'queued' || run.state === 'running')
}

/** Joins the listed sources with what came live; the run with the higher id is the newer one. */
export function sourceRows(sources: readonly UsageSource[], live: ReadonlyMap<number, SyncProgress>): SourceRow[] {
  return sources.map((source) => {
    const run = live.get(source.keyId) ?? null
    const listed = source.lastRun
    if (run === null || listed === null) return { source, run: run ?? listed }
    return { source, run: listed.runId > run.runId || (listed.runId === run.runId && !isActive(listed)) ? listed : run }
  })
}

/** Per cent of a run, never 100 before it ended, or null while the number of pages is unknown. */
export function runPercent(run: SyncProgress): number | null {
  if (!isActive(run)) return 100
  if (run.expectedPages === null || run.expectedPages === 0) return null
  return Math.min(97, Math.round((run.pages / run.expectedPages) * 100))
}

/** Per cent of all runs under way together; null while none of them can tell. */
export function overallPercent(runs: readonly SyncProgress[]): number | null {
  const parts = runs.map((run) => runPercent(run))
  if (parts.length === 0 || parts.every((part) => part === null)) return null
  return Math.round(parts.reduce<number>((sum, part) => sum + (part ?? 0), 0) / parts.length)
}

/** What a run is doing or how it ended, in one line. `now` decides whether an imposed wait is still on. */
export function runText(run: SyncProgress, now: number): string {
  if (run.state === 'running' && run.waitingUntil !== null && run.waitingUntil > now) {
    const seconds = Math.ceil((run.waitingUntil - now) / 1_000)
    return `Waiting ${seconds} s, as ${providerInfo(run.provider).name} asked`
  }
  switch (run.state) {
    case 'queued':
      return stateWords.queued
    case 'running':
      if (run.pages === 0) return `${stateWords.running} the first page`
      return run.expectedPages === null
        ? `${stateWords.running}, ${countOf(run.pages, 'page')} so far`
        : `${stateWords.running} page ${Math.min(run.pages + 1, run.expectedPages)} of about ${run.expectedPages}`
    case 'done':
      return run.problem === null
        ? `${stateWords.done}, ${countOf(run.rows, 'row')}`
        : `${stateWords.done}, but: ${run.problem.message}`
    case 'failed':
      return run.problem === null ? stateWords.failed : `${stateWords.failed}: ${run.problem.message}`
    case 'cancelled':
      return `${stateWords.cancelled} after ${countOf(run.pages, 'page')}`
    case 'interrupted':
      return `${stateWords.interrupted} after ${countOf(run.pages, 'page')}`
  }
}

/** How a source stands, in one line. A source may have figures without a run that is still on record. */
export function sourceText({ source, run }: SourceRow, now: number): string {
  if (run !== null) return runText(run, now)
  if (source.lastSuccessAt !== null) return 'Synced'
  return source.billed ? 'Only on request: one billed search' : 'Never synced'
}

export interface SyncSummary {
  readonly active: readonly SyncProgress[]
  readonly failed: number
  readonly resumable: readonly number[]
  /** Newest and oldest success over all sources; `neverSynced` counts those without any that a refresh would read. */
  readonly newestSuccess: number | null
  readonly oldestSuccess: number | null
  readonly neverSynced: number
}

export function summarise(rows: readonly SourceRow[]): SyncSummary {
  const successes = rows.map(({ source }) => source.lastSuccessAt).filter((at) => at !== null)
  return {
    active: rows.map(({ run }) => run).filter(isActive),
    failed: rows.filter(({ run }) => run?.state === 'failed').length,
    resumable: rows.filter(({ source, run }) => source.resumable && !isActive(run)).map(({ source }) => source.keyId),
    newestSuccess: successes.length === 0 ? null : Math.max(...successes),
    oldestSuccess: successes.length === 0 ? null : Math.min(...successes),
    neverSynced: rows.filter(({ source }) => source.lastSuccessAt === null && !source.billed).length,
  }
}
