import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core'
import { IconListSearch } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import type { ProviderKey, RemoteKey } from '../../../shared/contract/keys.ts'
import { providerInfo } from '../../../shared/providers.ts'
import { countOf } from '../../../shared/words.ts'
import { orpc } from '../../app/api.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import classes from './key-remote.module.css'

/** For an admin key: the keys that the provider itself lists, and which of them are here. */
export function KeyRemote({ value }: { readonly value: ProviderKey }) {
  const [isAsked, setAsked] = useState(false)
  const { name, capabilities } = providerInfo(value.provider)
  const remote = useInfiniteQuery(
    orpc.keys.remote.infiniteOptions({
      input: (cursor: string | undefined) => ({ id: value.id, cursor }),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      enabled: isAsked,
      staleTime: Number.POSITIVE_INFINITY,
    }),
  )
  if (capabilities.listKeys === 'none' || value.kind !== 'admin' || value.secretState !== 'stored') return null
  const items = remote.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section aria-labelledby="key-remote">
      <Stack gap="xs">
        <Group justify="space-between">
          <Title order={3} size="h5" id="key-remote">
            Keys at {name}
          </Title>
          <Button
            size="compact-sm"
            variant="light"
            leftSection={<IconListSearch size={14} aria-hidden />}
            loading={remote.isFetching && !remote.isFetchingNextPage}
            onClick={() => (isAsked ? void remote.refetch() : setAsked(true))}
          >
            {isAsked ? 'List again' : 'List them'}
          </Button>
        </Group>
        {!isAsked && (
          <Text size="sm" c="dimmed">
            {name} can list the keys that this admin key manages, without their secrets.
          </Text>
        )}
        <ProblemAlert error={remote.error} onRetry={() => void remote.refetch()} />
        {remote.isSuccess && (
          <Text size="sm" c="dimmed" role="status">
            {countOf(items.length, 'key')}
            {remote.hasNextPage ? ' so far' : ''}, {items.filter((item) => item.matchesKeyId !== null).length} of them
            here
          </Text>
        )}
        <ul className={classes.list}>
          {items.map((item) => (
            <RemoteRow key={item.remoteId} item={item} />
          ))}
        </ul>
        {remote.hasNextPage && (
          <Button
            size="compact-sm"
            variant="subtle"
            loading={remote.isFetchingNextPage}
            onClick={() => void remote.fetchNextPage()}
          >
            Show more
          </Button>
        )}
      </Stack>
    </section>
  )
}

function RemoteRow({ item }: { readonly item: RemoteKey }) {
  const facts = [item.project, item.status].filter((fact) => fact !== null)
  return (
    <li className={classes.row}>
      <span className={classes.words}>
        <span className={classes.name}>{item.name ?? 'Without a name'}</span>
        <span className={`${classes.redacted} keyhold-mono`}>{item.redacted ?? item.remoteId}</span>
        <span className={classes.redacted}>
          {facts.length > 0 && `${facts.join(', ')}, `}
          last used <RelativeTime at={item.lastUsedAt} never="unknown" />
        </span>
      </span>
      {item.matchesKeyId === null ? (
        <Text size="sm" c="dimmed">
          Not here
        </Text>
      ) : (
        <Anchor component={Link} href={`/keys/${item.matchesKeyId}`} size="sm">
          Here
        </Anchor>
      )}
    </li>
  )
}
