import { Alert, Button, Checkbox, Group, Stack, Text } from '@mantine/core'
import { IconCheck, IconCopy, IconDownload, IconInfoCircle, IconPrinter } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import classes from './recovery-code.module.css'

export interface RecoveryCodeProps {
  /** Lives here only for as long as it is shown. */
  readonly code: string
  readonly continueLabel: string
  readonly onContinue: () => void
}

/** The recovery code, shown once. It goes on only after the box is ticked. */
export function RecoveryCode({ code, continueLabel, onContinue }: RecoveryCodeProps) {
  const [isStored, setStored] = useState(false)
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no')

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [])

  const copy = () => {
    navigator.clipboard.writeText(code).then(
      () => setCopied('yes'),
      () => setCopied('failed'),
    )
  }
  return (
    <Stack gap="md">
      <output className={`${classes.code} keyhold-mono keyhold-print`} aria-label="Recovery code" data-recovery-code>
        <span className={classes.heading}>Keyhold recovery code</span>
        {code}
      </output>
      <Group gap="xs">
        <Button
          variant="default"
          leftSection={copied === 'yes' ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          onClick={copy}
        >
          {copied === 'yes' ? 'Copied' : 'Copy'}
        </Button>
        <Button
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          onClick={() => download(recoverySheet(code))}
        >
          Download .txt
        </Button>
        <Button variant="default" leftSection={<IconPrinter size={16} aria-hidden />} onClick={() => window.print()}>
          Print
        </Button>
      </Group>
      {copied === 'failed' && (
        <Text size="sm" role="alert">
          The clipboard cannot be written here. Select the code and copy it yourself, or download it.
        </Text>
      )}
      <Alert color="orange" icon={<IconInfoCircle aria-hidden />} title="It cannot be shown again">
        Whoever has this code can open the vault. Without it and without the passphrase nobody can, and nobody can reset
        it for you. Keep it apart from this computer: on paper, or in a password manager.
      </Alert>
      <Checkbox
        label="I have stored it"
        checked={isStored}
        onChange={(event) => setStored(event.currentTarget.checked)}
      />
      <Group>
        <Button disabled={!isStored} onClick={onContinue}>
          {continueLabel}
        </Button>
      </Group>
    </Stack>
  )
}

/** What the downloaded file says. */
function recoverySheet(code: string): string {
  return [
    'Keyhold recovery code',
    '',
    code,
    '',
    'Whoever has this code can open the vault it was made for.',
    'Keep it apart from the computer, and delete this file once it is stored.',
    '',
  ].join('\n')
}

function download(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = address
  link.download = 'keyhold-recovery-code.txt'
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 1_000)
}
