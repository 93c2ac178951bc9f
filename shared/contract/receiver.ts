import { z } from 'zod'
import { MAX_NAME, MAX_NOTE, receiverLimits } from '../limits.ts'
import { problemSchema } from '../problems.ts'
import { deadlinePresets } from '../webhook-deadlines.ts'
import { digestAlgorithms, digestEncodings, type SchemeOptions, schemeIds } from '../webhook-schemes.ts'
import { byIdSchema, idSchema, instantSchema, lineSchema, okSchema, procedure } from './base.ts'

export const schemeIdSchema = z.enum(schemeIds)

/** Part of the address `/h/<slug>/…`. */
export const slugSchema = z
  .string()
  .trim()
  .min(1, 'The slug is empty. Give a short name for the address, such as "stripe-test".')
  .max(receiverLimits.slug, `The slug is longer than ${receiverLimits.slug} characters. Shorten it.`)
  .regex(
    /^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$/,
    'A slug has only lower-case letters, digits, "-" and "_", and begins and ends with a letter or digit.',
  )

/** RFC 9110 token. */
export const headerNameSchema = z
  .string()
  .min(1, 'The header has no name. Give it one or remove the line.')
  .max(200)
  .regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, "A header name has only letters, digits and -_.!#$%&'*+^`|~.")

// biome-ignore lint/suspicious/noControlCharactersInRegex: line breaks in a header are what is refused here
const headerValuePattern = /^[^\u0000-\u0008\u000a-\u001f\u007f]*$/

export const headerSchema = z.object({
  name: headerNameSchema,
  value: z
    .string()
    .max(receiverLimits.headerValue)
    .regex(headerValuePattern, 'A header value may not contain line breaks or control characters.'),
})

/** What only `generic-hmac` needs: how a platform of one's own signs the body. */
export const schemeOptionsSchema = z.object({
  header: headerNameSchema,
  algorithm: z.enum(digestAlgorithms),
  encoding: z.enum(digestEncodings),
  /** Text before the signature in the header, such as "sha256=". */
  prefix: z.string().max(40).default(''),
}) satisfies z.ZodType<Required<SchemeOptions>>

export const answerSchema = z.object({
  status: z.number().int().min(200).max(599),
  headers: z.array(headerSchema).max(receiverLimits.headers),
  /** With `{{method}}`, `{{path}}`, `{{query.x}}`, `{{header.x-name}}`, `{{body}}`, `{{body.data.id}}`, `{{now}}`, `{{id}}` filled in. */
  body: z.string().max(receiverLimits.responseBody),
  /** Milliseconds before the answer is sent. */
  delayMs: z.number().int().min(0).max(receiverLimits.delayMs),
})

const share = z.number().min(0).max(1)

/** What goes wrong on purpose. The first fault of the list that the dice choose is the one that happens. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** The connection is reset instead of an answer. */
  z.object({ kind: z.literal('reset'), probability: share }),
  /** Half of the body, then the connection ends. */
  z.object({ kind: z.literal('half-response'), probability: share }),
  /** One byte at a time. */
  z.object({ kind: z.literal('slow-drip'), probability: share, bytesPerSecond: z.number().int().min(1).max(10_000) }),
  /** Content-Length says more than is sent. */
  z.object({ kind: z.literal('wrong-length'), probability: share }),
  z.object({
    kind: z.literal('rate-limit'),
    probability: share,
    retryAfterSeconds: z.number().int().min(0).max(86_400),
  }),
  z.object({ kind: z.literal('gone'), probability: share }),
  /** The header `webhook-delivery` of the draft for Standard Webhooks. */
  z.object({ kind: z.literal('webhook-delivery'), probability: share, value: z.enum(['disable', 'abort-message']) }),
  /** The first `count` requests with the same event id (or all, where there is none) fail with `status`. */
  z.object({
    kind: z.literal('fail-first'),
    probability: share,
    count: z.number().int().min(1).max(1_000),
    status: z.number().int().min(400).max(599),
  }),
])

export const ruleSchema = z.object({
  name: lineSchema('The name', MAX_NAME),
  when: z.object({
    /** Upper case; empty for any. */
    methods: z.array(z.string().regex(/^[A-Z]{1,20}$/)).max(20),
    /** Below the slug, with `*` for any characters; empty for any. */
    path: z.string().max(500),
    header: z.object({ name: headerNameSchema, contains: z.string().max(500) }).nullable(),
    /** `data.object.status`, and `equals` as text. */
    field: z.object({ path: z.string().min(1).max(500), equals: z.string().max(500) }).nullable(),
    /** Of the signature at arrival; null for any. */
    verdict: z.enum(['valid', 'invalid']).nullable(),
  }),
  answer: answerSchema,
})

export const retentionSchema = z.object({
  /** Each is a bound of its own, null for none. Pinned requests are kept whatever they say. */
  maxCount: z.number().int().min(1).max(100_000_000).nullable(),
  maxAgeDays: z.number().int().min(1).max(3_650).nullable(),
  maxBytes: z.number().int().min(1_000_000).nullable(),
})

/** How an endpoint behaves. */
export const behaviourSchema = z.object({
  answer: answerSchema,
  /** The first rule that fits answers; the answer above where none does. */
  rules: z.array(ruleSchema).max(receiverLimits.rules),
  faults: z.array(faultSchema).max(8),
  /** Makes the dice of the faults repeatable. */
  faultSeed: z.number().int().min(0).max(4_294_967_295),
  /** Marks requests whose answer the provider would not have waited for. */
  deadline: z.enum(deadlinePresets).nullable(),
  /** Zoom, Slack and Discord ask whether an address is meant for them; answered without a rule. */
  answerHandshakes: z.boolean(),
  /** 401 for requests whose signature is wrong or missing. */
  refuseInvalid: z.boolean(),
})

export const endpointSecretSchema = z.object({
  id: idSchema,
  label: z.string(),
  createdAt: instantSchema,
  /** Part of the secret that may be seen: at most its last four characters. */
  hint: z.string(),
})

const endpointFields = z.object({
  slug: slugSchema,
  name: lineSchema('The name', MAX_NAME).min(1, 'The endpoint has no name.'),
  note: z.string().max(MAX_NOTE),
  /** Null: recognised from the headers of each request. */
  scheme: schemeIdSchema.nullable(),
  schemeOptions: schemeOptionsSchema.nullable(),
  behaviour: behaviourSchema,
  retention: retentionSchema,
})

export const endpointSchema = endpointFields.extend({
  id: idSchema,
  secrets: z.array(endpointSecretSchema),
  /** Where it is reached on this machine. */
  localUrl: z.string(),
  /** Where it is reached from outside, or null without a tunnel in use. */
  publicUrl: z.string().nullable(),
  /** Captured requests that are kept, and their bytes. */
  captured: z.number().int().nonnegative(),
  capturedBytes: z.number().int().nonnegative(),
  lastAt: instantSchema.nullable(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
})

export const receiverStatusSchema = z.object({
  /** `off`: by the operator. `starting`: not listening yet. `failed`: `problem` says why. */
  state: z.enum(['off', 'starting', 'listening', 'failed']),
  port: z.number().int().nullable(),
  /** Also reachable from other machines of the network. */
  lan: z.boolean(),
  /** "http://127.0.0.1:4590", null while it does not listen. */
  url: z.string().nullable(),
  problem: problemSchema.nullable(),
  /** A port that is free, offered when the chosen one is taken. */
  freePort: z.number().int().nullable(),
  /** The public address in force, without a path. */
  publicUrl: z.string().nullable(),
  autoCreate: z.boolean(),
  /** Nothing can be stored: senders get 503. */
  diskFull: z.boolean(),
  /** Since the receiver started. */
  counters: z.object({
    captured: z.number().int(),
    /** Bodies over the limit, requests given up by the sender: recorded, but not whole. */
    refused: z.number().int(),
    unknownSlug: z.number().int(),
    malformed: z.number().int(),
    notStored: z.number().int(),
  }),
  /** Slugs that were asked for and do not exist, newest first, at most 20. */
  unknownSlugs: z.array(z.object({ slug: z.string(), count: z.number().int(), lastAt: instantSchema })),
})

/** What a new endpoint may leave out. */
const newEndpointSchema = z.object({
  slug: slugSchema,
  name: endpointFields.shape.name.optional(),
  note: endpointFields.shape.note.optional(),
  scheme: schemeIdSchema.nullable().optional(),
  schemeOptions: schemeOptionsSchema.nullable().optional(),
  /** Signing secret as the provider shows it. Stored encrypted. */
  secret: z.string().min(1).max(receiverLimits.secret).optional(),
  behaviour: behaviourSchema.partial().optional(),
  retention: retentionSchema.optional(),
})

const addedSecretInput = byIdSchema.extend({
  label: lineSchema('The label', MAX_NAME).default(''),
  secret: z.string().min(1, 'The secret is empty. Paste it as the provider shows it.').max(receiverLimits.secret),
})

/** The receiver and its endpoints. */
export const receiver = {
  status: procedure.route({ method: 'GET', path: '/receiver' }).output(receiverStatusSchema),
  configure: procedure
    .route({ method: 'PUT', path: '/receiver' })
    .input(
      z.object({
        enabled: z.boolean(),
        /** 0 for any free one. */
        port: z.number().int().min(0).max(65_535),
        lan: z.boolean(),
        autoCreate: z.boolean(),
      }),
    )
    .output(receiverStatusSchema),
  endpoints: procedure.route({ method: 'GET', path: '/receiver/endpoints' }).output(z.array(endpointSchema).max(1_000)),
  endpoint: procedure
    .route({ method: 'GET', path: '/receiver/endpoints/{id}' })
    .input(byIdSchema)
    .output(endpointSchema),
  createEndpoint: procedure
    .route({ method: 'POST', path: '/receiver/endpoints', successStatus: 201 })
    .input(newEndpointSchema)
    .output(endpointSchema),
  updateEndpoint: procedure
    .route({ method: 'PUT', path: '/receiver/endpoints/{id}' })
    .input(endpointFields.partial().extend(byIdSchema.shape))
    .output(endpointSchema),
  /** With its secrets, targets and captured requests. */
  deleteEndpoint: procedure
    .route({ method: 'DELETE', path: '/receiver/endpoints/{id}' })
    .input(byIdSchema)
    .output(okSchema),
  /** Another secret that is accepted: during a rotation both are. */
  addSecret: procedure
    .route({ method: 'POST', path: '/receiver/endpoints/{id}/secrets' })
    .input(addedSecretInput)
    .output(endpointSchema),
  removeSecret: procedure
    .route({ method: 'DELETE', path: '/receiver/endpoints/{id}/secrets/{secretId}' })
    .input(byIdSchema.extend({ secretId: idSchema }))
    .output(endpointSchema),
  /** A new secret in the form of the scheme, stored as one of the endpoint's and shown this once. App only. */
  generateSecret: procedure
    .route({ method: 'POST', path: '/receiver/endpoints/{id}/secrets/generate' })
    .input(byIdSchema.extend({ scheme: schemeIdSchema }))
    .output(z.object({ secret: z.string(), publicKey: z.string().nullable(), endpoint: endpointSchema })),
}

export type Answer = z.infer<typeof answerSchema>
export type Behaviour = z.infer<typeof behaviourSchema>
export type Endpoint = z.infer<typeof endpointSchema>
export type EndpointSecret = z.infer<typeof endpointSecretSchema>
export type Fault = z.infer<typeof faultSchema>
export type Header = z.infer<typeof headerSchema>
export type ReceiverStatus = z.infer<typeof receiverStatusSchema>
export type Retention = z.infer<typeof retentionSchema>
export type Rule = z.infer<typeof ruleSchema>
export type GenericOptions = z.infer<typeof schemeOptionsSchema>
