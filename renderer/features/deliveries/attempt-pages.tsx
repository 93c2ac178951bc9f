import { Button, Skeleton, Text } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { orpc } from '../../app/api.ts'
import { AttemptList } from '../../parts/attempt-list.tsx'
import { ProblemAlert } from '../../ui/problem-alert.tsx'

const AT_ONCE = 25

export interface AttemptPagesProps {
  readonly filter: {
    readonly captureId?: number
    readonly targetId?: number
    readonly jobId?: number
    readonly outcome?: 'succeeded' | 'failed'
  }
  /** Said when there are none. */
  readonly none: string
}

/** Attempts that belong to one record, newest first, some at a time. */
export function AttemptPages({ filter, none }: AttemptPagesProps) {
  const query = useInfiniteQuery(
    orpc.deliveries.attempts.infiniteOptions({
      input: (cursor: string | undefined) => ({ ...filter, cursor, limit: AT_ONCE }),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.nextCursor ?? undefined,
      placeholderData: keepPreviousData,
    }),
  )
  const attempts = query.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
      {query.isPending && <Skeleton height={72} />}
      {query.isSuccess && attempts.length === 0 && (
        <Text size="sm" c="dimmed">
          {none}
        </Text>
      )}
      <AttemptList attempts={attempts} named="request" />
      {query.hasNextPage && (
        <Button
          size="compact-sm"
          variant="subtle"
          mt="xs"
          onClick={() => void query.fetchNextPage()}
          loading={query.isFetchingNextPage}
        >
          Show more
        </Button>
      )}
    </>
  )
}
