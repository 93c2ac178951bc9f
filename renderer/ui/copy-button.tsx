import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { notifyProblem } from './notify.ts'

export interface CopyButtonProps {
  /** What is copied: for screen readers, and shown unless `isIcon`. */
  readonly label: string
  /** Never a secret of the vault: those have a clipboard of their own that is cleared. */
  readonly text: string | (() => string)
  readonly isIcon?: boolean
}

/** Copies a text that is no secret. */
export function CopyButton({ label, text, isIcon = false }: CopyButtonProps) {
  const [isDone, setDone] = useState(false)
  useEffect(() => {
    if (!isDone) return
    const timer = setTimeout(() => setDone(false), 1_500)
    return () => clearTimeout(timer)
  }, [isDone])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(typeof text === 'string' ? text : text())
      setDone(true)
    } catch {
      notifyProblem(new Error('The browser did not let Keyhold write the clipboard. Select the text and copy it.'))
    }
  }
  const Icon = isDone ? IconCheck : IconCopy
  const word = isDone ? 'Copied' : label
  if (!isIcon) {
    return (
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<Icon size={14} aria-hidden />}
        onClick={() => void copy()}
      >
        {word}
      </Button>
    )
  }
  return (
    <Tooltip label={word}>
      <ActionIcon onClick={() => void copy()} aria-label={word}>
        <Icon size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  )
}
