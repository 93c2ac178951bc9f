import { Anchor, List, Text } from '@mantine/core'
import { skipToken, useQuery } from '@tanstack/react-query'
import type { ProviderKey } from '../../../shared/contract/keys.ts'
import { providerInfo } from '../../../shared/providers.ts'
import { countOf } from '../../../shared/words.ts'
import { client, orpc } from '../../app/api.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { notifyDone } from '../../ui/notify.ts'

export interface DeleteKeyDialogProps {
  /** The key to delete; null closes the dialog. */
  readonly value: ProviderKey | null
  readonly onClose: () => void
  readonly onDeleted: (id: number) => void
}

/** Deletes a key after its name was typed: the only copy of the secret may be the one in this vault. */
export function DeleteKeyDialog({ value, onClose, onDeleted }: DeleteKeyDialogProps) {
  const linked = useQuery(
    orpc.keys.list.queryOptions({
      input: value?.kind === 'admin' ? { adminKeyId: value.id, limit: 1 } : skipToken,
    }),
  )
  if (value === null) return null
  const { name, consoleUrl } = providerInfo(value.provider)
  const linkedCount = linked.data?.total ?? 0
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={`Delete “${value.name}”`}
      confirmLabel="Delete key"
      typeToConfirm={value.name}
      onConfirm={async () => {
        await client.keys.delete({ id: value.id })
        notifyDone(`“${value.name}” is deleted.`)
        onDeleted(value.id)
      }}
    >
      <List size="sm" spacing={4}>
        <List.Item>Its secret is removed from the vault. This cannot be undone.</List.Item>
        <List.Item>
          The key goes on working at {value.provider === 'custom' ? 'its provider' : name}. To stop it, revoke it
          {consoleUrl === null ? ' there.' : ' in the '}
          {consoleUrl !== null && (
            <>
              <Anchor href={consoleUrl} target="_blank" rel="noreferrer" size="sm" underline="always">
                console of {name}
              </Anchor>
              .
            </>
          )}
        </List.Item>
        {linkedCount > 0 && (
          <List.Item>{countOf(linkedCount, 'key')} linked to this admin key will lose the link.</List.Item>
        )}
      </List>
      <Text size="sm" c="dimmed">
        {value.masked} of {value.accountEmail}
      </Text>
    </ConfirmDialog>
  )
}
