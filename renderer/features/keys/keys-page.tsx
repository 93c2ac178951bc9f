import { Button, Group } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconFileImport, IconFilterOff, IconKey, IconPlus } from '@tabler/icons-react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import type { ProviderKey } from '../../../shared/contract/keys.ts'
import { countOf } from '../../../shared/words.ts'
import { orpc } from '../../app/api.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ListWithPanel } from '../../ui/list-with-panel.tsx'
import { Page } from '../../ui/page.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { DeleteKeyDialog } from './delete-key-dialog.tsx'
import { keyColumns, NarrowKey } from './key-columns.tsx'
import { KeyDialog } from './key-dialog.tsx'
import { isNarrowed, type KeyFilter, listInput, readKeyFilter, writeKeyFilter } from './key-filter.ts'
import { KeyFilters } from './key-filters.tsx'
import { KeyMenu } from './key-menu.tsx'
import { KeyPanel } from './key-panel.tsx'

type Dialog = { readonly kind: 'edit' | 'delete'; readonly value: ProviderKey } | null

/** Every key of every account. `selection` is the key whose details are open, or "new". */
export function KeysPage({ selection }: { readonly selection: number | 'new' | null }) {
  const [, navigate] = useLocation()
  const [params] = useSearchParams()
  const filter = useMemo(() => readKeyFilter(params), [params])
  const search = writeKeyFilter(filter)
  const [text, setText] = useState('')
  const [query] = useDebouncedValue(text.trim(), 120)
  const [dialog, setDialog] = useState<Dialog>(null)
  const list = useInfiniteQuery(
    orpc.keys.list.infiniteOptions({
      input: (cursor: string | undefined) => ({ ...listInput(filter, query), cursor }),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      placeholderData: keepPreviousData,
    }),
  )
  const keys = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data])
  const total = list.data?.pages[0]?.total ?? 0
  const { fetchNextPage, isFetchingNextPage } = list
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage()
  }, [fetchNextPage, isFetchingNextPage])
  const close = useCallback(() => navigate(`/keys${search}`), [navigate, search])
  const setFilter = (next: KeyFilter) => {
    const path = typeof selection === 'number' ? `/keys/${selection}` : '/keys'
    navigate(`${path}${writeKeyFilter(next)}`, { replace: true })
  }
  const clear = () => {
    setText('')
    navigate('/keys', { replace: true })
  }
  const isFiltered = isNarrowed(filter) || query !== ''
  const isEmpty = list.isSuccess && total === 0 && !isFiltered

  return (
    <Page fill>
      <PageHeader
        title="Provider keys"
        lead="Every key you look after, encrypted here. Test it, copy it, see who owns it."
        actions={
          isEmpty ? undefined : (
            <>
              <Button
                component={Link}
                href="/import"
                variant="default"
                leftSection={<IconFileImport size={16} aria-hidden />}
              >
                Import
              </Button>
              <Button component={Link} href={`/keys/new${search}`} leftSection={<IconPlus size={16} aria-hidden />}>
                Add key
              </Button>
            </>
          )
        }
      />
      <ListWithPanel
        list={
          <>
            {!isEmpty && (
              <KeyFilters
                text={text}
                onText={setText}
                filter={filter}
                onFilter={setFilter}
                onClear={clear}
                count={list.isSuccess ? countOf(total, 'key') : ''}
              />
            )}
            <ProblemAlert error={list.error} onRetry={() => void list.refetch()} />
            {list.isSuccess && total === 0 ? (
              isFiltered ? (
                <NothingMatches onClear={clear} />
              ) : (
                <NoKeys />
              )
            ) : (
              (list.isSuccess || list.isPending) && (
                <DataTable
                  label="Provider keys"
                  columns={keyColumns}
                  rows={keys}
                  rowId={(key) => key.id}
                  total={total}
                  rowHref={(key) => `/keys/${key.id}${search}`}
                  selectedId={typeof selection === 'number' ? selection : null}
                  isLoading={list.isPending}
                  hasMore={list.hasNextPage}
                  onMore={more}
                  narrow={(key) => <NarrowKey value={key} />}
                  rowActions={(key) => (
                    <KeyMenu
                      value={key}
                      onEdit={(value) => setDialog({ kind: 'edit', value })}
                      onDelete={(value) => setDialog({ kind: 'delete', value })}
                    />
                  )}
                />
              )
            )}
          </>
        }
        panel={
          typeof selection === 'number' ? (
            <KeyPanel
              key={selection}
              id={selection}
              onClose={close}
              onEdit={(value) => setDialog({ kind: 'edit', value })}
              onDelete={(value) => setDialog({ kind: 'delete', value })}
            />
          ) : null
        }
      />
      <KeyDialog
        value={dialog?.kind === 'edit' ? dialog.value : null}
        accountId={filter.accountId}
        opened={selection === 'new' || dialog?.kind === 'edit'}
        onClose={() => (selection === 'new' ? close() : setDialog(null))}
        onSaved={(key) => {
          setDialog(null)
          navigate(`/keys/${key.id}${search}`, { replace: selection === 'new' })
        }}
      />
      <DeleteKeyDialog
        value={dialog?.kind === 'delete' ? dialog.value : null}
        onClose={() => setDialog(null)}
        onDeleted={(id) => {
          if (id === selection) close()
        }}
      />
    </Page>
  )
}

function NoKeys() {
  return (
    <EmptyState
      icon={<IconKey />}
      title="No keys yet"
      text="Paste a key and Keyhold tells which provider it belongs to, tests it, and keeps it encrypted. Or take in many at once from a .env file, a CSV, or the database of the older dashboard."
      action={
        <Group gap="xs" justify="center">
          <Button component={Link} href="/keys/new" leftSection={<IconPlus size={16} aria-hidden />}>
            Add key
          </Button>
          <Button
            component={Link}
            href="/import"
            variant="default"
            leftSection={<IconFileImport size={16} aria-hidden />}
          >
            Import
          </Button>
        </Group>
      }
    />
  )
}

function NothingMatches({ onClear }: { readonly onClear: () => void }) {
  return (
    <EmptyState
      icon={<IconFilterOff />}
      title="No key matches"
      text="There are keys, but none of them fits the search and the filters."
      action={
        <Button variant="default" onClick={onClear}>
          Clear filters
        </Button>
      }
    />
  )
}
