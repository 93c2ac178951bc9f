import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { receiverLimits } from '../limits.ts'
import { problemSchema } from '../problems.ts'
import { byIdSchema, idSchema, instantSchema, okSchema, pageInputSchema, pageOf, procedure } from './base.ts'
import { selectionSchema } from './captures.ts'
import { headerSchema, schemeIdSchema } from './receiver.ts'

const pairSchema = z.tuple([z.string(), z.string()])

export const targetUrlSchema = z
  .url({
    protocol: /^https?$/,
    error: 'This is not an http or https address. Write it in full, such as http://127.0.0.1:3000/webhooks.',
  })
  .max(2_000)

/** PEM of certificate authorities that are trusted besides the usual ones. */
const caSchema = z.string().max(200_000).nullable()

/** What comes after a forward that failed. `standard`: the schedule of Standard Webhooks, ten attempts. */
export const retryPolicySchema = z.enum(['none', 'quick', 'standard'])

const targetFields = z.object({
  endpointId: idSchema,
  url: targetUrlSchema,
  enabled: z.boolean(),
  /** Append what stands below the slug, and the query. A path with "..", an empty part or a backslash is not sent. */
  keepPath: z.boolean(),
  timeoutMs: z.number().int().min(100).max(120_000),
  /** Requests on their way to this target at the same time. */
  concurrency: z.number().int().min(1).max(50),
  retries: retryPolicySchema,
  ca: caSchema,
})

/** Where captured requests of an endpoint are forwarded to as they come, byte for byte. */
export const targetSchema = targetFields.extend({
  id: idSchema,
  /** Captured and not forwarded yet, retries included. */
  waiting: z.number().int(),
  delivered: z.number().int(),
  deadLetters: z.number().int(),
  lastAt: instantSchema.nullable(),
  lastProblem: problemSchema.nullable(),
  createdAt: instantSchema,
})

export const attemptSchema = z.object({
  id: idSchema,
  kind: z.enum(['forward', 'replay', 'send']),
  /** Null for a test event of the sender. */
  captureId: idSchema.nullable(),
  targetId: idSchema.nullable(),
  jobId: idSchema.nullable(),
  /** 1 for the first, 2 for the first retry. */
  attempt: z.number().int(),
  at: instantSchema,
  method: z.string(),
  url: z.string(),
  /** Null when no answer came; `problem` says why. */
  status: z.number().int().nullable(),
  durationMs: z.number().nullable(),
  problem: problemSchema.nullable(),
  /** The captured request that this attempt became, where it went to Keyhold's own receiver. */
  becameCaptureId: idSchema.nullable(),
})

export const attemptDetailSchema = attemptSchema.extend({
  requestHeaders: z.array(pairSchema),
  requestBytes: z.number().int(),
  responseHeaders: z.array(pairSchema),
  /** As text; at most {@link receiverLimits.answerBody} bytes. */
  responseBody: z.string(),
  responseBytes: z.number().int(),
  responseCut: z.boolean(),
  /** Milliseconds; null for parts that did not happen. */
  timing: z.object({ connectMs: z.number().nullable(), firstByteMs: z.number().nullable(), totalMs: z.number() }),
})

const timestampSchema = z.enum(['original', 'fresh'])

/** How fast: at most so many a second (null: as fast as the target takes them), or as far apart as they came. */
export const paceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rate'), perSecond: z.number().min(0.01).max(10_000).nullable() }),
  z.object({ kind: z.literal('original'), speed: z.number().min(0.01).max(10_000) }),
])

/** With a secret of the endpoint, or one that is given with the call and not stored. */
export const resignSchema = z.object({
  scheme: schemeIdSchema,
  /** Of an endpoint; its first one when left out. */
  secretId: idSchema.optional(),
  secret: z.string().min(1).max(receiverLimits.secret).optional(),
})

export const replayInputSchema = z.object({
  selection: selectionSchema,
  url: targetUrlSchema,
  /** Append what stands below the slug, and the query. A path with "..", an empty part or a backslash is not sent. */
  keepPath: z.boolean().default(false),
  /** `fresh` needs `resign` where the scheme signs the time. */
  timestamp: timestampSchema.default('original'),
  resign: resignSchema.nullable().default(null),
  pace: paceSchema.default({ kind: 'rate', perSecond: null }),
  concurrency: z.number().int().min(1).max(50).default(4),
  timeoutMs: z.number().int().min(100).max(120_000).default(30_000),
  ca: caSchema.default(null),
})

export const jobSchema = z.object({
  id: idSchema,
  state: z.enum(['running', 'paused', 'cancelled', 'finished', 'interrupted']),
  url: z.string(),
  createdAt: instantSchema,
  endedAt: instantSchema.nullable(),
  total: z.number().int(),
  done: z.number().int(),
  /** Answered with 2xx. */
  succeeded: z.number().int(),
  failed: z.number().int(),
  perSecond: z.number().nullable(),
  problem: problemSchema.nullable(),
})

export const deadLetterSchema = z.object({
  id: idSchema,
  captureId: idSchema,
  targetId: idSchema,
  url: z.string(),
  attempts: z.number().int(),
  at: instantSchema,
  lastStatus: z.number().int().nullable(),
  lastProblem: problemSchema.nullable(),
})

/** Forwarding, replaying, and what became of each attempt. */
export const deliveries = {
  targets: procedure
    .route({ method: 'GET', path: '/receiver/targets' })
    .input(z.object({ endpointId: z.coerce.number().int().positive().optional() }))
    .output(z.array(targetSchema).max(1_000)),
  createTarget: procedure
    .route({ method: 'POST', path: '/receiver/targets', successStatus: 201 })
    .input(
      targetFields.extend({
        enabled: targetFields.shape.enabled.default(true),
        keepPath: targetFields.shape.keepPath.default(false),
        timeoutMs: targetFields.shape.timeoutMs.default(30_000),
        concurrency: targetFields.shape.concurrency.default(4),
        retries: retryPolicySchema.default('quick'),
        ca: caSchema.default(null),
      }),
    )
    .output(targetSchema),
  updateTarget: procedure
    .route({ method: 'PUT', path: '/receiver/targets/{id}' })
    .input(targetFields.omit({ endpointId: true }).partial().extend(byIdSchema.shape))
    .output(targetSchema),
  deleteTarget: procedure
    .route({ method: 'DELETE', path: '/receiver/targets/{id}' })
    .input(byIdSchema)
    .output(okSchema),
  attempts: procedure
    .route({ method: 'GET', path: '/receiver/attempts' })
    .input(
      pageInputSchema.extend({
        captureId: idSchema.optional(),
        targetId: idSchema.optional(),
        jobId: idSchema.optional(),
        outcome: z.enum(['succeeded', 'failed']).optional(),
      }),
    )
    .output(pageOf(attemptSchema)),
  attempt: procedure
    .route({ method: 'GET', path: '/receiver/attempts/{id}' })
    .input(byIdSchema)
    .output(attemptDetailSchema),
  /** One captured request, answered when it is done. For scripts. */
  replayOne: procedure
    .route({ method: 'POST', path: '/receiver/requests/{id}/replay' })
    .input(
      byIdSchema.extend({
        url: targetUrlSchema,
        /** True: with the scheme and first secret of its endpoint, and a fresh timestamp. */
        resign: z.union([z.boolean(), schemeIdSchema]).default(false),
        timeoutMs: z.number().int().min(100).max(120_000).default(30_000),
      }),
    )
    .output(attemptDetailSchema),
  /** One captured request with changes. Left out: as it was captured. */
  replayEdited: procedure
    .route({ method: 'POST', path: '/receiver/requests/{id}/edited-replay' })
    .input(
      replayInputSchema
        .pick({ url: true, keepPath: true, timestamp: true, resign: true, timeoutMs: true, ca: true })
        .extend({
          id: idSchema,
          method: z
            .string()
            .regex(/^[A-Z]{1,20}$/)
            .optional(),
          headers: z.array(headerSchema).max(200).optional(),
          body: z.string().max(receiverLimits.maxBody).optional(),
        }),
    )
    .output(attemptDetailSchema),
  replay: procedure
    .route({ method: 'POST', path: '/receiver/replays', successStatus: 201 })
    .input(replayInputSchema)
    .output(jobSchema),
  jobs: procedure.route({ method: 'GET', path: '/receiver/replays' }).input(pageInputSchema).output(pageOf(jobSchema)),
  job: procedure.route({ method: 'GET', path: '/receiver/replays/{id}' }).input(byIdSchema).output(jobSchema),
  pauseJob: procedure
    .route({ method: 'POST', path: '/receiver/replays/{id}/pause' })
    .input(byIdSchema)
    .output(jobSchema),
  /** Also one that ended early with the program. */
  resumeJob: procedure
    .route({ method: 'POST', path: '/receiver/replays/{id}/resume' })
    .input(byIdSchema)
    .output(jobSchema),
  cancelJob: procedure
    .route({ method: 'POST', path: '/receiver/replays/{id}/cancel' })
    .input(byIdSchema)
    .output(jobSchema),
  /** Every change of a job under way, at most four a second each. */
  progress: procedure.route({ method: 'GET', path: '/receiver/replays/progress' }).output(eventIterator(jobSchema)),
  deadLetters: procedure
    .route({ method: 'GET', path: '/receiver/dead-letters' })
    .input(pageInputSchema.extend({ targetId: idSchema.optional() }))
    .output(pageOf(deadLetterSchema)),
  /** Tried again at once; those that fail again come back. */
  retryDeadLetters: procedure
    .route({ method: 'POST', path: '/receiver/dead-letters/retries' })
    .input(z.object({ ids: z.array(idSchema).min(1).max(receiverLimits.selection) }))
    .output(z.object({ queued: z.number().int() })),
  discardDeadLetters: procedure
    .route({ method: 'POST', path: '/receiver/dead-letters/discards' })
    .input(z.object({ ids: z.array(idSchema).min(1).max(receiverLimits.selection) }))
    .output(z.object({ discarded: z.number().int() })),
}

export type Attempt = z.infer<typeof attemptSchema>
export type AttemptDetail = z.infer<typeof attemptDetailSchema>
export type DeadLetter = z.infer<typeof deadLetterSchema>
export type Job = z.infer<typeof jobSchema>
export type Pace = z.infer<typeof paceSchema>
export type ReplayInput = z.infer<typeof replayInputSchema>
export type Resign = z.infer<typeof resignSchema>
export type RetryPolicy = z.infer<typeof retryPolicySchema>
export type Target = z.infer<typeof targetSchema>
