import { ActionIcon, Button, CloseButton, Group, Menu, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconDots, IconPencil, IconPlus, IconSearch, IconTrash, IconUsers } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import { Link, useLocation } from 'wouter'
import type { Account } from '../../../shared/contract/accounts.ts'
import { MAX_QUERY } from '../../../shared/limits.ts'
import { countOf, formatCount } from '../../../shared/words.ts'
import { orpc } from '../../app/api.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import classes from '../../ui/filter-bar.module.css'
import { ListWithPanel } from '../../ui/list-with-panel.tsx'
import { Page } from '../../ui/page.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { TwoLines } from '../../ui/two-lines.tsx'
import { AccountDialog } from './account-form.tsx'
import { AccountPanel } from './account-panel.tsx'
import { DeleteAccountDialog } from './delete-account-dialog.tsx'

const columns: readonly Column<Account>[] = [
  { id: 'email', header: 'E-mail', width: null, cell: (account) => account.email },
  { id: 'name', header: 'Name', width: 160, from: 720, cell: (account) => account.name ?? <None /> },
  { id: 'organization', header: 'Organisation', width: 190, cell: (account) => account.organization ?? <None /> },
  { id: 'keys', header: 'Keys', width: 88, align: 'right', cell: (account) => formatCount(account.keyCount) },
  {
    id: 'created',
    header: 'Added',
    width: 128,
    from: 860,
    cell: (account) => <RelativeTime at={account.createdAt} />,
  },
]

type Dialog = { readonly kind: 'edit' | 'delete'; readonly account: Account } | null

/** Owners of provider keys. `selection` is the account whose details are open, or "new". */
export function AccountsPage({ selection }: { readonly selection: number | 'new' | null }) {
  const [, navigate] = useLocation()
  const [text, setText] = useState('')
  const [query] = useDebouncedValue(text.trim(), 120)
  const [dialog, setDialog] = useState<Dialog>(null)
  const list = useInfiniteQuery(
    orpc.accounts.list.infiniteOptions({
      input: (cursor: string | undefined) => ({ query, cursor }),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      placeholderData: keepPreviousData,
    }),
  )
  const accounts = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data])
  const total = list.data?.pages[0]?.total ?? 0
  const { fetchNextPage, isFetchingNextPage } = list
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage()
  }, [fetchNextPage, isFetchingNextPage])
  const close = useCallback(() => navigate('/accounts'), [navigate])
  const isEmpty = list.isSuccess && total === 0

  return (
    <Page fill>
      <PageHeader
        title="Accounts"
        lead="Who owns the keys: a person or a team at a provider, by e-mail and organisation."
        actions={
          isEmpty && query === '' ? undefined : (
            <Button component={Link} href="/accounts/new" leftSection={<IconPlus size={16} aria-hidden />}>
              Add account
            </Button>
          )
        }
      />
      <ListWithPanel
        list={
          <>
            {!(isEmpty && query === '') && (
              <search className={classes.root}>
                <div className={classes.bar}>
                  <TextInput
                    className={classes.search}
                    aria-label="Search accounts"
                    placeholder="Search e-mail, name, organisation"
                    value={text}
                    onChange={(event) => setText(event.currentTarget.value)}
                    maxLength={MAX_QUERY}
                    leftSection={<IconSearch size={16} aria-hidden />}
                    rightSection={
                      text === '' ? null : (
                        <CloseButton size="sm" onClick={() => setText('')} aria-label="Clear search" />
                      )
                    }
                  />
                  <Text size="sm" c="dimmed" role="status" className={classes.count}>
                    {list.isSuccess ? countOf(total, 'account') : ''}
                  </Text>
                </div>
              </search>
            )}
            <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />
            {isEmpty ? (
              query === '' ? (
                <EmptyState
                  icon={<IconUsers />}
                  title="No accounts yet"
                  text="Every key belongs to an account. Add the first one, or import what you have: accounts named there are made for you."
                  action={
                    <Group gap="xs" justify="center">
                      <Button component={Link} href="/accounts/new">
                        Add account
                      </Button>
                      <Button component={Link} href="/import" variant="default">
                        Import
                      </Button>
                    </Group>
                  }
                />
              ) : (
                <EmptyState
                  icon={<IconSearch />}
                  title="No account matches"
                  text={`Nothing has “${query}” in its e-mail, name or organisation.`}
                  action={
                    <Button variant="default" onClick={() => setText('')}>
                      Clear search
                    </Button>
                  }
                />
              )
            ) : (
              (list.isSuccess || list.isPending) && (
                <DataTable
                  label="Accounts"
                  columns={columns}
                  rows={accounts}
                  rowId={(account) => account.id}
                  total={total}
                  rowHref={(account) => `/accounts/${account.id}`}
                  selectedId={typeof selection === 'number' ? selection : null}
                  isLoading={list.isPending}
                  hasMore={list.hasNextPage}
                  onMore={more}
                  narrow={(account) => (
                    <TwoLines
                      first={account.email}
                      second={`${account.organization ?? account.name ?? 'No organisation'} · ${countOf(account.keyCount, 'key')}`}
                    />
                  )}
                  rowActions={(account) => <RowMenu account={account} onChoose={setDialog} />}
                />
              )
            )}
          </>
        }
        panel={
          typeof selection === 'number' ? (
            <AccountPanel
              id={selection}
              onClose={close}
              onEdit={(account) => setDialog({ kind: 'edit', account })}
              onDelete={(account) => setDialog({ kind: 'delete', account })}
            />
          ) : null
        }
      />
      <AccountDialog
        account={dialog?.kind === 'edit' ? dialog.account : null}
        opened={selection === 'new' || dialog?.kind === 'edit'}
        onClose={() => (selection === 'new' ? close() : setDialog(null))}
        onSaved={(account) => {
          setDialog(null)
          navigate(`/accounts/${account.id}`)
        }}
      />
      <DeleteAccountDialog
        account={dialog?.kind === 'delete' ? dialog.account : null}
        onClose={() => setDialog(null)}
        onDeleted={close}
      />
    </Page>
  )
}

function None() {
  return (
    <Text component="span" size="sm" c="dimmed">
      –
    </Text>
  )
}

function RowMenu({ account, onChoose }: { readonly account: Account; readonly onChoose: (dialog: Dialog) => void }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={`Actions for ${account.email}`}>
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconPencil size={16} aria-hidden />}
          onClick={() => onChoose({ kind: 'edit', account })}
        >
          Edit
        </Menu.Item>
        <Menu.Item
          component={Link}
          href={`/keys/new?account=${account.id}`}
          leftSection={<IconPlus size={16} aria-hidden />}
        >
          Add a key
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          c="var(--mantine-color-error)"
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={() => onChoose({ kind: 'delete', account })}
        >
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
