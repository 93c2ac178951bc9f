import { Anchor, Stack, Switch, Text, Title } from '@mantine/core'
import { Link } from 'wouter'
import type { Target } from '../../../shared/contract/deliveries.ts'
import { countOf, formatCount } from '../../../shared/words.ts'
import { client, orpc, queryClient } from '../../app/api.ts'
import { durationText } from '../../ui/amounts.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { SidePanel } from '../../ui/list-with-panel.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { ProblemBox } from '../../ui/problem-box.tsx'
import { RecordActions } from '../../ui/record-actions.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ToneBadge } from '../../ui/tone-badge.tsx'
import { useAction } from '../../ui/use-action.ts'
import { visibleLine } from '../../ui/visible-text.ts'
import { AttemptPages } from './attempt-pages.tsx'
import { hrefOf, retriesText, targetLook } from './delivery-words.ts'

export interface TargetPanelProps {
  /** Null: there is none with the id of the address. */
  readonly target: Target | null
  readonly endpointName: string
  readonly onClose: () => void
  readonly onEdit: (target: Target) => void
  readonly onDelete: (target: Target) => void
}

/** One forward target: how it does, how it is set, and its last attempts. */
export function TargetPanel({ target, endpointName, onClose, onEdit, onDelete }: TargetPanelProps) {
  const toggle = useAction(async (id: number, enabled: boolean) => {
    await client.deliveries.updateTarget({ id, enabled })
    await queryClient.invalidateQueries({ queryKey: orpc.deliveries.targets.key() })
  })
  if (target === null) {
    return (
      <SidePanel title="Forward target" onClose={onClose}>
        <Text size="sm">There is no such target. It may have been deleted.</Text>
      </SidePanel>
    )
  }
  return (
    <SidePanel title={visibleLine(target.url)} eyebrow={<ToneBadge look={targetLook(target)} />} onClose={onClose}>
      <Stack gap="md">
        <Switch
          label="Forward requests as they come"
          checked={target.enabled}
          disabled={toggle.isPending}
          onChange={(event) => void toggle.run(target.id, event.currentTarget.checked)}
        />
        <ProblemAlert error={toggle.error} />
        {target.lastProblem !== null && <ProblemBox problem={target.lastProblem} />}
        <Facts>
          <Fact label="Endpoint">
            <Anchor component={Link} href={`/webhooks/endpoints/${target.endpointId}`} size="sm">
              {endpointName}
            </Anchor>
          </Fact>
          <Fact label="Waiting">{countOf(target.waiting, 'request')}</Fact>
          <Fact label="Delivered">{formatCount(target.delivered)}</Fact>
          <Fact label="Dead letters">
            {target.deadLetters === 0 ? (
              'None'
            ) : (
              <Anchor component={Link} href={`${hrefOf('dead-letters')}?target=${target.id}`} size="sm">
                {formatCount(target.deadLetters)}
              </Anchor>
            )}
          </Fact>
          <Fact label="Last attempt">
            <RelativeTime at={target.lastAt} focusable />
          </Fact>
          <Fact label="Retries">{retriesText(target.retries)}</Fact>
          <Fact label="Path">
            {target.keepPath ? 'Path below the slug and query are appended' : 'Always this address as it stands'}
          </Fact>
          <Fact label="Waits for">{durationText(target.timeoutMs)}</Fact>
          <Fact label="At a time">{countOf(target.concurrency, 'request')}</Fact>
          {target.ca !== null && <Fact label="Certificates">Also trusts authorities of its own</Fact>}
        </Facts>
        <RecordActions onEdit={() => onEdit(target)} onDelete={() => onDelete(target)} />
        <section aria-labelledby="target-attempts">
          <Title order={3} size="h5" id="target-attempts">
            Attempts
          </Title>
          <AttemptPages filter={{ targetId: target.id }} none="Nothing was forwarded to it yet." />
        </section>
      </Stack>
    </SidePanel>
  )
}
