import { z } from 'zod'
import { MAX_NAME, MAX_NOTE, MAX_QUERY } from '../limits.ts'
import {
  byIdSchema,
  idSchema,
  instantSchema,
  lineSchema,
  okSchema,
  pageInputSchema,
  pageOf,
  procedure,
} from './base.ts'

export const accountSchema = z.object({
  id: idSchema,
  email: z.string(),
  name: z.string().nullable(),
  organization: z.string().nullable(),
  contactNote: z.string().nullable(),
  keyCount: z.number().int().nonnegative(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
})

const optionalLine = (label: string, max: number) =>
  lineSchema(label, max)
    .nullable()
    .transform((text) => (text === '' ? null : text))

export const accountFieldsSchema = z.object({
  /** Required; compared without case. */
  email: lineSchema('The e-mail address', 254).pipe(
    z.email('This is not an e-mail address. It should look like name@example.com.'),
  ),
  name: optionalLine('The name', MAX_NAME).default(null),
  organization: optionalLine('The organisation', MAX_NAME).default(null),
  contactNote: z
    .string()
    .trim()
    .max(MAX_NOTE, `The note is longer than ${MAX_NOTE.toLocaleString('en')} characters. Shorten it.`)
    .nullable()
    .default(null),
  /** Allows the same e-mail a second time for another organisation. Without it an e-mail is unique. */
  allowSameEmail: z.boolean().default(false),
})

export const accounts = {
  list: procedure
    .route({ method: 'GET', path: '/inventory/accounts' })
    .input(
      pageInputSchema.extend({
        /** Words to find in e-mail, name, organisation; every word may be the beginning of one. */
        query: z.string().max(MAX_QUERY).optional(),
        /** `email` from A to Z; `created` newest first. */
        sort: z.enum(['email', 'created']).default('email'),
      }),
    )
    .output(pageOf(accountSchema)),
  get: procedure.route({ method: 'GET', path: '/inventory/accounts/{id}' }).input(byIdSchema).output(accountSchema),
  create: procedure
    .route({ method: 'POST', path: '/inventory/accounts', successStatus: 201 })
    .input(accountFieldsSchema)
    .output(accountSchema),
  update: procedure
    .route({ method: 'PUT', path: '/inventory/accounts/{id}' })
    .input(accountFieldsSchema.extend(byIdSchema.shape))
    .output(accountSchema),
  /**
   * Deletes an account. If it has keys, `keys` must say what happens to them; without it the call fails with
   * IN_USE and nothing is changed. `move` puts them into `moveToAccountId`.
   */
  delete: procedure
    .route({ method: 'DELETE', path: '/inventory/accounts/{id}' })
    .input(byIdSchema.extend({ keys: z.enum(['delete', 'move']).optional(), moveToAccountId: idSchema.optional() }))
    .output(okSchema.extend({ deletedKeys: z.number().int(), movedKeys: z.number().int() })),
}

export type Account = z.infer<typeof accountSchema>
export type AccountFields = z.output<typeof accountFieldsSchema>
