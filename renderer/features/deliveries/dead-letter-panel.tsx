import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core'
import { IconRefresh, IconTrash } from '@tabler/icons-react'
import { Link } from 'wouter'
import type { DeadLetter } from '../../../shared/contract/deliveries.ts'
import { formatCount } from '../../../shared/words.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { HttpStatus } from '../../ui/http-status.tsx'
import { SidePanel } from '../../ui/list-with-panel.tsx'
import { ProblemBox } from '../../ui/problem-box.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { visibleLine } from '../../ui/visible-text.ts'
import { AttemptPages } from './attempt-pages.tsx'
import { hrefOf } from './delivery-words.ts'

export interface DeadLetterPanelProps {
  /** Null: it is not among those that are loaded. */
  readonly letter: DeadLetter | null
  readonly isRetrying: boolean
  readonly onRetry: (letter: DeadLetter) => void
  readonly onDiscard: (letter: DeadLetter) => void
  readonly onClose: () => void
}

/** One forward that was given up, and every attempt at it. */
export function DeadLetterPanel({ letter, isRetrying, onRetry, onDiscard, onClose }: DeadLetterPanelProps) {
  if (letter === null) {
    return (
      <SidePanel title="Dead letter" onClose={onClose}>
        <Text size="sm">It is not in the list: it was delivered or discarded since, or stands further down.</Text>
      </SidePanel>
    )
  }
  return (
    <SidePanel title={`Request #${letter.captureId}, given up`} onClose={onClose}>
      <Stack gap="md">
        {letter.lastProblem !== null && <ProblemBox problem={letter.lastProblem} />}
        <Facts>
          <Fact label="Request">
            <Anchor component={Link} href={`/webhooks/requests/${letter.captureId}`} size="sm">
              Request #{letter.captureId}
            </Anchor>
          </Fact>
          <Fact label="To">
            <Anchor component={Link} href={hrefOf('targets', letter.targetId)} size="sm">
              {visibleLine(letter.url)}
            </Anchor>
          </Fact>
          <Fact label="Last answer">
            <HttpStatus status={letter.lastStatus} />
          </Fact>
          <Fact label="Attempts">{formatCount(letter.attempts)}</Fact>
          <Fact label="Given up">
            <RelativeTime at={letter.at} focusable />
          </Fact>
        </Facts>
        <Group gap="xs">
          <Button
            size="xs"
            leftSection={<IconRefresh size={14} aria-hidden />}
            onClick={() => onRetry(letter)}
            loading={isRetrying}
          >
            Try again
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconTrash size={14} aria-hidden />}
            onClick={() => onDiscard(letter)}
          >
            Discard
          </Button>
        </Group>
        <section aria-labelledby="letter-attempts">
          <Title order={3} size="h5" id="letter-attempts">
            Attempts
          </Title>
          <AttemptPages
            filter={{ captureId: letter.captureId, targetId: letter.targetId }}
            none="The attempts are too long ago and are not kept any more."
          />
        </section>
      </Stack>
    </SidePanel>
  )
}
