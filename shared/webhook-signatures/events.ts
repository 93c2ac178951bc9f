import { firstHeader } from '../raw-headers.ts'
import { type SchemeId, schemes } from '../webhook-schemes.ts'

export interface EventFacts {
  readonly type: string | null
  /** The idempotency id: what is the same when the same event is delivered again. */
  readonly id: string | null
}

const MAX_TYPE = 200
const MAX_ID = 256

const usualTypeHeaders = ['x-event-type', 'x-event-name', 'x-webhook-event', 'x-webhook-topic', 'x-event', 'ce-type']
const usualTypeFields = ['type', 'event', 'event_type', 'eventType', 'event_name', 'eventName', 'topic', 'action']
const usualIdHeaders = [
  'webhook-id',
  'idempotency-key',
  'x-idempotency-key',
  'x-event-id',
  'x-webhook-id',
  'x-delivery-id',
  'ce-id',
]
const usualIdFields = ['id', 'event_id', 'eventId', 'message_id', 'messageId', 'webhook_id']

/**
 * Type and idempotency id of an event: where its scheme puts them, else at the usual names. `bodyJson` is the parsed
 * body, undefined when it is no JSON. What is longer than 200 (type) or 256 (id) characters, or is no text or whole
 * number, does not count.
 */
export function eventOf(scheme: SchemeId | null, rawHeaders: readonly string[], bodyJson: unknown): EventFacts {
  const info = scheme === null ? null : schemes[scheme]
  return {
    type: firstOf(
      rawHeaders,
      bodyJson,
      MAX_TYPE,
      [info?.eventHeader, ...usualTypeHeaders],
      [info?.eventField, ...usualTypeFields],
    ),
    id: firstOf(
      rawHeaders,
      bodyJson,
      MAX_ID,
      [info?.idHeader, ...(info?.idField == null ? usualIdHeaders : [])],
      [info?.idField, ...usualIdFields],
    ),
  }
}

function firstOf(
  rawHeaders: readonly string[],
  bodyJson: unknown,
  longest: number,
  headers: readonly (string | null | undefined)[],
  fields: readonly (string | null | undefined)[],
): string | null {
  for (const header of headers) {
    const value = header == null ? null : usable(firstHeader(rawHeaders, header), longest)
    if (value !== null) return value
  }
  for (const field of fields) {
    const value = field == null ? null : usable(valueAt(bodyJson, field), longest)
    if (value !== null) return value
  }
  return null
}

function valueAt(json: unknown, path: string): unknown {
  let value = json
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = Reflect.get(value, part)
  }
  return value
}

function usable(value: unknown, longest: number): string | null {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  return typeof text === 'string' && text !== '' && text.length <= longest ? text : null
}
