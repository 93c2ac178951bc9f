import { z } from 'zod'
import { mergeFacts } from './facts.ts'
import type { CallContext, UsageChain, UsageFact, UsageWindow } from './provider.ts'
import { DAY_MS, PageTrail, readDay, readShape } from './reports.ts'

/** A report in daily buckets: what it is grouped by, and what one result of a bucket says. */
export interface BucketReport<T extends z.ZodType> {
  readonly report: string
  readonly path: string
  readonly groupBy: readonly string[]
  readonly result: T
  readonly fact: (day: number, result: z.output<T>) => UsageFact
}

/** How a provider is asked for reports in daily buckets, and how it writes down when a bucket begins. */
export interface BucketSource {
  readonly provider: string
  /** Most buckets of one page. */
  readonly maxBuckets: number
  /** Begin and end of the window, in the names and the form the provider takes. */
  readonly range: (window: UsageWindow) => Readonly<Record<string, string>>
  /** `start` is in epoch milliseconds. */
  readonly bucket: <T extends z.ZodType>(result: T) => z.ZodType<{ start: number; results: z.output<T>[] }>
  /** The answer to a GET of this path with its query. Throws what the provider's calls throw. */
  readonly get: (path: string, context: CallContext) => Promise<unknown>
}

/** One window of a report as a chain: page after page by `next_page`, until `has_more` is false. */
export function bucketChain<T extends z.ZodType>(
  source: BucketSource,
  report: BucketReport<T>,
  window: UsageWindow,
): UsageChain {
  const { provider, maxBuckets } = source
  const query = new URLSearchParams({ ...source.range(window), bucket_width: '1d', limit: String(maxBuckets) })
  for (const name of report.groupBy) query.append('group_by[]', name)
  const identity = `${report.path}?${query}`
  const days = Math.round((window.to - window.from) / DAY_MS)
  const trail = new PageTrail(provider, days * 2 + 10)
  const pageSchema = z.object({
    data: z.array(source.bucket(report.result)),
    has_more: z.boolean(),
    next_page: z.string().nullish(),
  })
  return {
    report: report.report,
    identity,
    speaksFor: window,
    expectedPages: Math.ceil(days / maxBuckets),
    optional: false,
    fetch: async (pageToken, context) => {
      const page = pageToken === null ? '' : `&page=${encodeURIComponent(pageToken)}`
      const body = readShape(provider, pageSchema, await source.get(`${identity}${page}`, context))
      const buckets = body.data
        .map(({ start, results }) => ({ day: readDay(provider, start), results }))
        .filter(({ day }) => day >= window.from && day < window.to)
      return {
        facts: mergeFacts(buckets.flatMap(({ day, results }) => results.map((result) => report.fact(day, result)))),
        buckets: buckets.map(({ day }) => day),
        nextToken: trail.next(pageToken, body.has_more, body.next_page),
      }
    },
  }
}
