import { Anchor, Badge, Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { IconExternalLink, IconPencil, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { ProviderKey } from '../../../shared/contract/keys.ts'
import { providerInfo } from '../../../shared/providers.ts'
import { orpc } from '../../app/api.ts'
import { Facts } from '../../ui/facts.tsx'
import { SidePanel } from '../../ui/list-with-panel.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { ProviderMark } from '../../ui/provider-mark.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { KeyAudit } from './key-audit.tsx'
import { KindBadge } from './key-columns.tsx'
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
            <Group gap="xs">
              <Button
                size="xs"
                variant="default"
                leftSection={<IconPencil size={14} aria-hidden />}
                onClick={() => onEdit(key)}
              >
                Edit
              </Button>
              <Button
                size="xs"
                variant="default"
                leftSection={<IconTrash size={14} aria-hidden />}
                onClick={() => onDelete(key)}
              >
                Delete
              </Button>
              <ConsoleLink value={key} />
            </Group>
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
    <Facts
      facts={[
        [
          'Account',
          <Anchor key="account" component={Link} href={`/accounts/${value.accountId}`} size="sm">
            {value.accountEmail}
          </Anchor>,
        ],
        ['Kind', <KindBadge key="kind" kind={value.kind} />],
        [
          'Admin key',
          value.adminKeyId === null ? null : (
            <Anchor component={Link} href={`/keys/${value.adminKeyId}`} size="sm">
              {value.adminKeyName ?? `Key ${value.adminKeyId}`}
            </Anchor>
          ),
        ],
        [
          'Linked keys',
          value.kind !== 'admin' ? null : (
            <Anchor component={Link} href={`/keys?admin=${value.id}`} size="sm">
              Show the keys linked to it
            </Anchor>
          ),
        ],
        ['Environment', value.environment === null ? null : environments[value.environment]],
        [
          'Tags',
          value.tags.length === 0 ? null : (
            <Group gap={4}>
              {value.tags.map((tag) => (
                <Badge key={tag} variant="default" tt="none" fw={400} radius="sm">
                  {tag}
                </Badge>
              ))}
            </Group>
          ),
        ],
        [
          'Description',
          value.description === null ? null : (
            <Text key="description" size="sm" className="keyhold-lines">
              {value.description}
            </Text>
          ),
        ],
        ['Revealed', <RelativeTime key="revealed" at={value.lastRevealedAt} focusable />],
        ['Copied', <RelativeTime key="copied" at={value.lastCopiedAt} focusable />],
        ['Added', <RelativeTime key="created" at={value.createdAt} focusable />],
        ['Changed', <RelativeTime key="updated" at={value.updatedAt} focusable />],
        ['Origin', sources[value.source]],
      ]}
    />
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
