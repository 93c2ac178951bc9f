import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { MAX_NOTE, MAX_PAGE, MAX_QUERY, receiverLimits } from '../limits.ts'
import { problemSchema } from '../problems.ts'
import { byIdSchema, idSchema, instantSchema, lineSchema, okSchema, pageInputSchema, procedure } from './base.ts'
import { schemeIdSchema, slugSchema } from './receiver.ts'

/**
 * Of the signature, at arrival. `unsigned`: no scheme is set and none was recognised. `no-secret`: a scheme, but no
 * secret to check with. `pending`: the vault was locked; judged as of its arrival when it opens.
 */
export const captureVerdictSchema = z.enum(['valid', 'invalid', 'unsigned', 'no-secret', 'pending'])

export const verdictSchema = z.object({
  verdict: captureVerdictSchema,
  scheme: schemeIdSchema.nullable(),
  /** By the strict two-sided time rule; null where nothing was checked. */
  strictOk: z.boolean().nullable(),
  /** A word of `VerdictReason` in `shared/webhook-signatures.ts`. */
  reason: z.string(),
  message: z.string(),
  /** Label of the secret that fitted. */
  matchedSecret: z.string().nullable(),
  /** What the sender says when it signed. */
  timestamp: instantSchema.nullable(),
})

export const tagSchema = lineSchema('The tag', receiverLimits.tag).min(1)

/** A captured request in a list. */
export const captureRowSchema = z.object({
  id: idSchema,
  endpointId: idSchema,
  slug: z.string(),
  at: instantSchema,
  method: z.string(),
  /** Below the slug, with the query. */
  path: z.string(),
  /** What was answered; null where the sender was gone before. */
  status: z.number().int().nullable(),
  verdict: captureVerdictSchema,
  scheme: schemeIdSchema.nullable(),
  eventType: z.string().nullable(),
  eventId: z.string().nullable(),
  contentType: z.string().nullable(),
  bodyBytes: z.number().int().nonnegative(),
  /** The first request with the same event id at the same endpoint, when this is a later one. */
  duplicateOf: idSchema.nullable(),
  /** The provider of the deadline preset would not have waited for the answer. */
  late: z.boolean(),
  /** Kind of the fault that was injected. */
  fault: z.string().nullable(),
  /** Why it is not whole: `too-large`, `aborted`. */
  refused: z.string().nullable(),
  /** Fields came, went or changed type compared with earlier ones of its event type. */
  drift: z.boolean(),
  imported: z.boolean(),
  pinned: z.boolean(),
  tags: z.array(z.string()),
  hasNote: z.boolean(),
})

const pairSchema = z.tuple([z.string(), z.string()])

export const captureSchema = captureRowSchema.extend({
  /** The request target as it arrived, "/h/slug/a?b=c". */
  target: z.string(),
  httpVersion: z.string(),
  remoteAddress: z.string(),
  remotePort: z.number().int(),
  /** In their order and case, duplicates kept. */
  headers: z.array(pairSchema),
  trailers: z.array(pairSchema),
  /** The full public URL at arrival: where the sender sent it to, as far as Keyhold knows. */
  publicUrl: z.string().nullable(),
  /** Lower-case hex of the body's SHA-256. */
  bodySha256: z.string(),
  /** Bytes that were sent, also where the body was not kept. */
  sentBytes: z.number().int(),
  answer: z.object({
    status: z.number().int().nullable(),
    headers: z.array(pairSchema),
    body: z.string(),
    /** Name of the rule that answered, "handshake" or "signature" for those, null for the endpoint's own answer. */
    rule: z.string().nullable(),
    delayMs: z.number().int(),
    deadline: z.string().nullable(),
  }),
  timing: z.object({
    /** First byte of the head to last byte of the body, ms. */
    receivedMs: z.number(),
    /**
     * Last byte to the answer handed over, ms. Null where it went out at once (nothing was planned but to answer), while it
     * is held back, and where the sender was gone (then `answer.status` is null, too).
     */
    answeredMs: z.number().nullable(),
  }),
  atArrival: verdictSchema,
  /** With the secrets and the clock of now; null while the vault is locked. */
  now: verdictSchema.nullable(),
  note: z.string(),
  /** Ids with the same event id at the same endpoint, oldest first, at most 50. */
  duplicates: z.array(idSchema),
  /** What is different from earlier ones of its type. */
  drifts: z.array(z.object({ path: z.string(), change: z.enum(['new', 'missing', 'type']), detail: z.string() })),
})

const list = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',') : value),
  z.array(z.string()).max(50),
)

export const captureFilterSchema = z.object({
  endpointId: idSchema.optional(),
  /** Slug of an endpoint, for scripts. */
  endpoint: slugSchema.optional(),
  /** Words in headers, path or body; the last one may be the beginning of a word. */
  q: z.string().max(MAX_QUERY).optional(),
  methods: list.optional(),
  /** First digits of the status: "2", "404". */
  status: z
    .string()
    .regex(/^[1-5]\d{0,2}$/)
    .optional(),
  verdict: captureVerdictSchema.optional(),
  eventType: z.string().max(300).optional(),
  from: z.coerce.number().int().nonnegative().optional(),
  to: z.coerce.number().int().nonnegative().optional(),
  minBytes: z.coerce.number().int().nonnegative().optional(),
  maxBytes: z.coerce.number().int().nonnegative().optional(),
  pinned: z.stringbool().or(z.boolean()).optional(),
  tag: tagSchema.optional(),
  duplicates: z.stringbool().or(z.boolean()).optional(),
  drift: z.stringbool().or(z.boolean()).optional(),
})

/** Some by id, or all that a filter finds, up to the newest one when it was asked (`throughId`). */
export const selectionSchema = z.union([
  z.object({ ids: z.array(idSchema).min(1, 'Nothing is selected.').max(receiverLimits.selection) }),
  z.object({ filter: captureFilterSchema, throughId: idSchema }),
])

export const exportFormatSchema = z.enum(['curl', 'fetch', 'har', 'json', 'raw', 'bundle'])

const viewSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('empty') }),
  /** The body was not kept, see `refused`. */
  z.object({ kind: z.literal('not-kept') }),
  /** `text` is laid out (JSON, XML) without changing a value, or as it came. */
  z.object({ kind: z.enum(['json', 'xml', 'text']), text: z.string(), charset: z.string() }),
  z.object({ kind: z.literal('form'), fields: z.array(z.object({ name: z.string(), value: z.string() })) }),
  z.object({
    kind: z.literal('multipart'),
    parts: z.array(
      z.object({
        name: z.string(),
        fileName: z.string().nullable(),
        contentType: z.string().nullable(),
        bytes: z.number().int(),
        /** Beginning of a text part; null for other content. */
        text: z.string().nullable(),
      }),
    ),
  }),
  z.object({
    kind: z.literal('hex'),
    lines: z.array(z.object({ offset: z.number().int(), hex: z.string(), text: z.string() })),
  }),
])

export const bodyViewSchema = z.object({
  view: viewSchema,
  /** Why it is not shown as its content type says, or null. */
  problem: z.string().nullable(),
  /** Decoded from gzip, deflate, br; the stored bytes are as they came. */
  decodedFrom: z.string().nullable(),
  totalBytes: z.number().int(),
  /** For the next part of text or hex; null at the end. */
  nextOffset: z.number().int().nullable(),
})

const jsonChangeSchema = z.object({
  path: z.string(),
  kind: z.enum(['added', 'removed', 'changed']),
  left: z.string().nullable(),
  right: z.string().nullable(),
})

export const diffSchema = z.object({
  left: captureRowSchema,
  right: captureRowSchema,
  request: z.array(z.object({ what: z.string(), left: z.string(), right: z.string() })),
  headers: z.array(jsonChangeSchema),
  /** Null unless both bodies are JSON. Values as they stand in the text. */
  json: z.array(jsonChangeSchema).nullable(),
  /** Line by line of the laid out text; null for bodies that are no text or too long. */
  text: z.array(z.object({ kind: z.enum(['same', 'added', 'removed']), text: z.string() })).nullable(),
  bytes: z.object({
    equal: z.boolean(),
    leftBytes: z.number().int(),
    rightBytes: z.number().int(),
    /** Offset of the first byte that differs, null when equal. */
    firstDifference: z.number().int().nullable(),
  }),
  /** True when a list above was cut. */
  cut: z.boolean(),
})

export const eventTypeSchema = z.object({
  endpointId: idSchema,
  slug: z.string(),
  /** '' for requests without one. */
  eventType: z.string(),
  count: z.number().int(),
  firstAt: instantSchema,
  lastAt: instantSchema,
  drifts: z.number().int(),
})

export const learnedSchemaSchema = eventTypeSchema.extend({
  /** A body had more levels or fields than are learned; those are left out below. */
  cut: z.boolean(),
  fields: z.array(
    z.object({
      path: z.string(),
      types: z.array(z.enum(['string', 'number', 'boolean', 'null', 'object', 'array'])),
      /** Requests that had it, of `count`. */
      seen: z.number().int(),
      firstId: idSchema,
      lastId: idSchema,
    }),
  ),
  changes: z.array(
    z.object({
      at: instantSchema,
      captureId: idSchema,
      path: z.string(),
      change: z.enum(['new', 'missing', 'type']),
      detail: z.string(),
    }),
  ),
})

export const liveTickSchema = z.object({
  /** Newest id that lists and searches know. */
  newestId: z.number().int().nonnegative(),
  /** Stored but not in the lists yet. */
  behind: z.number().int().nonnegative(),
  /** Captured per second, over the last seconds. */
  perSecond: z.number().nonnegative(),
  /** Marks, verdicts or deletions changed rows that may be on the screen. */
  rowsChanged: z.boolean(),
  /** What keeps the lists from going on. It is tried again by itself. */
  problem: problemSchema.nullable(),
})

export const diagnosisSchema = z.object({
  cause: z.string(),
  sentence: z.string(),
  remedy: z.string(),
  /** Recomputed with exactly this change, the signature fits. */
  certain: z.boolean(),
})

/** Captured requests. */
export const captures = {
  list: procedure
    .route({ method: 'GET', path: '/receiver/requests' })
    .input(
      pageInputSchema.extend(captureFilterSchema.shape).extend({
        /** Only those that came after this id: what a live list lacks on top. Newest first like every page. */
        afterId: z.coerce.number().int().nonnegative().optional(),
      }),
    )
    .output(
      z.object({
        items: z.array(captureRowSchema).max(MAX_PAGE),
        nextCursor: z.string().nullable(),
        /** Counted up to a bound, so that a list never waits for it. */
        total: z.object({ count: z.number().int(), atLeast: z.boolean() }),
        /** Newest id that was looked at. */
        throughId: z.number().int(),
      }),
    ),
  get: procedure.route({ method: 'GET', path: '/receiver/requests/{id}' }).input(byIdSchema).output(captureSchema),
  body: procedure
    .route({ method: 'GET', path: '/receiver/requests/{id}/body' })
    .input(
      byIdSchema.extend({
        as: z.enum(['pretty', 'text', 'hex']).default('pretty'),
        offset: z.coerce.number().int().nonnegative().default(0),
      }),
    )
    .output(bodyViewSchema),
  /** Why a signature does not fit, best guess first. Needs the vault. */
  diagnose: procedure
    .route({ method: 'GET', path: '/receiver/requests/{id}/diagnosis' })
    .input(byIdSchema)
    .output(z.array(diagnosisSchema)),
  mark: procedure
    .route({ method: 'POST', path: '/receiver/marks' })
    .input(
      z.object({
        selection: selectionSchema,
        pinned: z.boolean().optional(),
        note: z.string().max(MAX_NOTE).optional(),
        addTags: z.array(tagSchema).max(receiverLimits.tags).optional(),
        removeTags: z.array(tagSchema).max(receiverLimits.tags).optional(),
      }),
    )
    .output(z.object({ changed: z.number().int() })),
  /** Pinned ones only when they are named by id. */
  delete: procedure
    .route({ method: 'POST', path: '/receiver/deletions' })
    .input(z.object({ selection: selectionSchema }))
    .output(z.object({ deleted: z.number().int() })),
  tags: procedure.route({ method: 'GET', path: '/receiver/tags' }).output(z.array(z.string()).max(1_000)),
  diff: procedure
    .route({ method: 'GET', path: '/receiver/diff' })
    .input(z.object({ left: idSchema, right: idSchema }))
    .output(diffSchema),
  eventTypes: procedure
    .route({ method: 'GET', path: '/receiver/event-types' })
    .input(z.object({ endpointId: idSchema.optional() }))
    .output(z.array(eventTypeSchema).max(1_000)),
  learnedSchema: procedure
    .route({ method: 'GET', path: '/receiver/event-types/schema' })
    .input(z.object({ endpointId: idSchema, eventType: z.string().max(300) }))
    .output(learnedSchemaSchema),
  /** Takes the present shape for the normal one again. */
  acknowledgeDrift: procedure
    .route({ method: 'POST', path: '/receiver/event-types/acknowledge' })
    .input(z.object({ endpointId: idSchema, eventType: z.string().max(300) }))
    .output(okSchema),
  /** At most {@link receiverLimits.exportRequests} requests and {@link receiverLimits.exportBytes} bytes; says so when there are more. */
  export: procedure
    .route({ method: 'POST', path: '/receiver/exports' })
    .input(z.object({ selection: selectionSchema, format: exportFormatSchema }))
    .output(
      z.object({
        fileName: z.string(),
        mediaType: z.string(),
        /** Text, or base64 of bytes that are no text. */
        content: z.string(),
        encoding: z.enum(['text', 'base64']),
        count: z.number().int(),
        leftOut: z.number().int(),
      }),
    ),
  /** A bundle made by `export`. Every hash is checked; nothing is taken in unless the whole of it is sound. */
  import: procedure
    .route({ method: 'POST', path: '/receiver/imports' })
    .input(
      z.object({
        bundle: z
          .string()
          .max(
            receiverLimits.bundle,
            'The file is too large. Choose a bundle that was exported from a list of requests.',
          ),
      }),
    )
    .output(
      z.object({
        imported: z.number().int(),
        /** Were here already. */
        present: z.number().int(),
        endpointsMade: z.array(z.string()),
      }),
    ),
  /** At most four ticks a second while something happens, and one at once. */
  live: procedure.route({ method: 'GET', path: '/receiver/live' }).output(eventIterator(liveTickSchema)),
}

export type BodyView = z.infer<typeof bodyViewSchema>
export type Capture = z.infer<typeof captureSchema>
export type CaptureFilter = z.infer<typeof captureFilterSchema>
export type CaptureRow = z.infer<typeof captureRowSchema>
export type CaptureVerdict = z.infer<typeof captureVerdictSchema>
export type Diagnosis = z.infer<typeof diagnosisSchema>
export type Diff = z.infer<typeof diffSchema>
export type EventTypeRow = z.infer<typeof eventTypeSchema>
export type ExportFormat = z.infer<typeof exportFormatSchema>
export type LearnedSchema = z.infer<typeof learnedSchemaSchema>
export type LiveTick = z.infer<typeof liveTickSchema>
export type Selection = z.infer<typeof selectionSchema>
export type VerdictRecord = z.infer<typeof verdictSchema>
