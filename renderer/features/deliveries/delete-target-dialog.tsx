import { Text } from '@mantine/core'
import type { Target } from '../../../shared/contract/deliveries.ts'
import { countOf } from '../../../shared/words.ts'
import { client, orpc, queryClient } from '../../app/api.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { notifyDone } from '../../ui/notify.ts'
import { visibleLine } from '../../ui/visible-text.ts'

export interface DeleteTargetDialogProps {
  readonly target: Target | null
  readonly onClose: () => void
  readonly onDeleted: () => void
}

/** Says what goes with a forward target before it is deleted. */
export function DeleteTargetDialog({ target, onClose, onDeleted }: DeleteTargetDialogProps) {
  const remove = async () => {
    if (target === null) return
    await client.deliveries.deleteTarget({ id: target.id })
    await queryClient.invalidateQueries({ queryKey: orpc.deliveries.key() })
    notifyDone('The target is deleted.')
    onDeleted()
  }
  const lost = [
    target !== null && target.waiting > 0 && `${countOf(target.waiting, 'request')} still waiting for it`,
    target !== null && target.deadLetters > 0 && countOf(target.deadLetters, 'dead letter'),
  ].filter((part) => typeof part === 'string')
  return (
    <ConfirmDialog
      opened={target !== null}
      onClose={onClose}
      title="Delete target"
      confirmLabel="Delete"
      onConfirm={remove}
    >
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        Nothing is forwarded to {target === null ? '' : visibleLine(target.url)} any more.
        {lost.length > 0 && ` With it go ${lost.join(' and ')}.`} The captured requests stay. This cannot be undone; to
        pause it, switch it off.
      </Text>
    </ConfirmDialog>
  )
}
