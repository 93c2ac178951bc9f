import { Button, Code, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { ProblemAlert } from './problem-alert.tsx'
import { useAction } from './use-action.ts'

export interface ConfirmDialogProps {
  readonly opened: boolean
  readonly title: string
  /** What follows from it, and that it cannot be undone where that is so. */
  readonly children: ReactNode
  readonly confirmLabel: string
  /** A name that has to be typed before it can be confirmed. */
  readonly typeToConfirm?: string | undefined
  readonly canConfirm?: boolean
  /** Throws contract errors; they are shown in the dialog, which then stays open. */
  readonly onConfirm: () => Promise<void>
  readonly onClose: () => void
}

/** Asks before something is lost. The focus starts on the safe button, and Enter alone confirms nothing. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { opened, title, children, confirmLabel, typeToConfirm, canConfirm = true, onClose } = props
  const [typed, setTyped] = useState('')
  const confirm = useAction(async () => {
    await props.onConfirm()
    onClose()
  })
  const { clearError } = confirm
  useEffect(() => {
    if (opened) return
    setTyped('')
    clearError()
  }, [opened, clearError])
  const isTyped = typeToConfirm === undefined || typed.trim() === typeToConfirm.trim()
  return (
    <Modal opened={opened} onClose={onClose} title={title} centered closeOnClickOutside={!confirm.isPending}>
      <Stack gap="sm">
        {children}
        {typeToConfirm !== undefined && (
          <TextInput
            label={
              <Text component="span" size="sm">
                Type <Code>{typeToConfirm}</Code> to confirm
              </Text>
            }
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
          />
        )}
        <ProblemAlert error={confirm.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button
            color="red.9"
            onClick={() => void confirm.run()}
            loading={confirm.isPending}
            disabled={!isTyped || !canConfirm}
          >
            {confirmLabel}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
