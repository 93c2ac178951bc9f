import { Modal } from '@mantine/core'
import { useCallback, useEffect, useState } from 'react'
import type { ProviderKey } from '../../../shared/contract/keys.ts'
import { DiscardDialog } from '../../ui/discard-dialog.tsx'
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

/** Adds or edits a key. A click outside does not close it, and Escape asks first: what was pasted would be gone. */
export function KeyDialog({ value, accountId, opened, onClose, onSaved }: KeyDialogProps) {
  const [isTouched, setTouched] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const touch = useCallback(() => setTouched(true), [])
  useEffect(() => {
    if (opened) return
    setTouched(false)
    setAsking(false)
  }, [opened])
  return (
    <>
      <Modal
        opened={opened}
        onClose={() => (isTouched ? setAsking(true) : onClose())}
        title={value === null ? 'Add key' : `Edit “${value.name}”`}
        size="lg"
        closeOnClickOutside={false}
        closeOnEscape={!isAsking}
      >
        <KeyForm value={value} accountId={accountId} onCancel={onClose} onTouched={touch} onSaved={onSaved} />
      </Modal>
      {opened && isAsking && (
        <DiscardDialog onDiscard={onClose} onClose={() => setAsking(false)}>
          It has not been saved. A pasted key is gone from here once the form is closed.
        </DiscardDialog>
      )}
    </>
  )
}
