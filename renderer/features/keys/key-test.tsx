import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { IconPlugConnected } from '@tabler/icons-react'
import { useState } from 'react'
import type { ProviderKey, Validation } from '../../../shared/contract/keys.ts'
import { providerInfo } from '../../../shared/providers.ts'
import { client } from '../../app/api.ts'
import { OutcomeBadge } from '../../ui/outcome-badge.tsx'
import { ProblemAlert, RemedyList } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { useCancellable } from '../../ui/use-cancellable.ts'
import { TestUnderWay } from './test-under-way.tsx'
import { ValidationResult } from './validation-result.tsx'

/** The last test of a key, and a new one. */
export function KeyTest({ value }: { readonly value: ProviderKey }) {
  const [result, setResult] = useState<Validation | null>(null)
  const test = useCancellable(async (signal) => setResult(await client.keys.test({ id: value.id }, { signal })))
  const { name, capabilities } = providerInfo(value.provider)
  return (
    <section aria-labelledby="key-test">
      <Stack gap="xs">
        <Group justify="space-between">
          <Title order={3} size="h5" id="key-test">
            Test
          </Title>
          {capabilities.validate && value.secretState === 'stored' && (
            <Button
              size="compact-sm"
              variant="light"
              leftSection={<IconPlugConnected size={14} aria-hidden />}
              loading={test.isPending}
              onClick={() => void test.run()}
            >
              {value.validation === null ? 'Test now' : 'Test again'}
            </Button>
          )}
        </Group>
        {!capabilities.validate && (
          <Text size="sm" c="dimmed">
            {name} keys cannot be tested: Keyhold does not know whom to ask.
          </Text>
        )}
        {test.isPending && <TestUnderWay onCancel={test.cancel} />}
        <div aria-live="polite">
          {result === null ? <LastTest value={value} /> : <ValidationResult result={result} />}
        </div>
        <ProblemAlert error={test.error} onRetry={() => void test.run()} />
      </Stack>
    </section>
  )
}

function LastTest({ value }: { readonly value: ProviderKey }) {
  const { validation } = value
  if (validation === null) return <OutcomeBadge outcome={null} />
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <OutcomeBadge outcome={validation.outcome} />
        <Text size="sm" c="dimmed">
          <RelativeTime at={validation.testedAt} focusable />
        </Text>
      </Group>
      <Text size="sm">{validation.message}</Text>
      <RemedyList remedies={validation.remedies} />
    </Stack>
  )
}
