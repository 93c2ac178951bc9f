import { List } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Endpoint } from '../../../shared/contract/receiver.ts'
import { countOf } from '../../../shared/words.ts'
import { client, orpc, queryClient } from '../../app/api.ts'
import { bytesText } from '../../ui/amounts.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { notifyDone } from '../../ui/notify.ts'
import { useFocusBack } from '../../ui/use-focus-back.ts'

export interface DeleteEndpointDialogProps {
  readonly endpoint: Endpoint
  readonly onClose: () => void
  readonly onDeleted: (id: number) => void
}

/** Deletes an endpoint with all that belongs to it. Its slug is typed where captured requests would be lost. */
export function DeleteEndpointDialog({ endpoint, onClose, onDeleted }: DeleteEndpointDialogProps) {
  const { id, name, slug, captured, capturedBytes, secrets } = endpoint
  const targets = useQuery(orpc.deliveries.targets.queryOptions({ input: { endpointId: id } }))
  const targetCount = targets.data?.length ?? 0
  useFocusBack()
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={`Delete “${name}”`}
      confirmLabel="Delete endpoint"
      typeToConfirm={captured > 0 ? slug : undefined}
      onConfirm={async () => {
        await client.receiver.deleteEndpoint({ id })
        onDeleted(id)
        queryClient.setQueryData(orpc.receiver.endpoints.queryKey(), (list) => list?.filter((other) => other.id !== id))
        await queryClient.invalidateQueries({ queryKey: orpc.receiver.key() })
        notifyDone(`“${name}” is deleted.`)
      }}
    >
      <List size="sm" spacing={4}>
        {captured > 0 ? (
          <List.Item>
            {countOf(captured, 'captured request')} ({bytesText(capturedBytes)}) {captured === 1 ? 'is' : 'are'} lost,
            with notes and tags. This cannot be undone.
          </List.Item>
        ) : (
          <List.Item>It has no captured requests. This cannot be undone.</List.Item>
        )}
        {secrets.length > 0 && (
          <List.Item>{countOf(secrets.length, 'signing secret')} will be removed from the vault.</List.Item>
        )}
        {targetCount > 0 && <List.Item>{countOf(targetCount, 'forward target')} will be removed.</List.Item>}
        {targets.isError && <List.Item>Its forward targets, if it has any, will be removed.</List.Item>}
        <List.Item>Senders that use /h/{slug} get 404 from then on.</List.Item>
      </List>
    </ConfirmDialog>
  )
}
