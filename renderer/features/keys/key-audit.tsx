import { Button, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { AuditAction, AuditEntry } from '../../../shared/contract/audit.ts'
import { orpc } from '../../app/api.ts'
import { outcomeLabel, testStates } from '../../ui/outcomes.ts'
import { ProblemAlert } from '../../ui/problem-alert.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import classes from './key-audit.module.css'

const words: Partial<Record<AuditAction, string>> = {
  'key.created': 'Added',
  'key.updated': 'Changed',
  'key.deleted': 'Deleted',
  'key.revealed': 'Revealed',
  'key.copied': 'Copied',
  'key.tested': 'Tested',
}

const doors = { app: null, api: 'local API', system: 'Keyhold itself' } as const

/** What was done with a key, latest first. */
export function KeyAudit({ id }: { readonly id: number }) {
  const trail = useInfiniteQuery(
    orpc.audit.list.infiniteOptions({
      input: (cursor: string | undefined) => ({ subjectKind: 'key', subjectId: id, limit: 20, cursor }),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
    }),
  )
  const entries = trail.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section aria-labelledby="key-audit">
      <Stack gap="xs">
        <Title order={3} size="h5" id="key-audit">
          History
        </Title>
        <ProblemAlert error={trail.error} onRetry={() => void trail.refetch()} />
        {trail.isPending && <Skeleton height={60} />}
        {trail.isSuccess && entries.length === 0 && (
          <Text size="sm" c="dimmed">
            Nothing is written down about this key yet.
          </Text>
        )}
        <ol className={classes.list}>
          {entries.map((entry) => (
            <li key={entry.id} className={classes.entry}>
              <span>
                {sentence(entry)}
                {entry.detail !== null && <span className={classes.detail}>: {detailWords(entry.detail)}</span>}
              </span>
              <span className={classes.when}>
                <RelativeTime at={entry.at} />
              </span>
            </li>
          ))}
        </ol>
        {trail.hasNextPage && (
          <Button
            size="compact-sm"
            variant="subtle"
            loading={trail.isFetchingNextPage}
            onClick={() => void trail.fetchNextPage()}
          >
            Show earlier
          </Button>
        )}
      </Stack>
    </section>
  )
}

/** What is written down names outcomes as the contract does, and what was changed with the word itself. */
function detailWords(detail: string): string {
  const outcome = testStates.find((state) => detail === state || detail.startsWith(`${state};`))
  if (outcome !== undefined) return outcomeLabel(outcome) + detail.slice(outcome.length)
  return detail.replace(/^Changed: /, '')
}

function sentence(entry: AuditEntry): string {
  const done = words[entry.action] ?? entry.action
  const door = doors[entry.source]
  return door === null ? done : `${done} by ${door}`
}
