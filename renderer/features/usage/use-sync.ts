import { useMutation, useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { SyncProgress, UsageFilter } from '../../../shared/contract/usage.ts'
import { client, orpc } from '../../app/api.ts'
import { useStream } from '../../app/streams.ts'
import { type SourceRow, sourceRows } from './sync-model.ts'

const FLUSH_MS = 120

/**
 * The newest run of every key, live. Events come in bursts (one per page of every source), so they are put on
 * screen a few times a second, not one by one.
 */
function useLiveRuns(): ReadonlyMap<number, SyncProgress> {
  const [runs, setRuns] = useState<ReadonlyMap<number, SyncProgress>>(new Map())
  const pending = useRef(new Map<number, SyncProgress>())
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)

  const flush = useCallback(() => {
    timer.current = null
    const arrived = pending.current
    pending.current = new Map()
    setRuns((known) => {
      const next = new Map(known)
      for (const [keyId, run] of arrived) {
        if (run.runId >= (next.get(keyId)?.runId ?? 0)) next.set(keyId, run)
      }
      return next
    })
  }, [])

  useStream(
    (signal) => client.usage.progress(undefined, { signal }),
    (run) => {
      const waiting = pending.current.get(run.keyId)
      if (waiting === undefined || run.runId >= waiting.runId) pending.current.set(run.keyId, run)
      timer.current ??= setTimeout(flush, FLUSH_MS)
    },
  )
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current)
    },
    [],
  )
  return runs
}

/** Sources with their runs, and what can be done with them. */
export interface Sync {
  /** Undefined while the sources are being read. */
  readonly rows: readonly SourceRow[] | undefined
  readonly loadError: unknown
  readonly actionError: unknown
  readonly starting: boolean
  start(keyIds?: number[]): void
  cancel(runIds?: number[]): void
  reload(): void
}

/** Follows the sync of usage. `days` is how far back a sync started from here reads. */
export function useSync(days: UsageFilter['days']): Sync {
  const sources = useQuery(orpc.usage.sources.queryOptions())
  const live = useLiveRuns()
  const sync = useMutation(orpc.usage.sync.mutationOptions())
  const cancel = useMutation(orpc.usage.cancel.mutationOptions())
  return {
    rows: sources.data ? sourceRows(sources.data, live) : undefined,
    loadError: sources.data ? null : sources.error,
    actionError: sync.error ?? cancel.error,
    starting: sync.isPending,
    start: (keyIds) => {
      cancel.reset()
      sync.mutate({ days, ...(keyIds ? { keyIds } : {}) })
    },
    cancel: (runIds) => {
      sync.reset()
      cancel.mutate(runIds ? { runIds } : {})
    },
    reload: () => void sources.refetch(),
  }
}
