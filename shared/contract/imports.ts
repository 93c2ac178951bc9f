import { z } from 'zod'
import { MAX_IMPORT_FILE, MAX_IMPORT_ROWS, MAX_PASTE_LENGTH } from '../limits.ts'
import { accountFieldsSchema } from './accounts.ts'
import { idSchema, instantSchema, procedure } from './base.ts'
import { keyKindSchema, providerIdSchema } from './keys.ts'

export const importRowSchema = z.object({
  /** Position in the preview, from 0. */
  index: z.number().int().nonnegative(),
  /** Where it stands in the source: a line number (from 1) or a row id. */
  origin: z.string(),
  name: z.string(),
  provider: providerIdSchema,
  kind: keyKindSchema,
  masked: z.string(),
  /** E-mail of the account the source names for this row, or null. */
  accountEmail: z.string().nullable(),
  /** `ready` can be taken; `duplicate` is here or earlier in the same source already; `bad` cannot be taken. */
  status: z.enum(['ready', 'duplicate', 'bad']),
  /** For `duplicate` and `bad`: why, in one sentence that names the fix. Also notes for `ready`. */
  reason: z.string().nullable(),
  duplicateOfKeyId: idSchema.nullable(),
})

export const importPreviewInputSchema = z.discriminatedUnion('format', [
  z.object({ format: z.literal('env'), text: z.string().max(MAX_PASTE_LENGTH) }),
  z.object({ format: z.literal('csv'), text: z.string().max(MAX_PASTE_LENGTH) }),
  /** The database of the older dashboard, base64. */
  z.object({ format: z.literal('sqlite'), base64: z.string().max(Math.ceil((MAX_IMPORT_FILE * 4) / 3) + 4) }),
])

export const importPreviewSchema = z.object({
  token: z.string(),
  expiresAt: instantSchema,
  rows: z.array(importRowSchema).max(MAX_IMPORT_ROWS),
  counts: z.object({ ready: z.number().int(), duplicate: z.number().int(), bad: z.number().int() }),
  /** Notes about the source as a whole ("3 names are defined twice; the last one counts"). */
  notes: z.array(z.string()),
})

export const imports = {
  /**
   * Reads a source and shows what an import would do. Nothing is stored: the parsed rows are kept in memory of
   * the main process under `token` for ten minutes, so that the secrets travel only once.
   */
  preview: procedure
    .route({ method: 'POST', path: '/imports/preview' })
    .input(importPreviewInputSchema)
    .output(importPreviewSchema),
  /** Takes the chosen rows in, all in one transaction: either every one is stored or none. */
  commit: procedure
    .route({ method: 'POST', path: '/imports/commit' })
    .input(
      z.object({
        token: z.string().max(100),
        /** Indexes of the preview's rows. `bad` rows are refused. */
        rows: z.array(z.number().int().nonnegative()).min(1, 'Choose at least one row.').max(MAX_IMPORT_ROWS),
        /** Account for rows whose source names none: an existing one or a new one. */
        account: z.union([z.object({ id: idSchema }), z.object({ create: accountFieldsSchema })]).nullable(),
      }),
    )
    .output(z.object({ createdKeys: z.number().int(), createdAccounts: z.number().int() })),
}

export type ImportRow = z.infer<typeof importRowSchema>
export type ImportPreviewInput = z.output<typeof importPreviewInputSchema>
export type ImportPreview = z.output<typeof importPreviewSchema>
