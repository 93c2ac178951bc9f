import { List, Text } from '@mantine/core'
import type { Selection } from '../../../shared/contract/captures.ts'
import { countOf } from '../../../shared/words.ts'
import { client } from '../../app/api.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { notifyDone } from '../../ui/notify.ts'

export interface Deletion {
  readonly selection: Selection
  /** How many, in words. */
  readonly what: string
}

export interface DeleteDialogProps {
  /** Null closes the dialog. */
  readonly value: Deletion | null
  readonly onClose: () => void
  readonly onDeleted: (selection: Selection) => void
}

/** Deletes captured requests after saying what goes with them. */
export function DeleteDialog({ value, onClose, onDeleted }: DeleteDialogProps) {
  if (value === null) return null
  const { selection, what } = value
  const isByFilter = 'filter' in selection
  return (
    <ConfirmDialog
      opened
      onClose={onClose}
      title={`Delete ${what}`}
      confirmLabel="Delete"
      typeToConfirm={isByFilter ? 'delete' : undefined}
      onConfirm={async () => {
        const { deleted } = await client.captures.delete({ selection })
        notifyDone(`${countOf(deleted, 'captured request')} deleted.`)
        onDeleted(selection)
      }}
    >
      <List size="sm" spacing={4}>
        <List.Item>Headers, body, notes and tags are gone for good. This cannot be undone.</List.Item>
        {isByFilter && <List.Item>Every request that the filters find is deleted, also those not loaded.</List.Item>}
        {isByFilter && <List.Item>Pinned requests stay.</List.Item>}
      </List>
      <Text size="sm" c="dimmed">
        To keep a copy, export a bundle first: it can be imported again.
      </Text>
    </ConfirmDialog>
  )
}
