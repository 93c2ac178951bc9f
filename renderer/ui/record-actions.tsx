import { Button, Group } from '@mantine/core'
import { IconPencil, IconTrash } from '@tabler/icons-react'
import type { ReactNode } from 'react'

export interface RecordActionsProps {
  readonly onEdit: () => void
  readonly onDelete: () => void
  /** What else can be done with this kind of record. */
  readonly children?: ReactNode
}

/** The row of buttons in the details of a record. */
export function RecordActions({ onEdit, onDelete, children }: RecordActionsProps) {
  return (
    <Group gap="xs">
      <Button size="xs" variant="default" leftSection={<IconPencil size={14} aria-hidden />} onClick={onEdit}>
        Edit
      </Button>
      <Button size="xs" variant="default" leftSection={<IconTrash size={14} aria-hidden />} onClick={onDelete}>
        Delete
      </Button>
      {children}
    </Group>
  )
}
