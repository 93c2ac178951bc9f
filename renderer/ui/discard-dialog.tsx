import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { useFocusBack } from './use-focus-back.ts'

export interface DiscardDialogProps {
  /** What is lost. */
  readonly children: ReactNode
  readonly onDiscard: () => void
  readonly onClose: () => void
}

/**
 * Asks before what was entered is lost. Put it on the page only while it asks: one that waits there, closed, is closed
 * again by the same Escape that opens it.
 */
export function DiscardDialog({ children, onDiscard, onClose }: DiscardDialogProps) {
  useFocusBack()
  return (
    <ConfirmDialog
      opened
      title="Discard what you entered?"
      confirmLabel="Discard"
      onConfirm={async () => onDiscard()}
      onClose={onClose}
    >
      <Text size="sm">{children}</Text>
    </ConfirmDialog>
  )
}
