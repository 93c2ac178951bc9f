import { Button, CloseButton, Select, Text } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import type { Attempt } from '../../../shared/contract/deliveries.ts'
import { countOf } from '../../../shared/words.ts'
import { orpc } from '../../app/api.ts'
import { durationText } from '../../ui/amounts.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { HttpStatus } from '../../ui/http-status.tsx'
import { ListWithPanel } from '../../ui/list-with-panel.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { TwoLines } from '../../ui/two-lines.tsx'
import { visibleLine } from '../../ui/visible-text.ts'
import { type AttemptFilter, isNarrowed, noFilter, readAttemptFilter, writeAttemptFilter } from './attempt-filter.ts'
import { AttemptPanel } from './attempt-panel.tsx'
import classes from './deliveries.module.css'
import { attemptText, hrefOf } from './delivery-words.ts'
import { TargetFilter } from './target-filter.tsx'

/** Every attempt to deliver something, newest first. */
export function AttemptsTab({ selection }: { readonly selection: number | null }) {
  const [, navigate] = useLocation()
  const [params] = useSearchParams()
  const filter = useMemo(() => readAttemptFilter(params), [params])
  const search = writeAttemptFilter(filter)
  const query = useInfiniteQuery(
    orpc.deliveries.attempts.infiniteOptions({
      input: (cursor: string | undefined) => ({ ...filter, cursor }),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      placeholderData: keepPreviousData,
    }),
  )
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data])
  const total = query.data?.pages[0]?.total ?? 0
  const { fetchNextPage, isFetchingNextPage } = query
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage()
  }, [fetchNextPage, isFetchingNextPage])
  const close = useCallback(() => navigate(`${hrefOf('attempts')}${search}`), [navigate, search])
  const rowHref = useCallback((row: Attempt) => `${hrefOf('attempts', row.id)}${search}`, [search])
  const setFilter = (next: AttemptFilter) =>
    navigate(`${selection === null ? hrefOf('attempts') : hrefOf('attempts', selection)}${writeAttemptFilter(next)}`, {
      replace: true,
    })
  const isFiltered = isNarrowed(filter)
  const isEmpty = query.isSuccess && total === 0
  return (
    <ListWithPanel
      list={
        <>
          {!(isEmpty && !isFiltered) && (
            <search className={classes.bar}>
              <Select
                className={classes.filter}
                aria-label="Result"
                placeholder="Result"
                data={[
                  { value: 'succeeded', label: 'Succeeded' },
                  { value: 'failed', label: 'Failed' },
                ]}
                value={filter.outcome ?? null}
                onChange={(outcome) => setFilter({ ...filter, outcome: outcome ?? undefined })}
                clearable
                clearButtonProps={{ 'aria-label': 'Clear result' }}
              />
              <TargetFilter
                value={filter.targetId ?? null}
                onChange={(id) => setFilter({ ...filter, targetId: id ?? undefined })}
              />
              {filter.jobId !== undefined && (
                <Chip label={`Replay #${filter.jobId}`} onClear={() => setFilter({ ...filter, jobId: undefined })} />
              )}
              {filter.captureId !== undefined && (
                <Chip
                  label={`Request #${filter.captureId}`}
                  onClear={() => setFilter({ ...filter, captureId: undefined })}
                />
              )}
              {isFiltered && (
                <Button variant="subtle" size="compact-sm" onClick={() => setFilter(noFilter)}>
                  Clear filters
                </Button>
              )}
              <Text size="sm" c="dimmed" role="status" className={classes.count}>
                {query.isSuccess ? countOf(total, 'attempt') : ''}
              </Text>
            </search>
          )}
          <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
          {isEmpty ? (
            <EmptyState
              icon={<IconSend />}
              title={isFiltered ? 'No attempt matches' : 'Nothing was sent yet'}
              text={
                isFiltered
                  ? 'Nothing that was sent fits the filters.'
                  : 'Every forward, replay and test event is kept here with what was sent, what came back and how long it took.'
              }
              action={
                isFiltered ? (
                  <Button variant="default" onClick={() => setFilter(noFilter)}>
                    Clear filters
                  </Button>
                ) : undefined
              }
            />
          ) : (
            (query.isPending || query.data !== undefined) && (
              <DataTable
                label="Attempts"
                columns={columns}
                rows={rows}
                rowId={rowId}
                total={total}
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
      panel={selection === null ? null : <AttemptPanel key={selection} id={selection} onClose={close} />}
    />
  )
}

function Chip({ label, onClear }: { readonly label: string; readonly onClear: () => void }) {
  return (
    <span className={classes.chip}>
      {label}
      <CloseButton size="sm" onClick={onClear} aria-label={`Clear ${label}`} />
    </span>
  )
}

const rowId = (row: Attempt) => row.id
const narrow = (row: Attempt) => (
  <TwoLines
    first={`${attemptText(row)} to ${visibleLine(row.url)}`}
    second={
      <>
        <HttpStatus status={row.status} />
        <RelativeTime at={row.at} />
        {row.problem !== null && ` · ${row.problem.message}`}
      </>
    }
  />
)

const columns: readonly Column<Attempt>[] = [
  { id: 'id', header: 'Attempt', width: 96, cell: ({ id }) => <span className="keyhold-mono">#{id}</span> },
  { id: 'kind', header: 'Kind', width: 148, from: 620, cell: attemptText },
  {
    id: 'capture',
    header: 'Request',
    width: 92,
    from: 900,
    cell: ({ captureId }) => (captureId === null ? '–' : <span className="keyhold-mono">#{captureId}</span>),
  },
  {
    id: 'url',
    header: 'To',
    width: null,
    cell: ({ method, url }) => <span title={`${method} ${visibleLine(url)}`}>{visibleLine(url)}</span>,
  },
  { id: 'status', header: 'Answer', width: 76, align: 'right', cell: ({ status }) => <HttpStatus status={status} /> },
  {
    id: 'problem',
    header: 'Problem',
    width: 240,
    from: 1_040,
    cell: ({ problem }) => <span title={problem?.message}>{problem?.message ?? '–'}</span>,
  },
  {
    id: 'took',
    header: 'Took',
    width: 84,
    from: 760,
    align: 'right',
    cell: ({ durationMs }) => (durationMs === null ? '–' : durationText(durationMs)),
  },
  { id: 'at', header: 'Sent', width: 112, cell: ({ at }) => <RelativeTime at={at} /> },
]
