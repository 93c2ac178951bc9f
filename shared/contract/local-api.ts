import { z } from 'zod'
import { MAX_KEY_LENGTH } from '../limits.ts'
import { byIdSchema, idSchema, okSchema, procedure } from './base.ts'
import { keyKindSchema, outcomeSchema, providerIdSchema } from './keys.ts'

/**
 * The published REST routes for scripts: exact paths and column names of the older dashboard's two tables, so
 * that what was written against it goes on working. Lists are arrays; beyond `limit` the header
 * `x-next-cursor` carries the value for `cursor`.
 */
export const MAX_LIST = 1_000

export const accountRowSchema = z.object({
  id: idSchema,
  email: z.string(),
  name: z.string().nullable(),
  organization_name: z.string().nullable(),
  /** ISO 8601, UTC. */
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})

export const keyRowSchema = z.object({
  id: idSchema,
  name: z.string(),
  masked_key: z.string(),
  key_type: keyKindSchema,
  provider: providerIdSchema,
  account_id: idSchema,
  admin_key_id: idSchema.nullable(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})

const accountInput = z.object({
  email: z.string().max(1_000),
  name: z.string().max(1_000).nullish(),
  organization_name: z.string().max(1_000).nullish(),
})

const keyInput = z.object({
  name: z.string().max(1_000),
  full_key: z.string().min(1).max(MAX_KEY_LENGTH),
  account_id: idSchema,
  /** Detected from the key when left out. */
  provider: providerIdSchema.optional(),
  key_type: keyKindSchema.optional(),
  admin_key_id: idSchema.nullish(),
})

const listInput = z.object({
  limit: z.coerce.number().int().min(1).max(MAX_LIST).default(MAX_LIST),
  cursor: z.string().max(2_000).optional(),
})

const listHeaders = z.object({ 'x-next-cursor': z.string().optional() })

const costSchema = z.array(z.object({ amount: z.string(), currency: z.string(), provenance: z.string() }))

export const usageRowSchema = z.object({
  /** Null for usage of a key that is not stored here, and for cost that belongs to no key. */
  key_id: idSchema.nullable(),
  key_name: z.string(),
  provider: providerIdSchema.nullable(),
  requests: z.number().nullable(),
  input_tokens: z.number().nullable(),
  output_tokens: z.number().nullable(),
  /** One entry per currency and provenance, never added up; amounts are decimal strings of main units. */
  cost: costSchema,
})

/** A key that was asked for usage, and how that went. */
export const usageSourceRowSchema = z.object({
  key_id: idSchema,
  key_name: z.string(),
  provider: providerIdSchema,
  last_synced_at: z.iso.datetime().nullable(),
  error: z
    .object({ code: z.string(), message: z.string(), cause: z.string(), remedies: z.array(z.string()) })
    .nullable(),
})

export const localApi = {
  listAccounts: procedure
    .route({ method: 'GET', path: '/accounts', outputStructure: 'detailed' })
    .input(listInput)
    .output(z.object({ headers: listHeaders, body: z.array(accountRowSchema) })),
  createAccount: procedure
    .route({ method: 'POST', path: '/accounts', successStatus: 201 })
    .input(accountInput)
    .output(accountRowSchema),
  updateAccount: procedure
    .route({ method: 'PUT', path: '/accounts/{id}' })
    .input(accountInput.partial().extend(byIdSchema.shape))
    .output(accountRowSchema),
  /** An account with keys is refused with 409 unless `keys` says what happens to them. */
  deleteAccount: procedure
    .route({ method: 'DELETE', path: '/accounts/{id}', inputStructure: 'detailed' })
    .input(
      z.object({
        params: byIdSchema,
        query: z
          .object({ keys: z.enum(['delete', 'move']).optional(), move_to_account_id: idSchema.optional() })
          .default({}),
      }),
    )
    .output(okSchema),
  listKeys: procedure
    .route({ method: 'GET', path: '/keys', outputStructure: 'detailed' })
    .input(listInput)
    .output(z.object({ headers: listHeaders, body: z.array(keyRowSchema) })),
  createKey: procedure
    .route({ method: 'POST', path: '/keys', successStatus: 201 })
    .input(keyInput)
    .output(keyRowSchema),
  updateKey: procedure
    .route({ method: 'PUT', path: '/keys/{id}' })
    .input(keyInput.partial().extend(byIdSchema.shape))
    .output(keyRowSchema),
  deleteKey: procedure.route({ method: 'DELETE', path: '/keys/{id}' }).input(byIdSchema).output(okSchema),
  /** Answers only while the vault is ready and revealing over the API is allowed. Audited. */
  fullKey: procedure
    .route({ method: 'GET', path: '/keys/{id}/full' })
    .input(byIdSchema)
    .output(z.object({ full_key: z.string() })),
  testKey: procedure
    .route({ method: 'POST', path: '/keys/{id}/test' })
    .input(byIdSchema)
    .output(
      z.object({
        /** True for outcomes in which the provider accepted the key itself. */
        valid: z.boolean(),
        outcome: outcomeSchema,
        message: z.string(),
        remedies: z.array(z.string()),
        status: z.number().int().nullable(),
        tested_at: z.iso.datetime(),
      }),
    ),
  /** Usage of every key that can be asked, from the store; `refresh=1` syncs first and waits for it. */
  usage: procedure
    .route({ method: 'GET', path: '/usage' })
    .input(
      z.object({
        days: z.coerce.number().int().min(1).max(90).default(30),
        refresh: z.enum(['0', '1', 'true', 'false']).default('0'),
      }),
    )
    .output(
      z.object({
        days: z.number().int(),
        from: z.iso.datetime(),
        to: z.iso.datetime(),
        totals: usageRowSchema.pick({ requests: true, input_tokens: true, output_tokens: true, cost: true }),
        keys: z.array(usageRowSchema),
        sources: z.array(usageSourceRowSchema),
      }),
    ),
}

export type AccountRow = z.infer<typeof accountRowSchema>
export type KeyRow = z.infer<typeof keyRowSchema>
