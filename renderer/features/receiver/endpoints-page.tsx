import { Button } from '@mantine/core'
import { IconPlus, IconWebhook } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import { Link, useLocation } from 'wouter'
import type { Endpoint } from '../../../shared/contract/receiver.ts'
import { receiverLimits } from '../../../shared/limits.ts'
import { orpc } from '../../app/api.ts'
import { BenchTabs } from '../../parts/bench-tabs.tsx'
import { ReceiverBanner } from '../../parts/receiver-banner.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ListWithPanel } from '../../ui/list-with-panel.tsx'
import { Page } from '../../ui/page.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { BasicsDialog } from './basics-dialog.tsx'
import { DeleteEndpointDialog } from './delete-endpoint-dialog.tsx'
import { endpointColumns, NarrowEndpoint } from './endpoint-columns.tsx'
import { EndpointMenu } from './endpoint-menu.tsx'
import { EndpointPanel } from './endpoint-panel.tsx'
import { NewEndpointDialog } from './new-endpoint-dialog.tsx'
import { ReceiverBar } from './receiver-bar.tsx'
import { useEndpoints } from './use-endpoints.ts'

const BASE = '/webhooks/endpoints'

type Dialog = { readonly kind: 'edit' | 'delete'; readonly endpoint: Endpoint } | null

const rowId = ({ id }: Endpoint) => id
const rowHref = ({ id }: Endpoint) => `${BASE}/${id}`
const narrowRow = (endpoint: Endpoint) => <NarrowEndpoint endpoint={endpoint} />
const none: readonly Endpoint[] = []

/** Addresses that take webhooks, and how each behaves. `selection` is the one whose details are open, or "new". */
export function EndpointsPage({ selection }: { readonly selection: number | 'new' | null }) {
  const [, navigate] = useLocation()
  const [dialog, setDialog] = useState<Dialog>(null)
  const list = useEndpoints()
  const status = useQuery(orpc.receiver.status.queryOptions())
  const endpoints = list.data ?? none
  const taken = useMemo(() => new Set(endpoints.map(({ slug }) => slug)), [endpoints])
  const close = useCallback(() => navigate(BASE), [navigate])
  const open = useCallback(({ id }: Endpoint) => navigate(`${BASE}/${id}`), [navigate])
  const rowActions = useCallback(
    (value: Endpoint) => (
      <EndpointMenu
        endpoint={value}
        onEdit={(endpoint) => setDialog({ kind: 'edit', endpoint })}
        onDelete={(endpoint) => setDialog({ kind: 'delete', endpoint })}
      />
    ),
    [],
  )
  const isEmpty = list.isSuccess && endpoints.length === 0
  const openEndpoint = typeof selection === 'number' ? endpoints.find(({ id }) => id === selection) : undefined
  const base = status.data?.publicUrl ?? status.data?.url ?? `http://127.0.0.1:${receiverLimits.port}`
  return (
    <Page fill>
      <BenchTabs />
      <PageHeader
        title="Endpoints"
        lead="Addresses that take any request, keep every byte of it, check its signature and answer as you say."
        actions={isEmpty ? undefined : <NewButton />}
      />
      <ReceiverBanner />
      <ReceiverBar onMade={open} />
      <ListWithPanel
        list={
          <>
            <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />
            {isEmpty ? (
              <EmptyState
                icon={<IconWebhook />}
                title="No endpoint yet"
                text="An endpoint is an address that senders of webhooks call. Make one for each sender: a name is enough, and what it answers and which signatures it checks can be set at any time."
                action={<NewButton />}
              />
            ) : (
              (list.data !== undefined || list.isPending) && (
                <DataTable
                  label="Endpoints"
                  columns={endpointColumns}
                  rows={endpoints}
                  rowId={rowId}
                  total={endpoints.length}
                  rowHref={rowHref}
                  selectedId={typeof selection === 'number' ? selection : null}
                  isLoading={list.isPending}
                  narrow={narrowRow}
                  rowActions={rowActions}
                />
              )
            )}
          </>
        }
        panel={
          typeof selection === 'number' ? (
            <EndpointPanel
              id={selection}
              endpoint={openEndpoint}
              isLoading={list.isPending}
              onClose={close}
              onEdit={() => openEndpoint !== undefined && setDialog({ kind: 'edit', endpoint: openEndpoint })}
              onDelete={() => openEndpoint !== undefined && setDialog({ kind: 'delete', endpoint: openEndpoint })}
            />
          ) : null
        }
      />
      {selection === 'new' && (
        <NewEndpointDialog
          taken={taken}
          base={`${base}/h/`}
          onClose={close}
          onCreated={({ id }) => navigate(`${BASE}/${id}`, { replace: true })}
        />
      )}
      {dialog?.kind === 'edit' && <BasicsDialog endpoint={dialog.endpoint} onClose={() => setDialog(null)} />}
      {dialog?.kind === 'delete' && (
        <DeleteEndpointDialog
          endpoint={dialog.endpoint}
          onClose={() => setDialog(null)}
          onDeleted={(id) => {
            if (id === selection) close()
          }}
        />
      )}
    </Page>
  )
}

function NewButton() {
  return (
    <Button component={Link} href={`${BASE}/new`} leftSection={<IconPlus size={16} aria-hidden />}>
      New endpoint
    </Button>
  )
}
