import { Button, Checkbox, Group, Stack, Text } from '@mantine/core'
import { IconCheck, IconCopy, IconDownload } from '@tabler/icons-react'
import { useId, useRef, useState } from 'react'
import classes from './one-time-secret.module.css'

export interface OneTimeSecretProps {
  /** What it is: "Token". */
  readonly label: string
  readonly value: string
  /** Name of the text file that "Download" saves. */
  readonly fileName: string
  readonly onDone: () => void
}

/**
 * Shows a secret that will never be shown again. It goes away only by "Done", which asks for a tick first. Inside
 * a dialog, turn off its own ways out (Escape, click outside, close button).
 */
export function OneTimeSecret({ label, value, fileName, onDone }: OneTimeSecretProps) {
  const [stored, setStored] = useState(false)
  const [copying, setCopying] = useState<'idle' | 'copied' | 'refused'>('idle')
  const text = useRef<HTMLOutputElement>(null)
  const labelId = useId()

  const selectText = () => {
    if (text.current) window.getSelection()?.selectAllChildren(text.current)
  }
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value)
      setCopying('copied')
    } catch {
      selectText()
      setCopying('refused')
    }
  }
  const download = () => {
    const address = URL.createObjectURL(new Blob([`${value}\n`], { type: 'text/plain;charset=utf-8' }))
    const link = document.createElement('a')
    link.href = address
    link.download = fileName
    link.click()
    setTimeout(() => URL.revokeObjectURL(address), 10_000)
  }

  return (
    <Stack gap="sm">
      <div>
        <Text size="sm" fw={600} id={labelId}>
          {label}
        </Text>
        <Text size="sm" c="dimmed">
          This is shown once and cannot be shown again. Store it in a safe place now.
        </Text>
      </div>
      <output ref={text} aria-labelledby={labelId} className={classes.value} translate="no">
        {value}
      </output>
      <Group gap="xs">
        <Button
          variant="default"
          leftSection={copying === 'copied' ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          onClick={() => void copy()}
        >
          {copying === 'copied' ? 'Copied' : 'Copy'}
        </Button>
        <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} onClick={download}>
          Download
        </Button>
      </Group>
      <Text size="sm" role="status" c={copying === 'refused' ? 'var(--mantine-color-error)' : 'dimmed'}>
        {copying === 'refused' && 'The clipboard is not available here. The text is selected: copy it by hand.'}
        {copying === 'copied' && 'Copied. Clear the clipboard once you have stored it.'}
      </Text>
      <Checkbox
        label="I have stored it"
        checked={stored}
        onChange={(event) => setStored(event.currentTarget.checked)}
      />
      <Group justify="flex-end">
        <Button disabled={!stored} onClick={onDone}>
          Done
        </Button>
      </Group>
    </Stack>
  )
}
