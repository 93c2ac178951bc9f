import { firstHeader } from '../../../shared/raw-headers.ts'
import type { Answered } from '../exchange.ts'

/** Headers with which handlers say that an event was processed before: "true", or "false" for the first time. */
const duplicateHeaders = [
  'webhook-duplicate',
  'x-webhook-duplicate',
  'x-duplicate',
  'idempotent-replayed',
  'idempotency-replayed',
  'x-idempotent-replay',
]

/**
 * What the handler itself says about whether it had processed the event before: through one of the headers, the status
 * 208 (Already Reported), or a field `duplicate` of a JSON answer. Null: it does not say.
 */
export function saysDuplicate(answer: Answered): boolean | null {
  for (const name of duplicateHeaders) {
    const value = firstHeader(answer.rawHeaders, name)?.trim().toLowerCase()
    if (value === 'true' || value === '1' || value === 'yes') return true
    if (value === 'false' || value === '0' || value === 'no') return false
  }
  if (answer.status === 208) return true
  const parsed = parse(answer)
  if (typeof parsed !== 'object' || parsed === null || !('duplicate' in parsed)) return null
  return typeof parsed.duplicate === 'boolean' ? parsed.duplicate : null
}

/** Answers to the same event and to another one, each with the id that was sent. */
export interface Compared {
  readonly answer: Answered
  readonly id: string
}

/**
 * Whether the answer to a repeated event proves that it was remembered: it is the same as the first one, although
 * another event gets a different answer. An id that is only sent back does not count as a difference.
 */
export function remembers(first: Compared, repeated: Compared, other: Compared): boolean {
  const text = textOf(first)
  return text !== '' && text === textOf(repeated) && text !== textOf(other)
}

function textOf({ answer, id }: Compared): string {
  return Buffer.from(answer.body).toString('utf8').replaceAll(id, '')
}

function parse(answer: Answered): unknown {
  try {
    return JSON.parse(Buffer.from(answer.body).toString('utf8'))
  } catch {
    return null
  }
}
