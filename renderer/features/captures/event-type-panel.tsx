import { Anchor, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { LearnedSchema } from '../../../shared/contract/captures.ts'
import { countOf, formatCount } from '../../../shared/words.ts'
import { client, orpc, queryClient } from '../../app/api.ts'
import { SidePanel } from '../../ui/list-with-panel.tsx'
import { notifyDone } from '../../ui/notify.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { useAction } from '../../ui/use-action.ts'
import { visibleLine } from '../../ui/visible-text.ts'
import { noFilter, writeFilter } from './capture-filter.ts'
import classes from './event-type-panel.module.css'
import { changeWords } from './panel-changes.tsx'

export interface EventTypePanelProps {
  readonly endpointId: number
  /** '' for requests without one. */
  readonly eventType: string
  readonly onClose: () => void
}

/** What the bodies of one event type look like, and how that changed over time. */
export function EventTypePanel({ endpointId, eventType, onClose }: EventTypePanelProps) {
  const query = useQuery(orpc.captures.learnedSchema.queryOptions({ input: { endpointId, eventType } }))
  const schema = query.data
  const requests = `/webhooks/requests${writeFilter({ ...noFilter, endpointId, eventType })}`
  return (
    <SidePanel
      title={eventType === '' ? 'Without event type' : visibleLine(eventType)}
      eyebrow={schema?.slug ?? null}
      onClose={onClose}
    >
      <Stack gap="md">
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
        {query.isPending && <Skeleton height={240} />}
        {schema !== undefined && (
          <>
            <Text size="sm">
              {countOf(schema.count, 'request')}, first <RelativeTime at={schema.firstAt} focusable />, last{' '}
              <RelativeTime at={schema.lastAt} focusable />.{' '}
              <Anchor component={Link} href={requests} size="sm" underline="always">
                Show them
              </Anchor>
            </Text>
            <Changes schema={schema} />
            <Fields schema={schema} />
          </>
        )}
      </Stack>
    </SidePanel>
  )
}

function Changes({ schema }: { readonly schema: LearnedSchema }) {
  const { endpointId, eventType, changes } = schema
  const acknowledge = useAction(async () => {
    await client.captures.acknowledgeDrift({ endpointId, eventType })
    notifyDone('What it looks like now is taken for normal.')
    await Promise.all([
      queryClient.invalidateQueries({ queryKey: orpc.captures.learnedSchema.key() }),
      queryClient.invalidateQueries({ queryKey: orpc.captures.eventTypes.key() }),
    ])
  })
  return (
    <section>
      <Title order={3} size="h5" mb={4}>
        Changes
      </Title>
      {changes.length === 0 ? (
        <Text size="sm" c="dimmed">
          None: every request had the same fields.
        </Text>
      ) : (
        <Stack gap="xs">
          <ul className={classes.list}>
            {changes.map(({ at, captureId, path, change, detail }) => (
              <li key={`${captureId} ${path} ${change}`} className={classes.item}>
                <strong>{changeWords[change]}</strong> <span className="keyhold-mono">{visibleLine(path)}</span>
                <div className={classes.quiet}>
                  {visibleLine(detail)} <RelativeTime at={at} />, in{' '}
                  <Anchor component={Link} href={`/webhooks/requests/${captureId}`} size="sm" underline="always">
                    request #{captureId}
                  </Anchor>
                </div>
              </li>
            ))}
          </ul>
          <ProblemAlert error={acknowledge.error} />
          <Group>
            <Button
              size="xs"
              variant="default"
              onClick={() => void acknowledge.run()}
              loading={acknowledge.isPending}
              disabled={schema.drifts === 0}
            >
              Take the present fields for normal
            </Button>
          </Group>
        </Stack>
      )}
    </section>
  )
}

function Fields({ schema }: { readonly schema: LearnedSchema }) {
  const { fields, count } = schema
  if (fields.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Their bodies are no JSON, so there are no fields to learn.
      </Text>
    )
  }
  return (
    <section>
      <Title order={3} size="h5" mb={4}>
        Fields
      </Title>
      <table className={classes.fields} aria-label="Fields">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Type</th>
            <th scope="col">In</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ path, types, seen }) => (
            <tr key={path}>
              <th scope="row" className="keyhold-mono">
                {visibleLine(path)}
              </th>
              <td>{types.join(' or ')}</td>
              <td>{seen >= count ? 'All' : `${formatCount(seen)} of ${formatCount(count)}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
