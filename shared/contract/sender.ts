import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { receiverLimits } from '../limits.ts'
import { retryScheduleIds } from '../retry-schedules.ts'
import { byIdSchema, idSchema, instantSchema, pageInputSchema, pageOf, procedure } from './base.ts'
import { attemptDetailSchema, targetUrlSchema } from './deliveries.ts'
import { headerSchema, schemeIdSchema, schemeOptionsSchema } from './receiver.ts'

/** A realistic event of a provider or platform, written for this project. */
export const sampleEventSchema = z.object({
  id: z.string(),
  /** "Stripe", "Storytailor". */
  source: z.string(),
  scheme: schemeIdSchema,
  eventType: z.string(),
  summary: z.string(),
  contentType: z.string(),
  /** Headers of this event besides those of the signature (X-GitHub-Event). */
  headers: z.array(headerSchema),
  body: z.string(),
})

/** How an event is signed. Null: not at all. */
export const signingSchema = z
  .object({
    scheme: schemeIdSchema,
    options: schemeOptionsSchema.nullable().default(null),
    /** A secret of an endpoint of the receiver, or one given with the call, which is not stored. */
    secretId: idSchema.optional(),
    secret: z.string().min(1).max(receiverLimits.secret).optional(),
  })
  .nullable()

const eventSchema = z.object({
  url: targetUrlSchema,
  method: z
    .string()
    .regex(/^[A-Z]{1,20}$/)
    .default('POST'),
  contentType: z.string().max(200).default('application/json'),
  headers: z.array(headerSchema).max(receiverLimits.headers).default([]),
  body: z.string().max(1_000_000),
  signing: signingSchema,
  timeoutMs: z.number().int().min(100).max(120_000).default(30_000),
  /** PEM of certificate authorities that are trusted besides the usual ones. */
  ca: z.string().max(200_000).nullable().default(null),
})

export const retryRunInputSchema = z.object({
  event: eventSchema,
  schedule: z.enum(retryScheduleIds),
  /** Events that are sent, each with its own id. */
  events: z.number().int().min(1).max(200).default(1),
  jitterSeed: z.number().int().min(0).max(4_294_967_295).default(1),
  /** Deliver again what the handler has answered with success, as a sender does whose bookkeeping failed. */
  duplicateShare: z.number().min(0).max(1).default(0),
})

const runAttemptSchema = z.object({
  event: z.number().int(),
  eventId: z.string(),
  attempt: z.number().int(),
  /** Of the virtual clock, from the first attempt. */
  atMs: z.number(),
  status: z.number().int().nullable(),
  /** Of the wall clock. */
  durationMs: z.number(),
  outcome: z.enum(['accepted', 'failed', 'timed-out', 'refused-connection', 'disabled']),
  /** Why the next one comes when it comes: "schedule", "jitter", "Retry-After", "throttle". */
  nextBecause: z.string().nullable(),
  nextInMs: z.number().nullable(),
})

export const retryRunSchema = z.object({
  id: idSchema,
  schedule: z.enum(retryScheduleIds),
  url: z.string(),
  /** `failed`: something here kept it from going on; the report says what. */
  state: z.enum(['running', 'finished', 'cancelled', 'failed']),
  startedAt: instantSchema,
  events: z.number().int(),
  done: z.number().int(),
  attempts: z.array(runAttemptSchema).max(4_000),
  report: z
    .object({
      delivered: z.number().int(),
      deadLetters: z.number().int(),
      /** The handler answered success more than once for the same event id. */
      acceptedTwice: z.number().int(),
      /** Events whose success came after that of an event sent later. */
      outOfOrder: z.number().int(),
      /** The sender would have switched the endpoint off, and when on the virtual clock. */
      endpointDisabledAtMs: z.number().nullable(),
      /** From first attempt to last, on the virtual clock. */
      virtualMs: z.number(),
      wallMs: z.number(),
      sentence: z.string(),
    })
    .nullable(),
})

export const probeCheckSchema = z.object({
  id: z.string(),
  name: z.string(),
  outcome: z.enum(['passed', 'failed', 'unclear', 'skipped']),
  /** What was sent and what came back, one sentence. */
  finding: z.string(),
  remedy: z.string().nullable(),
  /** Points of the score. */
  weight: z.number().int(),
  requests: z.array(z.object({ what: z.string(), status: z.number().int().nullable(), durationMs: z.number() })),
})

export const probeReportSchema = z.object({
  id: idSchema,
  url: z.string(),
  scheme: schemeIdSchema,
  at: instantSchema,
  durationMs: z.number(),
  /** 0 to 100 of the checks that could be judged; null when none could. */
  score: z.number().int().nullable(),
  /** Every check passed that could be judged, and at least one could. */
  passed: z.boolean(),
  checks: z.array(probeCheckSchema),
})

/** Test events, and how well a handler copes with what real senders do. */
export const sender = {
  catalogue: procedure.route({ method: 'GET', path: '/sender/catalogue' }).output(z.array(sampleEventSchema).max(500)),
  /** What would be sent, with its signature headers; nothing leaves. */
  preview: procedure
    .route({ method: 'POST', path: '/sender/previews' })
    .input(eventSchema)
    .output(z.object({ headers: z.array(z.tuple([z.string(), z.string()])), bodyBytes: z.number().int() })),
  send: procedure.route({ method: 'POST', path: '/sender/events' }).input(eventSchema).output(attemptDetailSchema),
  /** Answers at once; follow it with `retryRun` or `retryProgress`. */
  startRetries: procedure
    .route({ method: 'POST', path: '/sender/retry-runs', successStatus: 201 })
    .input(retryRunInputSchema)
    .output(retryRunSchema),
  retryRun: procedure
    .route({ method: 'GET', path: '/sender/retry-runs/{id}' })
    .input(byIdSchema)
    .output(retryRunSchema),
  cancelRetries: procedure
    .route({ method: 'POST', path: '/sender/retry-runs/{id}/cancel' })
    .input(byIdSchema)
    .output(retryRunSchema),
  /** The run after every change, at most four a second. Ends with the run. */
  retryProgress: procedure
    .route({ method: 'GET', path: '/sender/retry-runs/{id}/progress' })
    .input(byIdSchema)
    .output(eventIterator(retryRunSchema)),
  /** Sends duplicates, stale and tampered events to the handler and scores it. Answers when it is done. */
  probe: procedure
    .route({ method: 'POST', path: '/sender/probes' })
    .input(z.object({ event: eventSchema }))
    .output(probeReportSchema),
  probes: procedure
    .route({ method: 'GET', path: '/sender/probes' })
    .input(pageInputSchema)
    .output(pageOf(probeReportSchema)),
}

export type ProbeCheck = z.infer<typeof probeCheckSchema>
export type ProbeReport = z.infer<typeof probeReportSchema>
export type RetryRun = z.infer<typeof retryRunSchema>
export type RetryRunInput = z.infer<typeof retryRunInputSchema>
export type RunAttempt = z.infer<typeof runAttemptSchema>
export type SampleEvent = z.infer<typeof sampleEventSchema>
export type SendInput = z.infer<typeof eventSchema>
export type Signing = z.infer<typeof signingSchema>
