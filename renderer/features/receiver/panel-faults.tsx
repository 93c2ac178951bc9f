import { Button, Group, Stack, Text } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import { useState } from 'react'
import type { Endpoint } from '../../../shared/contract/receiver.ts'
import classes from './endpoint-panel.module.css'
import { faultWords } from './endpoint-words.ts'
import { FaultsDialog } from './faults-dialog.tsx'

/** What goes wrong on purpose. */
export function PanelFaults({ endpoint }: { readonly endpoint: Endpoint }) {
  const [isEditing, setEditing] = useState(false)
  const { faults, faultSeed } = endpoint.behaviour
  return (
    <Stack gap="sm">
      {faults.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing goes wrong on purpose. Faults show how a sender copes with resets, slow answers and refusals; the
          requests are captured all the same.
        </Text>
      ) : (
        <>
          <ul className={classes.list} aria-label="Faults">
            {faults.map((fault, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a fault is named by its place
              <li key={place} className={classes.entry}>
                <div className={classes.entryWords}>{faultWords(fault)}</div>
              </li>
            ))}
          </ul>
          <Text size="sm" c="dimmed">
            {faults.length > 1 && 'The first that the dice choose is the one that happens. '}
            Seed {faultSeed}: the same requests in the same order meet the same faults.
          </Text>
        </>
      )}
      <Group>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPencil size={14} aria-hidden />}
          onClick={() => setEditing(true)}
        >
          {faults.length === 0 ? 'Set up faults' : 'Change the faults'}
        </Button>
      </Group>
      {isEditing && <FaultsDialog endpoint={endpoint} onClose={() => setEditing(false)} />}
    </Stack>
  )
}
