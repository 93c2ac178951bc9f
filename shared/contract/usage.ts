import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { problemSchema } from '../problems.ts'
import { decimalSchema, idSchema, instantSchema, okSchema, procedure } from './base.ts'
import { providerIdSchema } from './keys.ts'

export const usageDaysSchema = z.coerce.number().pipe(z.union([z.literal(7), z.literal(30), z.literal(90)]))

/**
 * Where a figure comes from. `billed`: the provider's own cost report. `metered`: the provider's own counters.
 * `apportioned`: a billed total split over keys by their metered tokens. `estimated`: counted here times a price.
 * Figures of different provenance, or of different currencies, are never added up.
 */
export const provenanceSchema = z.enum(['billed', 'metered', 'apportioned', 'estimated'])

export const syncStateSchema = z.enum(['queued', 'running', 'done', 'failed', 'cancelled', 'interrupted'])

export const syncProgressSchema = z.object({
  runId: idSchema,
  keyId: idSchema,
  keyName: z.string(),
  provider: providerIdSchema,
  state: syncStateSchema,
  pages: z.number().int().nonnegative(),
  /** Best guess of the pages in all, or null while unknown. */
  expectedPages: z.number().int().nonnegative().nullable(),
  rows: z.number().int().nonnegative(),
  startedAt: instantSchema,
  endedAt: instantSchema.nullable(),
  /** Why it failed, or what was left out of a sync that is otherwise done. */
  problem: problemSchema.nullable(),
  /** A wait imposed by the provider is under way until then. */
  waitingUntil: instantSchema.nullable(),
})

/** A key whose usage can be synced, with the state of its last run. */
export const usageSourceSchema = z.object({
  keyId: idSchema,
  keyName: z.string(),
  accountEmail: z.string(),
  provider: providerIdSchema,
  lastRun: syncProgressSchema.nullable(),
  lastSuccessAt: instantSchema.nullable(),
  /** The provider charges for telling the usage: it is read only when this source is named. */
  billed: z.boolean(),
  /** An unfinished run whose position is kept, so that the next sync goes on from there. */
  resumable: z.boolean(),
})

export const groupBySchema = z.enum(['provider', 'account', 'key', 'project', 'model'])

export const usageFilterSchema = z.object({
  days: usageDaysSchema.default(30),
  groupBy: groupBySchema.default('provider'),
  provider: providerIdSchema.optional(),
  accountId: idSchema.optional(),
  keyId: idSchema.optional(),
})

const counter = z.number().nonnegative().nullable()

export const moneyLineSchema = z.object({
  currency: z.string(),
  provenance: provenanceSchema,
  total: decimalSchema,
  /** One entry a day of `days`; null is "not known", which is not zero. */
  perDay: z.array(decimalSchema.nullable()),
})

export const usageGroupSchema = z.object({
  /** Stable id of the group within `groupBy` (provider id, account id, key id, project, model). */
  id: z.string(),
  label: z.string(),
  provider: providerIdSchema.nullable(),
  /** `remainder`: official cost that belongs to no key. `rest`: the groups beyond the listed ones, summed. */
  role: z.enum(['group', 'remainder', 'rest']),
  requests: counter,
  inputTokens: counter,
  outputTokens: counter,
  cachedInputTokens: counter,
  requestsPerDay: z.array(counter),
  inputTokensPerDay: z.array(counter),
  outputTokensPerDay: z.array(counter),
  cost: z.array(moneyLineSchema),
})

export const dashboardSchema = z.object({
  range: z.object({
    /** First instant of the first day and first instant after the last one. */
    from: instantSchema,
    to: instantSchema,
    /** Buckets are days of this zone, as the providers report them. */
    zone: z.literal('UTC'),
    /** Start of every day in the range, oldest first. */
    days: z.array(instantSchema),
    /**
     * `complete`: every source of the filter that can be asked has told all it tells about the day, after it ended.
     * `partial`: today, or a day of which a source or a report is missing. `missing`: nothing is known.
     */
    coverage: z.array(z.enum(['complete', 'partial', 'missing'])),
  }),
  totals: z.object({
    requests: counter,
    inputTokens: counter,
    outputTokens: counter,
    cachedInputTokens: counter,
    /** One line per currency and provenance. */
    cost: z.array(moneyLineSchema.omit({ perDay: true })),
  }),
  /** Largest first; at most 50 and then one `rest`. */
  groups: z.array(usageGroupSchema).max(52),
  /** When the newest figure in the range was fetched, or null if there is none. */
  fetchedAt: instantSchema.nullable(),
})

/** A failure class with its cause and what to do, shown as a card. */
export const diagnosisSchema = z.object({
  id: z.string(),
  title: z.string(),
  cause: z.string(),
  remedies: z.array(z.string()),
  severity: z.enum(['error', 'warning', 'info']),
  /** How many keys it concerns. */
  keyCount: z.number().int().nonnegative(),
  /** The first of the keys it concerns. */
  keys: z.array(z.object({ id: idSchema, name: z.string(), provider: providerIdSchema })).max(50),
  /** What the provider said, shortened and without secrets, or null. */
  detail: z.string().nullable(),
  consoleUrl: z.string().nullable(),
})

export const usage = {
  sources: procedure.route({ method: 'GET', path: '/usage/sources' }).output(z.array(usageSourceSchema).max(1_000)),
  /** Starts a run for every source, or for the named keys. Answers at once; follow it with `progress`. */
  sync: procedure
    .route({ method: 'POST', path: '/usage/sync' })
    .input(z.object({ days: usageDaysSchema.default(30), keyIds: z.array(idSchema).max(1_000).optional() }))
    .output(z.object({ runs: z.array(syncProgressSchema) })),
  /** Stops the named runs, or all. What was fetched stays; the position is kept. */
  cancel: procedure
    .route({ method: 'POST', path: '/usage/cancel' })
    .input(z.object({ runIds: z.array(idSchema).max(1_000).optional() }))
    .output(okSchema),
  /** Emits the present state of every run of this session, then each change. */
  progress: procedure.route({ method: 'GET', path: '/usage/progress' }).output(eventIterator(syncProgressSchema)),
  dashboard: procedure
    .route({ method: 'GET', path: '/usage/dashboard' })
    .input(usageFilterSchema)
    .output(dashboardSchema),
  /** CSV (UTF-8, RFC 4180, formula cells made harmless) of exactly the dashboard's groups and days. */
  exportCsv: procedure
    .route({ method: 'GET', path: '/usage/export' })
    .input(usageFilterSchema)
    .output(z.object({ fileName: z.string(), csv: z.string() })),
  diagnostics: procedure.route({ method: 'GET', path: '/usage/diagnostics' }).output(z.array(diagnosisSchema).max(100)),
}

export type UsageFilter = z.output<typeof usageFilterSchema>
export type UsageSource = z.infer<typeof usageSourceSchema>
export type SyncProgress = z.infer<typeof syncProgressSchema>
export type SyncState = z.infer<typeof syncStateSchema>
export type Dashboard = z.infer<typeof dashboardSchema>
export type UsageGroup = z.infer<typeof usageGroupSchema>
export type MoneyLine = z.infer<typeof moneyLineSchema>
export type Provenance = z.infer<typeof provenanceSchema>
export type Diagnosis = z.infer<typeof diagnosisSchema>
export type GroupBy = z.infer<typeof groupBySchema>
