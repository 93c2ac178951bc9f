import { Modal } from '@mantine/core'
import type { ProviderKey } from '../../../shared/contract/keys.ts'
import { KeyForm } from './key-form.tsx'

export interface KeyDialogProps {
  /** The key to edit; null adds a new one. */
  readonly value: ProviderKey | null
  /** Account to begin with when a key is added. */
  readonly accountId: number | null
  readonly opened: boolean
  readonly onClose: () => void
  readonly onSaved: (key: ProviderKey) => void
}

/** Adds or edits a key. A click outside does not close it: what was pasted would be gone. */
export function KeyDialog({ value, accountId, opened, onClose, onSaved }: KeyDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={value === null ? 'Add key' : `Edit “${value.name}”`}
      size="lg"
      closeOnClickOutside={false}
    >
      <KeyForm value={value} accountId={accountId} onCancel={onClose} onSaved={onSaved} />
    </Modal>
  )
}
