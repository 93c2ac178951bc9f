import { Button, Checkbox, Group, Text } from '@mantine/core'
import { IconCheck, IconCopy, IconDownload, IconPrinter } from '@tabler/icons-react'
import { type ReactNode, type RefObject, useState } from 'react'

export interface KeepSecretProps {
  readonly value: string
  /** Where it is shown: the text is selected there when the clipboard refuses it. */
  readonly shownIn: RefObject<HTMLElement | null>
  /** The text file that "Download" saves. */
  readonly file: { readonly name: string; readonly text: string }
  readonly canPrint?: boolean
  /** What is said before it is ticked off. */
  readonly children?: ReactNode
  readonly doneLabel: string
  readonly doneAt?: 'flex-start' | 'flex-end'
  readonly onDone: () => void
}

/** The ways to keep a secret that is shown once, and the way on, which opens only after the box is ticked. */
export function KeepSecret(props: KeepSecretProps) {
  const { value, shownIn, file, canPrint = false, children, doneLabel, doneAt = 'flex-start', onDone } = props
  const [isStored, setStored] = useState(false)
  const [copying, setCopying] = useState<'idle' | 'copied' | 'refused'>('idle')

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value)
      setCopying('copied')
    } catch {
      if (shownIn.current) window.getSelection()?.selectAllChildren(shownIn.current)
      setCopying('refused')
    }
  }
  return (
    <>
      <Group gap="xs">
        <Button
          variant="default"
          leftSection={copying === 'copied' ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          onClick={() => void copy()}
        >
          {copying === 'copied' ? 'Copied' : 'Copy'}
        </Button>
        <Button
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={() => download(file.name, file.text)}
        >
          Download
        </Button>
        {canPrint && (
          <Button variant="default" leftSection={<IconPrinter size={16} aria-hidden />} onClick={() => window.print()}>
            Print
          </Button>
        )}
      </Group>
      <Text size="sm" role="status" c={copying === 'refused' ? 'var(--mantine-color-error)' : 'dimmed'}>
        {copying === 'refused' && 'The clipboard is not available here. The text is selected: copy it by hand.'}
        {copying === 'copied' && 'Copied. Clear the clipboard once you have stored it.'}
      </Text>
      {children}
      <Checkbox
        label="I have stored it"
        checked={isStored}
        onChange={(event) => setStored(event.currentTarget.checked)}
      />
      <Group justify={doneAt}>
        <Button disabled={!isStored} onClick={onDone}>
          {doneLabel}
        </Button>
      </Group>
    </>
  )
}

function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
