import { z } from 'zod'
import { type ProblemCode, problemStatus } from './problem-codes.ts'

export const fieldProblemSchema = z.object({
  /** Path of the field in the input, joined with dots. */
  field: z.string(),
  /** What is wrong and how to put it right. */
  message: z.string(),
})

export const problemDetailsSchema = z.object({
  /** Why it failed, one sentence. */
  cause: z.string(),
  /** What the operator can do about it, most likely first. */
  remedies: z.array(z.string()),
  fields: z.array(fieldProblemSchema).optional(),
  /** Milliseconds until another try makes sense. */
  retryAfterMs: z.number().int().nonnegative().optional(),
  /** Ids of the records that stand in the way (duplicates, dependants). At most 50 are named. */
  relatedIds: z.array(z.number().int()).max(50).optional(),
})

export type FieldProblem = z.infer<typeof fieldProblemSchema>
export type ProblemDetails = z.infer<typeof problemDetailsSchema>

/** A problem as data: what is stored with a failed sync and shown on a diagnostics card. */
export const problemSchema = problemDetailsSchema.extend({
  code: z.enum(Object.keys(problemStatus) as [ProblemCode, ...ProblemCode[]]),
  message: z.string(),
})
export type ProblemData = z.infer<typeof problemSchema>

/** What the domains throw. The router turns it into the error of the contract with the same code. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly details: ProblemDetails

  constructor(code: ProblemCode, message: string, details: Partial<ProblemDetails> = {}, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.details = { cause: message, remedies: [], ...details }
  }

  toData(): ProblemData {
    return { code: this.code, message: this.message, ...this.details }
  }
}

/** The input names a field that is wrong. */
export function invalidField(field: string, message: string, remedies: string[] = []): Problem {
  return new Problem('INVALID_INPUT', message, { cause: message, remedies, fields: [{ field, message }] })
}

/** Nothing with this id. `what` is a noun of the product ("account", "key"). */
export function notFound(what: string, id: number | string): Problem {
  return new Problem('NOT_FOUND', `There is no ${what} with the id ${id}.`, {
    cause: `The ${what} was deleted, or the id is wrong.`,
    remedies: ['Refresh the list and choose again.'],
  })
}

/** One finding of a schema, as zod and every Standard Schema report it. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** Names every field that is wrong (at most 20), in the words of the schema. */
export function invalidInput(issues: readonly SchemaIssue[]): Problem {
  const fields = issues.slice(0, 20).map((issue) => ({
    field: (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
    message: issue.message,
  }))
  const first = fields[0]
  const message =
    first === undefined
      ? 'The input is not valid.'
      : first.field === ''
        ? first.message
        : `${first.field}: ${first.message}`
  return new Problem('INVALID_INPUT', message, {
    cause: message,
    remedies: ['Correct the named fields and try again. Nothing was changed.'],
    fields,
  })
}
