import { Button, Group, Stack } from '@mantine/core'
import type { AttemptDetail } from '../../shared/contract/deliveries.ts'
import { FormFooter } from '../ui/form-footer.tsx'
import { AttemptFacts } from './attempt-facts.tsx'

export interface ReplayResultProps {
  readonly attempt: AttemptDetail
  readonly onAgain: () => void
  readonly onClose: () => void
}

/** The answer to a request that was sent again. */
export function ReplayResult({ attempt, onAgain, onClose }: ReplayResultProps) {
  return (
    <Stack gap="md">
      <AttemptFacts attempt={attempt} />
      <FormFooter>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onAgain}>
            Change and send again
          </Button>
          <Button onClick={onClose} data-autofocus>
            Done
          </Button>
        </Group>
      </FormFooter>
    </Stack>
  )
}
