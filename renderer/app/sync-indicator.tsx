import { Loader, Tooltip } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import type { SyncProgress } from '../../shared/contract/usage.ts'
import { client, orpc } from './api.ts'
import { useStream } from './streams.ts'
import classes from './sync-indicator.module.css'
import { type SyncSummary, summariseRuns } from './sync-summary.ts'

/** How the usage sync stands, in the top bar. Nothing while none runs and the last one of every source went well. */
export function SyncIndicator() {
  const [runs, setRuns] = useState<ReadonlyMap<number, SyncProgress>>(new Map())
  useStream(
    (signal) => client.usage.progress(undefined, { signal }),
    (progress) => setRuns((before) => new Map(before).set(progress.runId, progress)),
  )
  const sources = useQuery(orpc.usage.sources.queryOptions())
  const summary = summariseRuns([...runs.values()], sources.data ?? null)
  if (summary.kind === 'quiet') return <span role="status" />
  return (
    <span role="status">
      <Tooltip label="Open usage and cost">
        <Link href="/usage" className={classes.link} data-sync={summary.kind}>
          <Face summary={summary} />
        </Link>
      </Tooltip>
    </span>
  )
}

function Face({ summary }: { readonly summary: Exclude<SyncSummary, { kind: 'quiet' }> }) {
  if (summary.kind === 'running') {
    return (
      <>
        <Loader size={14} aria-hidden />
        <span className={classes.long}>Syncing</span>
        <span className="keyhold-figures">
          {summary.ended} of {summary.all}
        </span>
      </>
    )
  }
  return (
    <>
      <IconAlertTriangle size={16} aria-hidden className={classes.failed} />
      <span className="keyhold-figures">{summary.failed}</span>
      <span className={classes.long}>failed to sync</span>
    </>
  )
}
