import { Button } from '@mantine/core'
import { IconListTree } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import type { EventTypeRow } from '../../../shared/contract/captures.ts'
import { countOf, formatCount } from '../../../shared/words.ts'
import { orpc } from '../../app/api.ts'
import { BenchTabs } from '../../parts/bench-tabs.tsx'
import { EndpointFilter } from '../../parts/endpoint-filter.tsx'
import { ReceiverBanner } from '../../parts/receiver-banner.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ListWithPanel } from '../../ui/list-with-panel.tsx'
import { Page } from '../../ui/page.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { TwoLines } from '../../ui/two-lines.tsx'
import { visibleLine } from '../../ui/visible-text.ts'
import { EventTypePanel } from './event-type-panel.tsx'

/** A row with a number of its own, as tables need one. */
type Numbered = EventTypeRow & { readonly number: number }

export function typeName(eventType: string): string {
  return eventType === '' ? 'Without event type' : visibleLine(eventType)
}

const columns: readonly Column<Numbered>[] = [
  { id: 'type', header: 'Event type', width: null, cell: (row) => typeName(row.eventType) },
  { id: 'slug', header: 'Endpoint', width: 160, cell: (row) => row.slug },
  { id: 'count', header: 'Requests', width: 110, align: 'right', cell: (row) => formatCount(row.count) },
  {
    id: 'drifts',
    header: 'Changes',
    width: 110,
    align: 'right',
    cell: (row) => (row.drifts === 0 ? '–' : formatCount(row.drifts)),
  },
  { id: 'first', header: 'First', width: 130, from: 900, cell: (row) => <RelativeTime at={row.firstAt} /> },
  { id: 'last', header: 'Last', width: 130, from: 700, cell: (row) => <RelativeTime at={row.lastAt} /> },
]

/** Which kinds of events came, what their bodies look like, and when that changed. */
export function EventTypesPage() {
  const [, navigate] = useLocation()
  const [params] = useSearchParams()
  const endpointId = Number(params.get('endpoint'))
  const shown = params.get('type')
  const only = params.get('only') === 'yes' && endpointId > 0 ? endpointId : null
  const list = useQuery(orpc.captures.eventTypes.queryOptions({ input: only === null ? {} : { endpointId: only } }))
  const rows = useMemo(() => (list.data ?? []).map((row, index) => ({ ...row, number: index + 1 })), [list.data])
  const suffix = only === null ? '' : '&only=yes'
  const href = useCallback(
    (row: Numbered) =>
      `/webhooks/requests/types?endpoint=${row.endpointId}&type=${encodeURIComponent(row.eventType)}${suffix}`,
    [suffix],
  )
  const open = rows.find((row) => row.endpointId === endpointId && row.eventType === shown)
  const choose = (id: number | null) =>
    navigate(`/webhooks/requests/types${id === null ? '' : `?endpoint=${id}&only=yes`}`)
  return (
    <Page fill>
      <BenchTabs />
      <PageHeader
        title="Event types"
        lead="What each kind of event looks like, learned from the requests that came, and when that changed."
        actions={
          <Button component={Link} href="/webhooks/requests" variant="default">
            Back to the list
          </Button>
        }
      />
      <ReceiverBanner />
      <ListWithPanel
        list={
          <>
            <search>
              <EndpointFilter placeholder="All endpoints" w={240} value={only} onChange={choose} />
            </search>
            <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />
            {list.isSuccess && rows.length === 0 ? (
              <EmptyState
                icon={<IconListTree />}
                title="No event type yet"
                text="As soon as requests arrive, their kinds and the fields of their bodies are listed here."
              />
            ) : (
              !list.isError && (
                <DataTable
                  label="Event types"
                  columns={columns}
                  rows={rows}
                  rowId={numberOf}
                  total={rows.length}
                  rowHref={href}
                  selectedId={open?.number ?? null}
                  isLoading={list.isPending}
                  narrow={narrowRow}
                />
              )
            )}
          </>
        }
        panel={
          endpointId > 0 && shown !== null ? (
            <EventTypePanel
              key={`${endpointId} ${shown}`}
              endpointId={endpointId}
              eventType={shown}
              onClose={() => choose(only)}
            />
          ) : null
        }
      />
    </Page>
  )
}

const numberOf = (row: Numbered) => row.number
const narrowRow = (row: Numbered) => (
  <TwoLines
    first={typeName(row.eventType)}
    second={
      <>
        <span>{row.slug}</span>
        <span>{countOf(row.count, 'request')}</span>
        {row.drifts > 0 && <span>{countOf(row.drifts, 'change')}</span>}
      </>
    }
  />
)
