import type { SyncProgress, UsageSource } from '../../shared/contract/usage.ts'

export type SyncSummary =
  | { readonly kind: 'quiet' }
  /** `ended` of `all` sources of the present sync are through. */
  | { readonly kind: 'running'; readonly ended: number; readonly all: number }
  | { readonly kind: 'failed'; readonly failed: number }

/**
 * The runs of this session, and the stored last run of every source, in one line. Only the latest run of a source
 * counts; the present sync is every run that overlaps with one that is still going on. `sources` is null while they
 * are not known.
 */
export function summariseRuns(
  live: readonly SyncProgress[],
  sources: readonly Pick<UsageSource, 'keyId' | 'lastRun'>[] | null,
): SyncSummary {
  const runs = [...live, ...(sources ?? []).flatMap(({ lastRun }) => (lastRun === null ? [] : [lastRun]))]
  const present = sources === null ? null : new Set(sources.map(({ keyId }) => keyId))
  const latest = new Map<number, SyncProgress>()
  for (const run of runs) {
    const known = latest.get(run.keyId)
    const isNewer = known === undefined || known.runId < run.runId
    // Of two pictures of one run, the one that shows its end is the later one.
    const isLater = known?.runId === run.runId && run.endedAt !== null
    if (isNewer || isLater) latest.set(run.keyId, run)
  }
  const all = [...latest.values()]
  const active = all.filter((run) => run.state === 'queued' || run.state === 'running')
  if (active.length > 0) {
    const since = Math.min(...active.map((run) => run.startedAt))
    const ended = all.filter((run) => run.endedAt !== null && run.endedAt >= since).length
    return { kind: 'running', ended, all: ended + active.length }
  }
  const failed = all.filter((run) => run.state === 'failed' && present?.has(run.keyId) !== false).length
  return failed === 0 ? { kind: 'quiet' } : { kind: 'failed', failed }
}
