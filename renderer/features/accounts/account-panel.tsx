import { Anchor, Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { Account } from '../../../shared/contract/accounts.ts'
import { countOf } from '../../../shared/words.ts'
import { orpc } from '../../app/api.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { SidePanel } from '../../ui/list-with-panel.tsx'
import { OutcomeBadge } from '../../ui/outcome-badge.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { ProviderMark } from '../../ui/provider-mark.tsx'
import { RecordActions } from '../../ui/record-actions.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import classes from './account-panel.module.css'

const SHOWN_KEYS = 50

export interface AccountPanelProps {
  readonly id: number
  readonly onClose: () => void
  readonly onEdit: (account: Account) => void
  readonly onDelete: (account: Account) => void
}

/** One account and its keys. */
export function AccountPanel({ id, onClose, onEdit, onDelete }: AccountPanelProps) {
  const query = useQuery(orpc.accounts.get.queryOptions({ input: { id } }))
  const account = query.data
  return (
    <SidePanel title={account?.email ?? 'Account'} onClose={onClose}>
      <Stack gap="md">
        <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
        {query.isPending && <Skeleton height={120} />}
        {account !== undefined && (
          <>
            <Facts>
              <Fact label="Name">{account.name}</Fact>
              <Fact label="Organisation">{account.organization}</Fact>
              {account.contactNote !== null && (
                <Fact label="Notes">
                  <span className="keyhold-lines">{account.contactNote}</span>
                </Fact>
              )}
              <Fact label="Added">
                <RelativeTime at={account.createdAt} focusable />
              </Fact>
              <Fact label="Changed">
                <RelativeTime at={account.updatedAt} focusable />
              </Fact>
            </Facts>
            <RecordActions onEdit={() => onEdit(account)} onDelete={() => onDelete(account)} />
            <AccountKeys account={account} />
          </>
        )}
      </Stack>
    </SidePanel>
  )
}

function AccountKeys({ account }: { readonly account: Account }) {
  const keys = useQuery(orpc.keys.list.queryOptions({ input: { accountId: account.id, limit: SHOWN_KEYS } }))
  const items = keys.data?.items ?? []
  return (
    <section aria-labelledby="account-keys">
      <Group justify="space-between" mb="xs">
        <Title order={3} size="h5" id="account-keys">
          {keys.isSuccess ? countOf(keys.data.total, 'key') : 'Keys'}
        </Title>
        <Button
          component={Link}
          href={`/keys/new?account=${account.id}`}
          size="compact-sm"
          variant="light"
          leftSection={<IconPlus size={14} aria-hidden />}
        >
          Add key
        </Button>
      </Group>
      <ProblemAlert error={keys.error} onRetry={() => void keys.refetch()} />
      {keys.isPending && <Skeleton height={72} />}
      {keys.isSuccess && items.length === 0 && (
        <Text size="sm" c="dimmed">
          No keys yet. Add the first one of this account.
        </Text>
      )}
      <ul className={classes.keys}>
        {items.map((key) => (
          <li key={key.id}>
            <Link href={`/keys/${key.id}`} className={classes.key}>
              <ProviderMark provider={key.provider} />
              <span className={classes.words}>
                <span className={classes.name}>{key.name}</span>
                <span className={`${classes.masked} keyhold-mono`}>{key.masked}</span>
              </span>
              <OutcomeBadge outcome={key.validation?.outcome ?? null} />
            </Link>
          </li>
        ))}
      </ul>
      {(keys.data?.total ?? 0) > SHOWN_KEYS && (
        <Anchor component={Link} href={`/keys?account=${account.id}`} size="sm">
          Show all of them
        </Anchor>
      )}
    </section>
  )
}
