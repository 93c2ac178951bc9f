import { Button, Skeleton, Stack } from '@mantine/core'
import { IconDownload, IconRefresh } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useCallback, useMemo, useRef } from 'react'
import { useSearchParams } from 'wouter'
import type { Dashboard } from '../../../shared/contract/usage.ts'
import { orpc } from '../../app/api.ts'
import { Page } from '../../ui/page.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { moneyChoices, pickMoney } from './chart-model.ts'
import { ChartPanel } from './chart-panel.tsx'
import { Diagnostics } from './diagnostics.tsx'
import { NeverSynced, NoSources, NothingMatches, NoUsage } from './empty.tsx'
import { Filters } from './filters.tsx'
import { GroupTable } from './group-table.tsx'
import { isActive } from './sync-model.ts'
import { SyncPanel } from './sync-panel.tsx'
import { Totals } from './totals.tsx'
import { filterOf, isNarrowed, noFilters, readUsageQuery, type UsageQuery, writeUsageQuery } from './usage-query.ts'
import { useCsvExport } from './use-export.ts'
import { type Sync, useSync } from './use-sync.ts'

type Change = (change: Partial<UsageQuery>) => void

function useUsageQuery(): [UsageQuery, Change] {
  const [search, setSearch] = useSearchParams()
  const query = useMemo(() => readUsageQuery(search), [search])
  const change = useCallback<Change>(
    (changed) => setSearch((now) => writeUsageQuery({ ...readUsageQuery(now), ...changed })),
    [setSearch],
  )
  return [query, change]
}

interface FiguresProps {
  readonly dashboard: Dashboard
  readonly query: UsageQuery
  readonly sync: Sync
  readonly onChange: Change
}

function Figures({ dashboard, query, sync, onChange }: FiguresProps) {
  const choices = useMemo(() => moneyChoices(dashboard), [dashboard])
  const choice = pickMoney(choices, query.money)
  if (dashboard.groups.length === 0) {
    if (isNarrowed(query)) return <NothingMatches onClear={() => onChange(noFilters)} />
    if (sync.rows?.length === 0) return <NoSources />
    const synced = sync.rows === undefined || sync.rows.some(({ source }) => source.lastSuccessAt !== null)
    if (!synced) return <NeverSynced sources={sync.rows?.length ?? 0} onRefresh={() => sync.start()} />
    return <NoUsage days={query.days} />
  }
  return (
    <>
      <Totals totals={dashboard.totals} />
      <ChartPanel dashboard={dashboard} query={query} choices={choices} choice={choice} onChange={onChange} />
      <GroupTable dashboard={dashboard} query={query} choice={choice} />
    </>
  )
}

function Loading() {
  return (
    <Stack gap="sm" aria-busy="true" aria-label="Reading the figures">
      <Skeleton height={96} />
      <Skeleton height={400} />
      <Skeleton height={240} />
    </Stack>
  )
}

/** Usage and cost: what every key, project and model used, from which report, and how fresh it is. */
export function UsagePage() {
  const [query, change] = useUsageQuery()
  const filter = filterOf(query)
  const sync = useSync(query.days)
  const dashboard = useQuery(orpc.usage.dashboard.queryOptions({ input: filter, placeholderData: keepPreviousData }))
  const diagnostics = useQuery(orpc.usage.diagnostics.queryOptions())
  const csv = useCsvExport()
  const problems = useRef<HTMLElement>(null)
  const refreshing = sync.starting || (sync.rows ?? []).some(({ run }) => isActive(run))
  const hasSomething = sync.rows?.length !== 0 || (dashboard.data?.groups.length ?? 0) > 0 || isNarrowed(query)
  return (
    <Page>
      <PageHeader
        title="Usage and cost"
        lead="What your keys used and what it cost, as the providers report it."
        actions={
          <>
            <Button
              variant="default"
              leftSection={<IconDownload size={16} aria-hidden />}
              disabled={!dashboard.data || dashboard.data.groups.length === 0}
              loading={csv.isPending}
              onClick={() => csv.mutate(filter)}
            >
              Export CSV
            </Button>
            <Button
              leftSection={<IconRefresh size={16} aria-hidden />}
              disabled={refreshing || sync.rows?.length === 0}
              onClick={() => sync.start()}
            >
              {refreshing ? 'Refreshing…' : 'Refresh data'}
            </Button>
          </>
        }
      />
      <SyncPanel
        sync={sync}
        onShowProblems={() => {
          problems.current?.scrollIntoView({ block: 'start' })
          problems.current?.focus({ preventScroll: true })
        }}
      />
      {hasSomething && <Filters query={query} onChange={change} onClear={() => change(noFilters)} />}
      <ProblemAlert error={csv.error} />
      <ProblemAlert error={dashboard.error} onRetry={() => void dashboard.refetch()} />
      {dashboard.data ? (
        <Figures dashboard={dashboard.data} query={query} sync={sync} onChange={change} />
      ) : (
        dashboard.isPending && <Loading />
      )}
      <ProblemAlert error={diagnostics.error} onRetry={() => void diagnostics.refetch()} />
      <Diagnostics list={diagnostics.data ?? []} ref={problems} />
    </Page>
  )
}
