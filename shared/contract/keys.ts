import { z } from 'zod'
import { EMPTY_KEY, MAX_NAME, MAX_NOTE, MAX_PASTE_LENGTH, MAX_QUERY } from '../limits.ts'
import { keyKinds, providerIds, validationOutcomes } from '../providers.ts'
import {
  byIdSchema,
  decimalSchema,
  idSchema,
  instantSchema,
  lineSchema,
  okSchema,
  pageInputSchema,
  pageOf,
  procedure,
} from './base.ts'

export const providerIdSchema = z.enum(providerIds)
export const keyKindSchema = z.enum(keyKinds)
export const outcomeSchema = z.enum(validationOutcomes)

export const rateLimitSchema = z.object({
  /** What is limited: "requests", "tokens", "input-tokens", … */
  name: z.string(),
  limit: z.number().nullable(),
  remaining: z.number().nullable(),
  /** When the window is full again, or null if the answer did not say. */
  resetsAt: instantSchema.nullable(),
  /** Length of the window in seconds, if known. */
  windowSeconds: z.number().nullable(),
})

export const balanceSchema = z.object({
  /** "credit", "available", "pending", "characters", … */
  label: z.string(),
  amount: decimalSchema,
  /** ISO 4217 code, or the unit for what is not money ("credits"). */
  unit: z.string(),
})

export const validationSchema = z.object({
  outcome: outcomeSchema,
  /** One plain sentence: what the provider said, without any part of the key. */
  message: z.string(),
  remedies: z.array(z.string()),
  /** HTTP status of the answer, null when none came. */
  status: z.number().int().nullable(),
  /** Whether the outcome is certain, or the best reading of an unclear answer. */
  certain: z.boolean(),
  missingScopes: z.array(z.string()),
  /** Who the key belongs to, as far as the provider tells (organisation name, user). */
  owner: z.string().nullable(),
  balances: z.array(balanceSchema),
  rateLimits: z.array(rateLimitSchema),
  /** The kind the provider itself reports (OpenRouter tells management keys), or null. */
  reportedKind: keyKindSchema.nullable(),
  testedAt: instantSchema,
  durationMs: z.number().nonnegative(),
})

export const keySchema = z.object({
  id: idSchema,
  accountId: idSchema,
  accountEmail: z.string(),
  provider: providerIdSchema,
  name: z.string(),
  description: z.string().nullable(),
  kind: keyKindSchema,
  adminKeyId: idSchema.nullable(),
  adminKeyName: z.string().nullable(),
  /** Telling prefix, dots of fixed width, last four characters. */
  masked: z.string(),
  environment: z.enum(['production', 'staging', 'development']).nullable(),
  tags: z.array(z.string()),
  source: z.enum(['manual', 'import', 'api', 'sample']),
  /** `unreadable`: the stored secret is damaged or belongs to another vault. It is kept as it is. */
  secretState: z.enum(['stored', 'unreadable']),
  /** Result of the last test, or null if it was never tested. */
  validation: validationSchema.pick({ outcome: true, message: true, remedies: true, testedAt: true }).nullable(),
  lastRevealedAt: instantSchema.nullable(),
  lastCopiedAt: instantSchema.nullable(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
})

export const detectionSchema = z.object({
  provider: providerIdSchema,
  kind: keyKindSchema,
  confidence: z.enum(['strong', 'medium', 'weak', 'none']),
  /** Row of the format table, for documentation and tests ("6" is an OpenAI project key). */
  rule: z.string().nullable(),
  masked: z.string(),
  /** What was done to the paste, in plain words ("Took the value of OPENAI_API_KEY."). */
  notes: z.array(z.string()),
  /** Name of the variable if the paste was `NAME=value`. */
  variableName: z.string().nullable(),
  /** Other keys in the vault with the same value. */
  duplicates: z.array(z.object({ id: idSchema, name: z.string(), accountEmail: z.string() })),
})

const secretSchema = z
  .string()
  .min(1, EMPTY_KEY)
  .max(MAX_PASTE_LENGTH, 'This is far too long for a key. To take in a file, use Import.')

const tagsSchema = z.array(lineSchema('A tag', 40)).max(20, 'At most 20 tags.')

export const keyFieldsSchema = z.object({
  accountId: idSchema,
  name: lineSchema('The name', MAX_NAME).min(1, 'Give the key a name, for example "OpenAI production".'),
  description: z.string().trim().max(MAX_NOTE).nullable().default(null),
  provider: providerIdSchema,
  kind: keyKindSchema,
  /** Only for keys of a project; must be an admin key of the same provider. */
  adminKeyId: idSchema.nullable().default(null),
  environment: keySchema.shape.environment.default(null),
  tags: tagsSchema.default([]),
})

export const newKeySchema = keyFieldsSchema.extend({
  secret: secretSchema,
  /** Stores the key although one with the same value is here. Without it: ALREADY_EXISTS, naming it. */
  allowDuplicate: z.boolean().default(false),
})

export const changedKeySchema = keyFieldsSchema.extend(byIdSchema.shape).extend({
  /** Without it the stored secret stays as it is, readable or not. */
  secret: secretSchema.optional(),
  allowDuplicate: z.boolean().default(false),
})

export const remoteKeySchema = z.object({
  remoteId: z.string(),
  name: z.string().nullable(),
  /** The provider's own redacted form. */
  redacted: z.string().nullable(),
  project: z.string().nullable(),
  status: z.string().nullable(),
  createdAt: instantSchema.nullable(),
  lastUsedAt: instantSchema.nullable(),
  /** The stored key this one seems to be, by redacted form; null if none matches. */
  matchesKeyId: idSchema.nullable(),
})

/** `name` from A to Z; `created` and `updated` newest first. */
export const keySortSchema = z.enum(['name', 'created', 'updated'])

export const keys = {
  list: procedure
    .route({ method: 'GET', path: '/inventory/keys' })
    .input(
      pageInputSchema.extend({
        /**
         * Words to find in name, provider, masked key, environment, tags, account e-mail and organisation. Every
         * word may be the beginning of one; the first eight count.
         */
        query: z.string().max(MAX_QUERY).optional(),
        accountId: idSchema.optional(),
        provider: providerIdSchema.optional(),
        kind: keyKindSchema.optional(),
        outcome: z.union([outcomeSchema, z.literal('untested')]).optional(),
        adminKeyId: idSchema.optional(),
        sort: keySortSchema.default('name'),
      }),
    )
    .output(pageOf(keySchema)),
  get: procedure.route({ method: 'GET', path: '/inventory/keys/{id}' }).input(byIdSchema).output(keySchema),
  /** Looks at a pasted text: which provider, which kind, what would be stored, whether it is here already. */
  detect: procedure
    .route({ method: 'POST', path: '/inventory/keys/detect' })
    .input(z.object({ secret: secretSchema }))
    .output(detectionSchema),
  create: procedure
    .route({ method: 'POST', path: '/inventory/keys', successStatus: 201 })
    .input(newKeySchema)
    .output(keySchema),
  update: procedure.route({ method: 'PUT', path: '/inventory/keys/{id}' }).input(changedKeySchema).output(keySchema),
  /** Forgets the key here; it goes on working at the provider. Keys linked to it lose the link. */
  delete: procedure
    .route({ method: 'DELETE', path: '/inventory/keys/{id}' })
    .input(byIdSchema)
    .output(okSchema.extend({ unlinkedKeys: z.number().int() })),
  /** The secret in plain text. Audited. The caller hides it again after `hideAfterMs`. */
  reveal: procedure
    .route({ method: 'POST', path: '/inventory/keys/{id}/reveal' })
    .input(byIdSchema.extend({ purpose: z.enum(['show', 'copy']).default('show') }))
    .output(z.object({ secret: z.string(), hideAfterMs: z.number().int() })),
  /** Copies in main where the host has a clipboard (audited); fails with UNSUPPORTED elsewhere. */
  copy: procedure
    .route({ method: 'POST', path: '/inventory/keys/{id}/copy' })
    .input(byIdSchema)
    /** Null: clearing is turned off in the preferences, the key stays until something else is copied. */
    .output(z.object({ clearsAt: instantSchema.nullable() })),
  /** Tests a stored key against its provider and keeps the result. */
  test: procedure
    .route({ method: 'POST', path: '/inventory/keys/{id}/test' })
    .input(byIdSchema)
    .output(validationSchema),
  /** Tests a key before it is saved. Nothing is stored, unless the same key is created within the next minutes. */
  testCandidate: procedure
    .route({ method: 'POST', path: '/inventory/keys/test' })
    .input(z.object({ secret: secretSchema, provider: providerIdSchema, kind: keyKindSchema }))
    .output(validationSchema),
  /** Keys the provider lists for this admin key. */
  remote: procedure
    .route({ method: 'GET', path: '/inventory/keys/{id}/remote' })
    .input(byIdSchema.extend({ cursor: z.string().max(2_000).optional() }))
    .output(z.object({ items: z.array(remoteKeySchema).max(1_000), nextCursor: z.string().nullable() })),
}

export type ProviderKey = z.infer<typeof keySchema>
export type Validation = z.infer<typeof validationSchema>
export type RateLimit = z.infer<typeof rateLimitSchema>
export type Balance = z.infer<typeof balanceSchema>
export type Detection = z.infer<typeof detectionSchema>
export type RemoteKey = z.infer<typeof remoteKeySchema>
export type KeyFields = z.output<typeof keyFieldsSchema>
