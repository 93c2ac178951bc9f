import type { SyncProgress } from '../../shared/contract/usage.ts'

export type SyncSummary =
  | { readonly kind: 'quiet' }
  /** `ended` of `all` sources of the present sync are through. */
  | { readonly kind: 'running'; readonly ended: number; readonly all: number }
  | { readonly kind: 'failed'; readonly failed: number }

/**
 * The runs of this session in one line. Only the latest run of a source counts; the present sync is every run
 * that overlaps with one that is still going on.
 */
export function summariseRuns(runs: readonly SyncProgress[]): SyncSummary {
  const latest = new Map<number, SyncProgress>()
  for (const run of runs) {
    const known = latest.get(run.keyId)
    if (known === undefined || known.runId < run.runId) latest.set(run.keyId, run)
  }
  const all = [...latest.values()]
  const active = all.filter((run) => run.state === 'queued' || run.state === 'running')
  if (active.length > 0) {
    const since = Math.min(...active.map((run) => run.startedAt))
    const ended = all.filter((run) => run.endedAt !== null && run.endedAt >= since).length
    return { kind: 'running', ended, all: ended + active.length }
  }
  const failed = all.filter((run) => run.state === 'failed').length
  return failed === 0 ? { kind: 'quiet' } : { kind: 'failed', failed }
}
