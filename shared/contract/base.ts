import { oc } from '@orpc/contract'
import { z } from 'zod'
import { MAX_PAGE } from '../limits.ts'
import { type ProblemCode, problemStatus } from '../problem-codes.ts'
import { problemDetailsSchema } from '../problems.ts'

type ErrorMap = Record<ProblemCode, { status: number; data: typeof problemDetailsSchema }>

const errors = Object.fromEntries(
  Object.entries(problemStatus).map(([code, status]) => [code, { status, data: problemDetailsSchema }]),
) as ErrorMap

/** Every procedure starts here, so every failure of every call is typed: see `shared/problems.ts`. */
export const procedure = oc.errors(errors)

export const idSchema = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER)
/** Coerced, because the REST door carries it as text in the path. */
export const byIdSchema = z.object({ id: idSchema })

/** UTC epoch milliseconds. */
export const instantSchema = z.number().int().nonnegative()
/** A decimal number of main units as text, see `shared/money.ts`. */
export const decimalSchema = z.string().regex(/^-?\d+(\.\d+)?$/)

/** Keyset paging: pass `nextCursor` of the last answer to get the next page. */
export const pageInputSchema = z.object({
  cursor: z.string().max(2_000).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
})

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item).max(MAX_PAGE),
    nextCursor: z.string().nullable(),
    /** How many match the filter in all. */
    total: z.number().int().nonnegative(),
  })
}

export const okSchema = z.object({ ok: z.literal(true) })

/** Text of one line: trimmed, without control characters. */
export function lineSchema(label: string, max: number) {
  return (
    z
      .string()
      .trim()
      .max(max, `${label} is longer than ${max} characters. Shorten it.`)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
      .regex(/^[^\u0000-\u001f\u007f]*$/, `${label} contains a line break or control character. Remove it.`)
  )
}
