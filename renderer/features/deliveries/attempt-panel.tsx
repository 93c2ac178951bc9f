import { Anchor, Skeleton, Stack, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { orpc } from '../../app/api.ts'
import { AttemptFacts } from '../../parts/attempt-facts.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { SidePanel } from '../../ui/list-with-panel.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { attemptText, hrefOf } from './delivery-words.ts'

/** One attempt, both sides of it, and what it belongs to. */
export function AttemptPanel({ id, onClose }: { readonly id: number; readonly onClose: () => void }) {
  const query = useQuery(orpc.deliveries.attempt.queryOptions({ input: { id } }))
  const attempt = query.data
  return (
    <SidePanel title={`Attempt #${id}`} onClose={onClose}>
      <Stack gap="md">
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
        {query.isPending && <Skeleton height={200} />}
        {attempt !== undefined && (
          <>
            <Facts>
              <Fact label="Kind">{attemptText(attempt)}</Fact>
              <Fact label="When">
                <RelativeTime at={attempt.at} focusable />
              </Fact>
              {attempt.captureId !== null && (
                <Fact label="Of">
                  <Anchor component={Link} href={`/webhooks/requests/${attempt.captureId}`} size="sm">
                    Request #{attempt.captureId}
                  </Anchor>
                </Fact>
              )}
              {attempt.jobId !== null && (
                <Fact label="Part of">
                  <Anchor component={Link} href={hrefOf('replays', attempt.jobId)} size="sm">
                    Replay #{attempt.jobId}
                  </Anchor>
                </Fact>
              )}
              {attempt.targetId !== null && (
                <Fact label="Target">
                  <Anchor component={Link} href={hrefOf('targets', attempt.targetId)} size="sm">
                    Forward target
                  </Anchor>
                </Fact>
              )}
            </Facts>
            <Title order={3} size="h5">
              Sent and answered
            </Title>
            <AttemptFacts attempt={attempt} />
          </>
        )}
      </Stack>
    </SidePanel>
  )
}
