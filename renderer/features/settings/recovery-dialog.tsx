import { Button, Group, Modal, Text } from '@mantine/core'
import { useState } from 'react'
import { client } from '../../app/api.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { RecoveryCode } from '../../ui/recovery-code.tsx'
import { useAction } from '../../ui/use-action.ts'
import { useFocusBack } from '../../ui/use-focus-back.ts'

interface RecoveryDialogProps {
  readonly isSet: boolean
  onClose(): void
}

/** Makes a new recovery code and shows it once. While it is shown, only the ticked "Done" leads out. */
export function RecoveryDialog({ isSet, onClose }: RecoveryDialogProps) {
  useFocusBack()
  const [code, setCode] = useState<string | null>(null)
  const renew = useAction(async () => setCode((await client.vault.renewRecoveryCode()).recoveryCode))
  const isShown = code !== null
  return (
    <Modal
      opened
      onClose={onClose}
      title={isShown ? 'Your new recovery code' : isSet ? 'Renew the recovery code?' : 'Make a recovery code'}
      withCloseButton={!isShown}
      closeOnEscape={!isShown}
      closeOnClickOutside={!isShown}
      size="lg"
    >
      {isShown ? (
        <RecoveryCode code={code} continueLabel="Done" onContinue={onClose} />
      ) : (
        <>
          <Text size="sm">
            {isSet
              ? 'A new code is made and shown once. The old one stops working as soon as the new one is in place.'
              : 'A code is made and shown once. It opens the vault when everything else is lost.'}
          </Text>
          <ProblemAlert error={renew.error} />
          <Group justify="flex-end" mt="md">
            <Button variant="default" data-autofocus onClick={onClose}>
              Cancel
            </Button>
            <Button loading={renew.isPending} onClick={() => void renew.run()}>
              {isSet ? 'Renew' : 'Make the code'}
            </Button>
          </Group>
        </>
      )}
    </Modal>
  )
}
