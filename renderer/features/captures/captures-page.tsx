import { Button } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconFileImport, IconListTree } from '@tabler/icons-react'
import { useCallback, useMemo, useRef, useState } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import type { Capture, CaptureRow, Selection } from '../../../shared/contract/captures.ts'
import { formatCount } from '../../../shared/words.ts'
import { BenchTabs } from '../../parts/bench-tabs.tsx'
import { ReceiverBanner } from '../../parts/receiver-banner.tsx'
import { ReplayDialog, type ReplayTarget } from '../../parts/replay-dialog.tsx'
import { DataTable, type TableHandle } from '../../ui/data-table.tsx'
import { ListWithPanel } from '../../ui/list-with-panel.tsx'
import { Page } from '../../ui/page.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { ProblemBox } from '../../ui/problem-box.tsx'
import classes from './bulk-bar.module.css'
import { BulkBar } from './bulk-bar.tsx'
import { diffHref } from './capture-actions.ts'
import { captureColumns, NarrowCapture } from './capture-columns.tsx'
import { callFilter, isNarrowed, type ListFilter, noFilter, readFilter, writeFilter } from './capture-filter.ts'
import { CaptureFilters } from './capture-filters.tsx'
import { CapturePanel } from './capture-panel.tsx'
import { countText } from './capture-words.ts'
import { NothingCaptured, NothingMatches } from './captures-empty.tsx'
import { DeleteDialog, type Deletion } from './delete-dialog.tsx'
import { ImportDialog } from './import-dialog.tsx'
import { LiveSwitch, Pulse } from './live-switch.tsx'
import { ReceiverChip } from './receiver-chip.tsx'
import { TagDialog } from './tag-dialog.tsx'
import { useCaptures } from './use-captures.ts'
import { usePicking } from './use-picking.ts'

const BASE = '/webhooks/requests'

type Dialog =
  | { readonly kind: 'replay'; readonly target: ReplayTarget }
  | { readonly kind: 'delete'; readonly deletion: Deletion }
  | { readonly kind: 'tag'; readonly selection: Selection; readonly what: string }
  | { readonly kind: 'import' }

const rowId = (row: CaptureRow) => row.id
const narrowRow = (row: CaptureRow) => <NarrowCapture row={row} />

/** Every captured request, live. `selection` is the one whose details are open. */
export function CapturesPage({ selection }: { readonly selection: number | null }) {
  const [, navigate] = useLocation()
  const [params] = useSearchParams()
  const filter = useMemo(() => readFilter(params), [params])
  const search = writeFilter(filter)
  const query = useMemo(() => callFilter(readFilter(new URLSearchParams(search)), Date.now()), [search])
  const [pulse] = useState(() => new Pulse())
  const { feed, state, problem } = useCaptures(query, (tick) => pulse.beat(tick))
  const { list } = state
  const rows = list?.rows ?? noRows
  const [isFollowing, setFollowing] = useState(true)
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const table = useRef<TableHandle>(null)
  const searchField = useRef<HTMLInputElement>(null)
  const picks = usePicking(rows, query, list)
  useHotkeys([
    ['/', () => searchField.current?.focus()],
    ['j', (event) => goToList(event, table.current)],
    ['k', (event) => goToList(event, table.current)],
  ])

  const close = useCallback(() => navigate(`${BASE}${search}`), [navigate, search])
  const rowHref = useCallback((row: CaptureRow) => `${BASE}/${row.id}${search}`, [search])
  const look = useCallback((view: Parameters<typeof feed.look>[0]) => feed.look(view), [feed])
  const more = useCallback(() => feed.more(), [feed])
  const replayOne = useCallback(
    (capture: Capture) => setDialog({ kind: 'replay', target: { kind: 'one', capture } }),
    [],
  )
  const deleteOne = useCallback(
    (id: number) => setDialog({ kind: 'delete', deletion: { selection: { ids: [id] }, what: `request #${id}` } }),
    [],
  )
  const setFilter = (next: ListFilter) =>
    navigate(`${selection === null ? BASE : `${BASE}/${selection}`}${writeFilter(next)}`, { replace: true })
  const follow = (next: boolean) => {
    setFollowing(next)
    feed.follow(next)
    if (next) table.current?.scrollToTop()
  }
  const showNew = () => {
    table.current?.scrollToTop()
    feed.show()
  }
  const total = list?.total ?? { count: 0, atLeast: false }
  const isFiltered = isNarrowed(filter)
  const isNothing = list !== null && !state.isLoading && rows.length === 0 && list.waiting.length === 0
  const isEmpty = isNothing && !isFiltered
  const picked = picks.selection

  return (
    <Page fill>
      <BenchTabs />
      <PageHeader
        title="Captured requests"
        lead="Webhooks as they came, and whether they are genuine."
        actions={
          <>
            <ReceiverChip />
            <Button
              component={Link}
              href={`${BASE}/types`}
              variant="default"
              leftSection={<IconListTree size={16} aria-hidden />}
            >
              Event types
            </Button>
            <Button
              variant="default"
              leftSection={<IconFileImport size={16} aria-hidden />}
              onClick={() => setDialog({ kind: 'import' })}
            >
              Import
            </Button>
            <LiveSwitch pulse={pulse} isFollowing={isFollowing} onFollow={follow} />
          </>
        }
      />
      <ReceiverBanner />
      <ListWithPanel
        list={
          <>
            {!isEmpty && (
              <CaptureFilters
                filter={filter}
                onFilter={setFilter}
                count={list === null ? '' : countText(total)}
                searchRef={searchField}
              />
            )}
            {picked !== null && (
              <BulkBar
                what={`${picks.what} selected`}
                selection={picked}
                onAllMatching={picks.takeAll}
                allCount={`${formatCount(total.count)}${total.atLeast ? '+' : ''}`}
                onCompare={picks.pair === null ? null : () => navigate(diffHref(...(picks.pair ?? [0, 0])))}
                onReplay={() =>
                  setDialog({ kind: 'replay', target: { kind: 'many', selection: picked, what: picks.what } })
                }
                onTag={() => setDialog({ kind: 'tag', selection: picked, what: picks.what })}
                onDelete={() => setDialog({ kind: 'delete', deletion: { selection: picked, what: picks.what } })}
                onClear={picks.clear}
              />
            )}
            {problem !== null && <ProblemBox problem={problem} />}
            <ProblemAlert
              error={state.error}
              onRetry={() => (list === null ? void feed.reload() : void feed.refresh().then(more))}
            />
            {isEmpty ? (
              <NothingCaptured />
            ) : isNothing ? (
              <NothingMatches onClear={() => setFilter(noFilter)} />
            ) : (
              (list !== null || state.isLoading) && (
                <div className={classes.room}>
                  <NewRequests
                    waiting={list?.waiting.length ?? 0}
                    hasOverflowed={list?.hasOverflowed ?? false}
                    onShow={showNew}
                  />
                  <DataTable
                    label="Captured requests"
                    columns={captureColumns}
                    rows={rows}
                    rowId={rowId}
                    total={Math.max(total.count, rows.length)}
                    rowHref={rowHref}
                    selectedId={selection}
                    isLoading={state.isLoading}
                    hasMore={list !== null && list.nextCursor !== null}
                    onMore={more}
                    narrow={narrowRow}
                    picking={picks.picking}
                    onView={look}
                    handle={table}
                  />
                </div>
              )
            )}
          </>
        }
        panel={
          selection === null ? null : (
            <CapturePanel id={selection} onClose={close} onReplay={replayOne} onDelete={deleteOne} />
          )
        }
      />
      {dialog?.kind === 'replay' && <ReplayDialog target={dialog.target} onClose={() => setDialog(null)} />}
      {dialog?.kind === 'tag' && (
        <TagDialog what={dialog.what} selection={dialog.selection} onClose={() => setDialog(null)} />
      )}
      {dialog?.kind === 'import' && <ImportDialog onClose={() => setDialog(null)} onDone={() => void feed.reload()} />}
      <DeleteDialog
        value={dialog?.kind === 'delete' ? dialog.deletion : null}
        onClose={() => setDialog(null)}
        onDeleted={(gone) => {
          picks.clear()
          if ('filter' in gone) {
            void feed.reload()
            return
          }
          feed.remove(new Set(gone.ids))
          if (selection !== null && gone.ids.includes(selection)) close()
        }}
      />
    </Page>
  )
}

const noRows: readonly CaptureRow[] = []

interface NewRequestsProps {
  readonly waiting: number
  readonly hasOverflowed: boolean
  readonly onShow: () => void
}

/** How many came in while the list was paused or scrolled away, and the way to them. */
function NewRequests({ waiting, hasOverflowed, onShow }: NewRequestsProps) {
  if (waiting === 0 && !hasOverflowed) return null
  const words = hasOverflowed
    ? 'Many new requests'
    : `${formatCount(waiting)} new ${waiting === 1 ? 'request' : 'requests'}`
  return (
    <Button size="compact-sm" className={classes.news} onClick={onShow}>
      {words}
    </Button>
  )
}

/** From anywhere on the page to its list; inside the list the keys move along the rows. */
function goToList(event: KeyboardEvent, table: TableHandle | null): void {
  if (event.target instanceof Element && event.target.closest('table') !== null) return
  table?.focusFirst()
}
