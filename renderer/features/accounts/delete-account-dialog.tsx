import { Radio, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { Account } from '../../../shared/contract/accounts.ts'
import { countOf } from '../../../shared/words.ts'
import { client } from '../../app/api.ts'
import { AccountSelect } from '../../parts/account-select.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { notifyDone } from '../../ui/notify.ts'

export interface DeleteAccountDialogProps {
  /** The account to delete; null closes the dialog. */
  readonly account: Account | null
  readonly onClose: () => void
  readonly onDeleted: () => void
}

/** Asks what happens to the keys of the account before it is deleted. */
export function DeleteAccountDialog({ account, onClose, onDeleted }: DeleteAccountDialogProps) {
  const [fate, setFate] = useState<'move' | 'delete'>('move')
  const [target, setTarget] = useState<number | null>(null)
  if (account === null) return null
  const hasKeys = account.keyCount > 0
  const losesKeys = hasKeys && fate === 'delete'
  const keys = countOf(account.keyCount, 'key')

  const remove = async () => {
    const choice =
      !hasKeys || (fate === 'move' && target === null)
        ? {}
        : fate === 'move' && target !== null
          ? { keys: 'move' as const, moveToAccountId: target }
          : { keys: 'delete' as const }
    const done = await client.accounts.delete({ id: account.id, ...choice })
    const outcome =
      done.movedKeys > 0
        ? ` ${countOf(done.movedKeys, 'key')} moved.`
        : done.deletedKeys > 0
          ? ` ${countOf(done.deletedKeys, 'key')} deleted.`
          : ''
    notifyDone(`${account.email} is deleted.${outcome}`)
    onDeleted()
  }
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={`Delete ${account.email}`}
      confirmLabel={losesKeys ? `Delete account and ${keys}` : 'Delete account'}
      typeToConfirm={losesKeys ? account.email : undefined}
      canConfirm={!hasKeys || fate === 'delete' || target !== null}
      onConfirm={remove}
    >
      {hasKeys ? (
        <>
          <Text size="sm">This account has {keys}. What happens to them?</Text>
          <Radio.Group
            value={fate}
            onChange={(value) => setFate(value === 'delete' ? 'delete' : 'move')}
            aria-label="What happens to the keys"
          >
            <Stack gap="xs">
              <Radio value="move" label={`Move the ${keys} to another account`} />
              {fate === 'move' && (
                <AccountSelect
                  value={target}
                  onChange={setTarget}
                  exclude={account.id}
                  label="Move to"
                  placeholder="Choose or search"
                />
              )}
              <Radio
                value="delete"
                label={`Delete the ${keys} too`}
                description="Their secrets are removed from the vault. This cannot be undone. The keys go on working at their providers."
              />
            </Stack>
          </Radio.Group>
        </>
      ) : (
        <Text size="sm">It has no keys. This cannot be undone.</Text>
      )}
    </ConfirmDialog>
  )
}
