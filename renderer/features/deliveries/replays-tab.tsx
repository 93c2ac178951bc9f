import { Button } from '@mantine/core'
import { IconRepeat } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { Link, useLocation } from 'wouter'
import type { Job } from '../../../shared/contract/deliveries.ts'
import { formatCount } from '../../../shared/words.ts'
import { orpc } from '../../app/api.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ListWithPanel } from '../../ui/list-with-panel.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ToneBadge } from '../../ui/tone-badge.tsx'
import { TwoLines } from '../../ui/two-lines.tsx'
import { visibleLine } from '../../ui/visible-text.ts'
import { hrefOf, jobLook, jobProgress, rateText } from './delivery-words.ts'
import { JobPanel } from './job-panel.tsx'
import { useLiveJobs } from './use-jobs.ts'

/** Replays of several requests, live. */
export function ReplaysTab({ selection }: { readonly selection: number | null }) {
  const [, navigate] = useLocation()
  useLiveJobs()
  const query = useInfiniteQuery(
    orpc.deliveries.jobs.infiniteOptions({
      input: (cursor: string | undefined) => ({ cursor }),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      placeholderData: keepPreviousData,
    }),
  )
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data])
  const { fetchNextPage, isFetchingNextPage } = query
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage()
  }, [fetchNextPage, isFetchingNextPage])
  const close = useCallback(() => navigate(hrefOf('replays')), [navigate])
  return (
    <ListWithPanel
      list={
        <>
          <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
          {query.isSuccess && rows.length === 0 ? (
            <EmptyState
              icon={<IconRepeat />}
              title="No replays yet"
              text="Select captured requests and choose Replay: they are sent again to any address, as they came or signed anew, at the pace you want. What each was answered stands here."
              action={
                <Button component={Link} href="/webhooks/requests" variant="default">
                  Go to captured requests
                </Button>
              }
            />
          ) : (
            (query.isPending || query.data !== undefined) && (
              <DataTable
                label="Replays"
                columns={columns}
                rows={rows}
                rowId={rowId}
                total={query.data?.pages[0]?.total ?? 0}
                rowHref={rowHref}
                selectedId={selection}
                isLoading={query.isPending}
                hasMore={query.hasNextPage}
                onMore={more}
                narrow={narrow}
              />
            )
          )}
        </>
      }
      panel={selection === null ? null : <JobPanel key={selection} id={selection} onClose={close} />}
    />
  )
}

const rowId = (job: Job) => job.id
const rowHref = (job: Job) => hrefOf('replays', job.id)
const narrow = (job: Job) => (
  <TwoLines
    first={`#${job.id} to ${visibleLine(job.url)}`}
    second={
      <>
        <ToneBadge look={jobLook(job)} />
        {jobProgress(job)}
      </>
    }
  />
)

const columns: readonly Column<Job>[] = [
  { id: 'id', header: 'Replay', width: 80, cell: ({ id }) => <span className="keyhold-mono">#{id}</span> },
  { id: 'url', header: 'To', width: null, cell: ({ url }) => <span title={visibleLine(url)}>{visibleLine(url)}</span> },
  { id: 'state', header: 'State', width: 180, cell: (job) => <ToneBadge look={jobLook(job)} /> },
  { id: 'done', header: 'Sent', width: 116, align: 'right', cell: jobProgress },
  { id: 'ok', header: 'Succeeded', width: 104, from: 780, align: 'right', cell: (job) => formatCount(job.succeeded) },
  { id: 'failed', header: 'Failed', width: 84, from: 620, align: 'right', cell: (job) => formatCount(job.failed) },
  {
    id: 'rate',
    header: 'Rate',
    width: 116,
    from: 1_080,
    align: 'right',
    cell: ({ state, perSecond }) => (state === 'running' ? (rateText(perSecond) ?? '–') : '–'),
  },
  { id: 'at', header: 'Started', width: 120, from: 940, cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
]
