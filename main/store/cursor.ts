import type { z } from 'zod'
import { invalidField } from '../../shared/problems.ts'

/** A keyset position as opaque text. */
export function encodeCursor(position: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(position), 'utf8').toString('base64url')
}

/** Throws INVALID_INPUT for anything {@link encodeCursor} did not make for this list. */
export function decodeCursor<T extends z.ZodType>(cursor: string, schema: T): z.output<T> {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch {
    throw invalidField('cursor', 'This is not a position in this list.', [
      'Start again without a cursor and pass on `nextCursor` unchanged.',
    ])
  }
}
