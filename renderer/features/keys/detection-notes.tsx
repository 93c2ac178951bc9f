import { Anchor, Stack, Text } from '@mantine/core'
import { IconCopyCheck, IconInfoCircle } from '@tabler/icons-react'
import { Link } from 'wouter'
import type { Detection } from '../../../shared/contract/keys.ts'
import { providerInfo } from '../../../shared/providers.ts'
import { kindLabel } from '../../ui/kind-label.ts'
import classes from './detection-notes.module.css'

const certainty = {
  strong: 'Recognised as',
  medium: 'Looks like',
  weak: 'Could be',
  none: 'Not recognised: it is stored as',
} as const

export interface DetectionNotesProps {
  readonly detection: Detection
  /** Id of the key that is being edited: it is no duplicate of itself. */
  readonly ownId?: number | undefined
}

/** What was found out about the pasted text, and which stored keys have the same value. */
export function DetectionNotes({ detection, ownId }: DetectionNotesProps) {
  const duplicates = detection.duplicates.filter((key) => key.id !== ownId)
  return (
    <Stack gap={4} role="status" data-detected={detection.provider}>
      <Text size="sm" className={classes.line}>
        <IconInfoCircle size={16} aria-hidden />
        <span>
          {certainty[detection.confidence]} {what(detection)} <span className="keyhold-mono">{detection.masked}</span>
        </span>
      </Text>
      {detection.notes.map((note) => (
        <Text key={note} size="sm" c="dimmed" className={classes.note}>
          {note}
        </Text>
      ))}
      {duplicates.map((key) => (
        <Text key={key.id} size="sm" className={classes.line} data-duplicate={key.id}>
          <IconCopyCheck size={16} aria-hidden className={classes.caution} />
          <span>
            The same key is here already:{' '}
            <Anchor component={Link} href={`/keys/${key.id}`} size="sm" underline="always">
              {key.name}
            </Anchor>{' '}
            of {key.accountEmail}.
          </span>
        </Text>
      ))}
    </Stack>
  )
}

function what({ provider, kind, confidence }: Detection): string {
  if (provider === 'custom') return confidence === 'none' ? 'a custom key.' : 'a custom key:'
  const name = providerInfo(provider).name
  return kind === 'unknown' ? `a key of ${name}:` : `a key of ${name} (${kindLabel(kind).toLowerCase()}):`
}
