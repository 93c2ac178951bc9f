import { Stack, Text } from '@mantine/core'
import { useId, useRef } from 'react'
import { KeepSecret } from './keep-secret.tsx'
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
  const output = useRef<HTMLOutputElement>(null)
  const labelId = useId()
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
      <output ref={output} aria-labelledby={labelId} className={classes.value} translate="no">
        {value}
      </output>
      <KeepSecret
        value={value}
        shownIn={output}
        file={{ name: fileName, text: `${value}\n` }}
        doneLabel="Done"
        doneAt="flex-end"
        onDone={onDone}
      />
    </Stack>
  )
}
