import { Button, Group, Skeleton, Text } from '@mantine/core'
import { IconActivity } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { AuditEntry } from '../../../shared/contract/audit.ts'
import { formatCount } from '../../../shared/words.ts'
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
    <li className={classes.entry} data-action={entry.action}>
      <div className={classes.entryWhat}>
        <span className={classes.rowTitle}>{actionWords[entry.action]}</span>{' '}
        {href === null ? (
          name
        ) : (
          <Link href={href} className={classes.plainLink}>
            {name}
          </Link>
        )}
        {entry.detail !== null && <div className={classes.quiet}>{entry.detail}</div>}
      </div>
      <div className={classes.quiet}>{sourceWords[entry.source]}</div>
      <div className={classes.quiet}>
        <RelativeTime at={entry.at} />
      </div>
    </li>
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
          <ol className={classes.rows}>
            {entries.map((entry) => (
              <EntryRow key={entry.id} entry={entry} />
            ))}
          </ol>
          <Group justify="space-between" mt="sm">
            <Text size="sm" c="dimmed" role="status">
              {formatCount(entries.length)} of {formatCount(total)}
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
