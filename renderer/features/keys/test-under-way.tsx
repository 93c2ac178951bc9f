import { Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { useNow } from '../../ui/use-now.ts'

/** How long a test has taken so far, with a way out. Shown while it is under way. */
export function TestUnderWay({ onCancel }: { readonly onCancel: () => void }) {
  const [startedAt] = useState(() => Date.now())
  const now = useNow(1_000)
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed" className="keyhold-figures" aria-hidden>
        Waiting for the provider, {Math.max(0, Math.floor((now - startedAt) / 1_000))} s
      </Text>
      <Button size="compact-sm" variant="default" onClick={onCancel}>
        Cancel test
      </Button>
    </Group>
  )
}
