import type { InfiniteData } from '@tanstack/react-query'
import type { Job } from '../../../shared/contract/deliveries.ts'
import { client, orpc, queryClient } from '../../app/api.ts'
import { useStream } from '../../app/streams.ts'

interface JobPage {
  readonly items: readonly Job[]
  readonly nextCursor: string | null
  readonly total: number
}

/** Follows the replays under way: what was read of them is replaced as they go on. */
export function useLiveJobs(): void {
  useStream((signal) => client.deliveries.progress(undefined, { signal }), takeIn)
}

/** Puts a job in the place of what was read of it before. */
export function takeIn(job: Job): void {
  queryClient.setQueryData(orpc.deliveries.job.queryKey({ input: { id: job.id } }), job)
  queryClient.setQueriesData<InfiniteData<JobPage>>(
    { queryKey: orpc.deliveries.jobs.key({ type: 'infinite' }) },
    (data) => data && { ...data, pages: data.pages.map((page) => withJob(page, job)) },
  )
}

function withJob(page: JobPage, job: Job): JobPage {
  if (!page.items.some(({ id }) => id === job.id)) return page
  return { ...page, items: page.items.map((item) => (item.id === job.id ? job : item)) }
}
