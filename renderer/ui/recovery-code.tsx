import { Alert, Stack } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import { KeepSecret } from './keep-secret.tsx'
import classes from './recovery-code.module.css'

export interface RecoveryCodeProps {
  /** Lives here only for as long as it is shown. */
  readonly code: string
  readonly continueLabel: string
  readonly onContinue: () => void
}

/** The recovery code, shown once. It goes on only after the box is ticked. */
export function RecoveryCode({ code, continueLabel, onContinue }: RecoveryCodeProps) {
  const shown = useRef<HTMLSpanElement>(null)

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [])

  return (
    <Stack gap="md">
      <output className={`${classes.code} keyhold-mono keyhold-print`} aria-label="Recovery code" data-recovery-code>
        <span className={classes.heading}>Keyhold recovery code</span>
        <span ref={shown}>{code}</span>
      </output>
      <KeepSecret
        value={code}
        shownIn={shown}
        file={{ name: 'keyhold-recovery-code.txt', text: recoverySheet(code) }}
        canPrint
        doneLabel={continueLabel}
        onDone={onContinue}
      >
        <Alert color="orange" icon={<IconInfoCircle aria-hidden />} title="It cannot be shown again">
          Whoever has this code can open the vault. Without it and without the passphrase nobody can, and nobody can
          reset it for you. Keep it apart from this computer: on paper, or in a password manager.
        </Alert>
      </KeepSecret>
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
