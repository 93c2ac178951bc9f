import { Button, Text } from '@mantine/core'
import { IconMailOff } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import type { DeadLetter } from '../../../shared/contract/deliveries.ts'
import { receiverLimits } from '../../../shared/limits.ts'
import { countOf, formatCount } from '../../../shared/words.ts'
import { client, orpc, queryClient } from '../../app/api.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { HttpStatus } from '../../ui/http-status.tsx'
import { ListWithPanel } from '../../ui/list-with-panel.tsx'
import { notifyDone } from '../../ui/notify.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { TwoLines } from '../../ui/two-lines.tsx'
import { useAction } from '../../ui/use-action.ts'
import { usePicked } from '../../ui/use-picked.ts'
import { visibleLine } from '../../ui/visible-text.ts'
import { readId } from './address.ts'
import { DeadLetterPanel } from './dead-letter-panel.tsx'
import classes from './deliveries.module.css'
import { hrefOf } from './delivery-words.ts'
import { TargetFilter } from './target-filter.tsx'

const PAGE = 200

/** Forwards that were given up, to be tried again or let go. */
export function DeadLettersTab({ selection }: { readonly selection: number | null }) {
  const [, navigate] = useLocation()
  const [params, setParams] = useSearchParams()
  const targetId = readId(params.get('target'))
  const search = targetId === null ? '' : `?target=${targetId}`
  const filter = useMemo(() => (targetId === null ? {} : { targetId }), [targetId])
  const query = useInfiniteQuery(
    orpc.deliveries.deadLetters.infiniteOptions({
      input: (cursor: string | undefined) => ({ ...filter, cursor }),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      placeholderData: keepPreviousData,
    }),
  )
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data])
  const listed = useMemo(() => rows.map(({ id }) => id), [rows])
  const total = query.data?.pages[0]?.total ?? 0
  const picked = usePicked(listed, search, pickLabel)
  const [discarding, setDiscarding] = useState<readonly number[] | null>(null)
  const { fetchNextPage, isFetchingNextPage } = query
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage()
  }, [fetchNextPage, isFetchingNextPage])
  const close = useCallback(() => navigate(`${hrefOf('dead-letters')}${search}`), [navigate, search])
  const rowHref = useCallback((row: DeadLetter) => `${hrefOf('dead-letters', row.id)}${search}`, [search])

  const gone = async (ids: readonly number[], words: string) => {
    await queryClient.invalidateQueries({ queryKey: orpc.deliveries.key() })
    picked.clear()
    notifyDone(words)
    if (selection !== null && ids.includes(selection)) close()
  }
  const retry = useAction(async (ids: readonly number[]) => {
    const { queued } = await client.deliveries.retryDeadLetters({ ids: [...ids] })
    await gone(ids, `${countOf(queued, 'request')} on the way again.`)
  })
  const takeAll = useAction(async () => picked.set(new Set(await allIds(filter))))
  const chosen = [...picked.ids].slice(0, receiverLimits.selection)
  const isEmpty = query.isSuccess && total === 0

  return (
    <>
      <ListWithPanel
        list={
          <>
            {!(isEmpty && targetId === null) && (
              <div className={classes.bar}>
                <TargetFilter
                  value={targetId}
                  onChange={(id) => setParams(id === null ? {} : { target: String(id) }, { replace: true })}
                />
                <Text size="sm" c="dimmed" role="status" className={classes.count}>
                  {query.isSuccess ? countOf(total, 'dead letter') : ''}
                </Text>
              </div>
            )}
            {chosen.length > 0 && (
              <div className={classes.bulk}>
                <Text size="sm" role="status">
                  {formatCount(chosen.length)} selected
                </Text>
                <Button size="compact-sm" onClick={() => void retry.run(chosen)} loading={retry.isPending}>
                  Try again
                </Button>
                <Button size="compact-sm" variant="default" onClick={() => setDiscarding(chosen)}>
                  Discard
                </Button>
                {chosen.length < Math.min(total, receiverLimits.selection) && (
                  <Button
                    size="compact-sm"
                    variant="subtle"
                    onClick={() => void takeAll.run()}
                    loading={takeAll.isPending}
                  >
                    Select {total > receiverLimits.selection ? 'the newest' : 'all'}{' '}
                    {formatCount(Math.min(total, receiverLimits.selection))}
                  </Button>
                )}
                <Button size="compact-sm" variant="subtle" onClick={picked.clear}>
                  Clear selection
                </Button>
              </div>
            )}
            <ProblemAlert error={retry.error ?? takeAll.error} />
            <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
            {isEmpty ? (
              <EmptyState
                icon={<IconMailOff />}
                title={targetId === null ? 'No dead letters' : 'No dead letters of this target'}
                text="What a target does not take, however often it is retried, is kept here, so that it can be sent again when the handler is repaired."
                action={
                  targetId === null ? undefined : (
                    <Button variant="default" onClick={() => setParams({}, { replace: true })}>
                      Show those of all targets
                    </Button>
                  )
                }
              />
            ) : (
              (query.isPending || query.data !== undefined) && (
                <DataTable
                  label="Dead letters"
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
                  picking={picked.picking}
                />
              )
            )}
          </>
        }
        panel={
          selection === null || query.isPending ? null : (
            <DeadLetterPanel
              key={selection}
              letter={rows.find(({ id }) => id === selection) ?? null}
              isRetrying={retry.isPending}
              onRetry={(letter) => void retry.run([letter.id])}
              onDiscard={(letter) => setDiscarding([letter.id])}
              onClose={close}
            />
          )
        }
      />
      <ConfirmDialog
        opened={discarding !== null}
        onClose={() => setDiscarding(null)}
        title={`Discard ${countOf(discarding?.length ?? 0, 'dead letter')}`}
        confirmLabel="Discard"
        onConfirm={async () => {
          const { discarded } = await client.deliveries.discardDeadLetters({ ids: [...(discarding ?? [])] })
          await gone(discarding ?? [], `${countOf(discarded, 'dead letter')} discarded.`)
        }}
      >
        <Text size="sm">
          They are not tried again. The captured requests and their attempts stay, so that they can still be replayed by
          hand. This cannot be undone.
        </Text>
      </ConfirmDialog>
    </>
  )
}

/** Ids of everything that the filter finds, loaded or not; no more than one call takes. Throws contract errors. */
async function allIds(filter: { targetId?: number }): Promise<number[]> {
  const ids: number[] = []
  let cursor: string | undefined
  do {
    const page = await client.deliveries.deadLetters({ ...filter, cursor, limit: PAGE })
    ids.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined && ids.length < receiverLimits.selection)
  return ids.slice(0, receiverLimits.selection)
}

const rowId = (row: DeadLetter) => row.id
const pickLabel = (id: number) => `Select dead letter ${id}`
const lastAnswer = (row: DeadLetter) =>
  row.lastStatus === null ? (row.lastProblem?.message ?? 'No answer') : `Answered ${row.lastStatus}`
const narrow = (row: DeadLetter) => (
  <TwoLines first={`Request #${row.captureId}`} second={`${lastAnswer(row)} · ${visibleLine(row.url)}`} />
)

const columns: readonly Column<DeadLetter>[] = [
  {
    id: 'capture',
    header: 'Request',
    width: 104,
    cell: ({ captureId }) => <span className="keyhold-mono">#{captureId}</span>,
  },
  { id: 'url', header: 'To', width: null, cell: ({ url }) => <span title={visibleLine(url)}>{visibleLine(url)}</span> },
  {
    id: 'status',
    header: 'Answer',
    width: 84,
    align: 'right',
    cell: ({ lastStatus }) => <HttpStatus status={lastStatus} />,
  },
  {
    id: 'problem',
    header: 'Why',
    width: 280,
    from: 860,
    cell: ({ lastProblem }) => <span title={lastProblem?.message}>{lastProblem?.message ?? '–'}</span>,
  },
  {
    id: 'attempts',
    header: 'Attempts',
    width: 92,
    from: 700,
    align: 'right',
    cell: (row) => formatCount(row.attempts),
  },
  { id: 'at', header: 'Given up', width: 120, from: 620, cell: ({ at }) => <RelativeTime at={at} /> },
]
