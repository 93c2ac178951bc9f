import { Anchor, Stack, Text } from '@mantine/core'
import { Link } from 'wouter'
import type { Capture } from '../../../shared/contract/captures.ts'
import { visibleLine } from '../../ui/visible-text.ts'
import classes from './capture-panel.module.css'

export const changeWords = { new: 'New field', missing: 'Field is missing', type: 'Other type' } as const

/** What is different from earlier requests of the same event type. */
export function ChangesTab({ capture }: { readonly capture: Capture }) {
  const types = `/webhooks/requests/types?endpoint=${capture.endpointId}&type=${encodeURIComponent(capture.eventType ?? '')}`
  return (
    <Stack gap="sm">
      {capture.drifts.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing: its fields are those of earlier requests of this event type.
        </Text>
      ) : (
        <ul className={classes.list}>
          {capture.drifts.map(({ path, change, detail }) => (
            <li key={`${path} ${change}`} className={classes.item}>
              <strong>{changeWords[change]}</strong> <span className="keyhold-mono">{visibleLine(path)}</span>
              <div className={classes.quiet}>{visibleLine(detail)}</div>
            </li>
          ))}
        </ul>
      )}
      <Anchor component={Link} href={types} size="sm">
        Fields seen so far for this event type
      </Anchor>
    </Stack>
  )
}
