import { Button, Group, Skeleton, Table, Text } from '@mantine/core'
import { IconActivity } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { AuditEntry } from '../../../shared/contract/audit.ts'
import { orpc } from '../../app/api.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { actionWords, sourceWords, subjectHref } from './audit-words.ts'
import { Section } from './section.tsx'
import classes from './settings.module.css'

const PAGE = 50

function EntryRow({ entry }: { readonly entry: AuditEntry }) {
  const href = subjectHref(entry)
  const name = entry.subjectName ?? (entry.subjectId === null ? '' : `${entry.subjectKind} ${entry.subjectId}`)
  return (
    <Table.Tr data-action={entry.action}>
      <Table.Td className={classes.nowrap}>
        <RelativeTime at={entry.at} />
      </Table.Td>
      <Table.Th scope="row" className={classes.nowrap}>
        {actionWords[entry.action]}
      </Table.Th>
      <Table.Td className={classes.wrapAnywhere}>
        {href === null ? (
          name
        ) : (
          <Link href={href} className={classes.plainLink}>
            {name}
          </Link>
        )}
        {entry.detail !== null && <div className={classes.quiet}>{entry.detail}</div>}
      </Table.Td>
      <Table.Td className={classes.nowrap}>{sourceWords[entry.source]}</Table.Td>
    </Table.Tr>
  )
}

/** What was done with the vault and its keys, newest first. */
export function ActivitySection() {
  const log = useInfiniteQuery(
    orpc.audit.list.infiniteOptions({
      input: (cursor: string | null) => ({ limit: PAGE, ...(cursor === null ? {} : { cursor }) }),
      initialPageParam: null,
      getNextPageParam: (page) => page.nextCursor,
    }),
  )
  const entries = log.data?.pages.flatMap(({ items }) => items) ?? []
  const total = log.data?.pages[0]?.total ?? 0
  return (
    <Section
      title="Activity"
      lead="What was done with the vault and its keys, through which door. The log can only grow and never holds a secret."
    >
      {log.isPending && <Skeleton height={360} />}
      <ProblemAlert error={log.error} onRetry={() => void log.refetch()} />
      {log.data && entries.length === 0 && (
        <EmptyState
          icon={<IconActivity aria-hidden />}
          title="Nothing yet"
          text="Unlocking, revealing, copying, testing and changing keys is written down here."
        />
      )}
      {entries.length > 0 && (
        <>
          <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
            <Table verticalSpacing={6} highlightOnHover>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th scope="col">When</Table.Th>
                  <Table.Th scope="col">What</Table.Th>
                  <Table.Th scope="col">Which</Table.Th>
                  <Table.Th scope="col">Through</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {entries.map((entry) => (
                  <EntryRow key={entry.id} entry={entry} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
          <Group justify="space-between" mt="sm">
            <Text size="sm" c="dimmed" role="status">
              {entries.length.toLocaleString('en')} of {total.toLocaleString('en')}
            </Text>
            {log.hasNextPage && (
              <Button
                variant="default"
                size="xs"
                loading={log.isFetchingNextPage}
                onClick={() => void log.fetchNextPage()}
              >
                Show older
              </Button>
            )}
          </Group>
        </>
      )}
    </Section>
  )
}
