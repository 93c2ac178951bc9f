import { Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { orpc } from '../../app/api.ts'
import { AttemptList } from '../../parts/attempt-list.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'

/** Where this request was forwarded or replayed to, and what came of it. */
export function AttemptsTab({ captureId }: { readonly captureId: number }) {
  const query = useQuery(orpc.deliveries.attempts.queryOptions({ input: { captureId, limit: 50 } }))
  return (
    <Stack gap="sm">
      <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      {query.data !== undefined && query.data.items.length === 0 && (
        <Text size="sm" c="dimmed">
          It was neither forwarded nor replayed yet.
        </Text>
      )}
      {query.data !== undefined && <AttemptList attempts={query.data.items} />}
      {query.data !== undefined && query.data.total > query.data.items.length && (
        <Text size="sm" c="dimmed">
          The newest {query.data.items.length} of {query.data.total}.
        </Text>
      )}
    </Stack>
  )
}
