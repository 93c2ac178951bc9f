import { Anchor, Badge, Button, Group, Skeleton, Stack } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { ProviderKey } from '../../../shared/contract/keys.ts'
import { providerInfo } from '../../../shared/providers.ts'
import { orpc } from '../../app/api.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { KindBadge } from '../../ui/kind-badge.tsx'
import { SidePanel } from '../../ui/list-with-panel.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { ProviderMark } from '../../ui/provider-mark.tsx'
import { RecordActions } from '../../ui/record-actions.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { KeyAudit } from './key-audit.tsx'
import { KeyRemote } from './key-remote.tsx'
import { KeySecret } from './key-secret.tsx'
import { KeyTest } from './key-test.tsx'

const environments = { production: 'Production', staging: 'Staging', development: 'Development' } as const
const sources = { manual: 'Added by hand', import: 'Imported', api: 'Local API', sample: 'Sample data' } as const

export interface KeyPanelProps {
  readonly id: number
  readonly onClose: () => void
  readonly onEdit: (key: ProviderKey) => void
  readonly onDelete: (key: ProviderKey) => void
}

/** Everything about one key. */
export function KeyPanel({ id, onClose, onEdit, onDelete }: KeyPanelProps) {
  const query = useQuery(orpc.keys.get.queryOptions({ input: { id } }))
  const key = query.data
  return (
    <SidePanel
      title={key?.name ?? 'Key'}
      eyebrow={key === undefined ? null : <ProviderMark provider={key.provider} withName />}
      onClose={onClose}
    >
      <Stack gap="lg">
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
        {query.isPending && <Skeleton height={240} />}
        {key !== undefined && (
          <>
            <KeySecret value={key} />
            <KeyTest value={key} />
            <KeyFacts value={key} />
            <RecordActions onEdit={() => onEdit(key)} onDelete={() => onDelete(key)}>
              <ConsoleLink value={key} />
            </RecordActions>
            <KeyRemote value={key} />
            <KeyAudit id={key.id} />
          </>
        )}
      </Stack>
    </SidePanel>
  )
}

function KeyFacts({ value }: { readonly value: ProviderKey }) {
  return (
    <Facts>
      <Fact label="Account">
        <Anchor component={Link} href={`/accounts/${value.accountId}`} size="sm">
          {value.accountEmail}
        </Anchor>
      </Fact>
      <Fact label="Kind">
        <KindBadge kind={value.kind} />
      </Fact>
      {value.adminKeyId !== null && (
        <Fact label="Admin key">
          <Anchor component={Link} href={`/keys/${value.adminKeyId}`} size="sm">
            {value.adminKeyName ?? `Key ${value.adminKeyId}`}
          </Anchor>
        </Fact>
      )}
      {value.kind === 'admin' && (
        <Fact label="Linked keys">
          <Anchor component={Link} href={`/keys?admin=${value.id}`} size="sm">
            Show the keys linked to it
          </Anchor>
        </Fact>
      )}
      <Fact label="Environment">{value.environment === null ? null : environments[value.environment]}</Fact>
      {value.tags.length > 0 && (
        <Fact label="Tags">
          <Group gap={4}>
            {value.tags.map((tag) => (
              <Badge key={tag} variant="default" tt="none" fw={400} radius="sm">
                {tag}
              </Badge>
            ))}
          </Group>
        </Fact>
      )}
      {value.description !== null && (
        <Fact label="Description">
          <span className="keyhold-lines">{value.description}</span>
        </Fact>
      )}
      <Fact label="Revealed">
        <RelativeTime at={value.lastRevealedAt} focusable />
      </Fact>
      <Fact label="Copied">
        <RelativeTime at={value.lastCopiedAt} focusable />
      </Fact>
      <Fact label="Added">
        <RelativeTime at={value.createdAt} focusable />
      </Fact>
      <Fact label="Changed">
        <RelativeTime at={value.updatedAt} focusable />
      </Fact>
      <Fact label="Origin">{sources[value.source]}</Fact>
    </Facts>
  )
}

function ConsoleLink({ value }: { readonly value: ProviderKey }) {
  const { consoleUrl, name } = providerInfo(value.provider)
  if (consoleUrl === null) return null
  return (
    <Button
      component="a"
      href={consoleUrl}
      target="_blank"
      rel="noreferrer"
      size="xs"
      variant="subtle"
      rightSection={<IconExternalLink size={14} aria-hidden />}
    >
      {name} console
    </Button>
  )
}
