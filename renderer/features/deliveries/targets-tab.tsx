import { Button, Switch } from '@mantine/core'
import { IconArrowForwardUp } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import type { Target } from '../../../shared/contract/deliveries.ts'
import { countOf, formatCount } from '../../../shared/words.ts'
import { client, orpc, queryClient } from '../../app/api.ts'
import { EndpointFilter } from '../../parts/endpoint-filter.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ListWithPanel } from '../../ui/list-with-panel.tsx'
import { notifyProblem } from '../../ui/notify.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ToneBadge } from '../../ui/tone-badge.tsx'
import { TwoLines } from '../../ui/two-lines.tsx'
import { visibleLine } from '../../ui/visible-text.ts'
import { readId } from './address.ts'
import { DeleteTargetDialog } from './delete-target-dialog.tsx'
import { hrefOf, targetLook } from './delivery-words.ts'
import { TargetDialog } from './target-form.tsx'
import { TargetPanel } from './target-panel.tsx'
import { useEndpointName } from './use-endpoint-names.ts'

type Dialog = { readonly kind: 'edit' | 'delete'; readonly target: Target } | null

export interface TargetsTabProps {
  readonly selection: number | null
  readonly onAdd: () => void
}

/** Where captured requests are forwarded to, endpoint by endpoint. */
export function TargetsTab({ selection, onAdd }: TargetsTabProps) {
  const [, navigate] = useLocation()
  const [dialog, setDialog] = useState<Dialog>(null)
  const [params] = useSearchParams()
  const endpointId = readId(params.get('endpoint'))
  const search = endpointId === null ? '' : `?endpoint=${endpointId}`
  const query = useQuery(orpc.deliveries.targets.queryOptions({ input: endpointId === null ? {} : { endpointId } }))
  const endpointName = useEndpointName()
  const close = useCallback(() => navigate(`${hrefOf('targets')}${search}`), [navigate, search])
  const rowHref = useCallback((target: Target) => `${hrefOf('targets', target.id)}${search}`, [search])
  const narrowTo = (id: number | null) => navigate(`${hrefOf('targets')}${id === null ? '' : `?endpoint=${id}`}`)
  const columns = useMemo(() => targetColumns(endpointName), [endpointName])
  const rows = useMemo(
    () => [...(query.data ?? [])].sort((a, b) => a.endpointId - b.endpointId || a.id - b.id),
    [query.data],
  )
  const selected = rows.find(({ id }) => id === selection)
  return (
    <>
      <ListWithPanel
        list={
          <>
            {(endpointId !== null || rows.length > 0) && (
              <search>
                <EndpointFilter placeholder="All endpoints" w={240} value={endpointId} onChange={narrowTo} />
              </search>
            )}
            <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
            {query.isSuccess && rows.length === 0 && endpointId !== null ? (
              <EmptyState
                icon={<IconArrowForwardUp />}
                title="Nothing of this endpoint is forwarded"
                text="Add a target, and every request that the endpoint captures from then on goes there."
                action={
                  <Button variant="default" onClick={onAdd}>
                    Add target
                  </Button>
                }
              />
            ) : query.isSuccess && rows.length === 0 ? (
              <EmptyState
                icon={<IconArrowForwardUp />}
                title="Nothing is forwarded yet"
                text="Add the address of your handler, such as http://127.0.0.1:3000/webhooks. Every request that an endpoint captures from then on goes there byte for byte, and the answer is kept."
                action={<Button onClick={onAdd}>Add target</Button>}
              />
            ) : (
              !query.isError && (
                <DataTable
                  label="Forward targets"
                  columns={columns}
                  rows={rows}
                  rowId={rowId}
                  total={rows.length}
                  rowHref={rowHref}
                  selectedId={selection}
                  isLoading={query.isPending}
                  narrow={(target) => (
                    <TwoLines
                      first={visibleLine(target.url)}
                      second={
                        <>
                          <ToneBadge look={targetLook(target)} />
                          {endpointName(target.endpointId)}
                          {target.deadLetters > 0 && ` · ${countOf(target.deadLetters, 'dead letter')}`}
                        </>
                      }
                    />
                  )}
                />
              )
            )}
          </>
        }
        panel={
          selection === null || query.isPending ? null : (
            <TargetPanel
              target={selected ?? null}
              endpointName={selected === undefined ? '' : endpointName(selected.endpointId)}
              onClose={close}
              onEdit={(target) => setDialog({ kind: 'edit', target })}
              onDelete={(target) => setDialog({ kind: 'delete', target })}
            />
          )
        }
      />
      <TargetDialog
        target={dialog?.kind === 'edit' ? dialog.target : null}
        opened={dialog?.kind === 'edit'}
        onClose={() => setDialog(null)}
        onSaved={() => setDialog(null)}
      />
      <DeleteTargetDialog
        target={dialog?.kind === 'delete' ? dialog.target : null}
        onClose={() => setDialog(null)}
        onDeleted={close}
      />
    </>
  )
}

const rowId = (target: Target) => target.id

function targetColumns(endpointName: (id: number) => string): readonly Column<Target>[] {
  return [
    {
      id: 'url',
      header: 'Address',
      width: null,
      cell: ({ url }) => <span title={visibleLine(url)}>{visibleLine(url)}</span>,
    },
    { id: 'endpoint', header: 'Endpoint', width: 150, cell: ({ endpointId }) => endpointName(endpointId) },
    { id: 'state', header: 'State', width: 128, cell: (target) => <ToneBadge look={targetLook(target)} /> },
    { id: 'waiting', header: 'Waiting', width: 88, from: 820, align: 'right', cell: (row) => formatCount(row.waiting) },
    {
      id: 'delivered',
      header: 'Delivered',
      width: 100,
      from: 720,
      align: 'right',
      cell: (row) => formatCount(row.delivered),
    },
    {
      id: 'dead',
      header: 'Dead letters',
      width: 112,
      from: 900,
      align: 'right',
      cell: (row) => formatCount(row.deadLetters),
    },
    { id: 'last', header: 'Last attempt', width: 124, from: 1_000, cell: ({ lastAt }) => <RelativeTime at={lastAt} /> },
    { id: 'on', header: 'On', width: 68, cell: (target) => <OnSwitch target={target} /> },
  ]
}

/** Switches forwarding to a target on or off. What is waiting stays. */
function OnSwitch({ target }: { readonly target: Target }) {
  const toggle = (enabled: boolean) =>
    client.deliveries
      .updateTarget({ id: target.id, enabled })
      .then(() => queryClient.invalidateQueries({ queryKey: orpc.deliveries.targets.key() }))
      .catch(notifyProblem)
  return (
    <Switch
      size="xs"
      aria-label={`Forward to ${visibleLine(target.url)}`}
      checked={target.enabled}
      onChange={(event) => void toggle(event.currentTarget.checked)}
    />
  )
}
