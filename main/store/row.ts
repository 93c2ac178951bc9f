import { z } from 'zod'
import { Problem } from '../../shared/problems.ts'

/**
 * A row of the database in the form its domain expects. `what` is a noun ("key"); the row's own id, if it has one, is
 * added to it. Throws STORE_FAILED naming the record and the column.
 */
export function readRow<T extends z.ZodType>(schema: T, row: unknown, what: string): z.output<T> {
  const parsed = schema.safeParse(row)
  if (parsed.success) return parsed.data
  const id = idOf(row)
  const name = id === null ? what : `${what} ${id}`
  const column = parsed.error.issues[0]?.path.join('.') ?? ''
  throw new Problem('STORE_FAILED', `The stored ${name} cannot be read.`, {
    cause: `Its row in the database does not have the expected form${column === '' ? '' : ` (${column})`}. Nothing was changed.`,
    remedies: ['Close Keyhold and put a copy from the folder "backups" in the place of the database.'],
    ...(id === null ? {} : { relatedIds: [id] }),
  })
}

/** All of them, or the problem of the first that cannot be read: for what is only right when it is complete. */
export function readRows<T extends z.ZodType>(schema: T, rows: readonly unknown[], what: string): z.output<T>[] {
  return rows.map((row) => readRow(schema, row, what))
}

/** Those that can be read; each other one is handed to `onUnreadable`: for lists that one bad row must not take away. */
export function readableRows<T extends z.ZodType>(
  schema: T,
  rows: readonly unknown[],
  what: string,
  onUnreadable: (problem: Problem) => void,
): z.output<T>[] {
  return rows.flatMap((row) => {
    try {
      return [readRow(schema, row, what)]
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      onUnreadable(error)
      return []
    }
  })
}

/** A text column that holds JSON. */
export function jsonColumn<T extends z.ZodType>(schema: T) {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        context.addIssue('This is not JSON.')
        return z.NEVER
      }
    })
    .pipe(schema)
}

function idOf(row: unknown): number | null {
  if (typeof row !== 'object' || row === null || !('id' in row)) return null
  return Number.isSafeInteger(row.id) ? Number(row.id) : null
}
