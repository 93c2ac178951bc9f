import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import type { SendInput } from '../../shared/contract/sender.ts'
import { type SchemeId, schemes } from '../../shared/webhook-schemes.ts'
import { headerOf } from './compose.ts'
import { jsonValueAt, withJsonValue } from './json-text.ts'

/** An event with the id by which its receiver tells it from others. */
export interface Identified {
  readonly event: SendInput
  readonly id: string
  /** Whether the receiver sees the id at all. */
  readonly visible: boolean
}

/** Where senders put the id of an event when their scheme does not say. */
const usualIdFields = ['id', 'event_id', 'eventId', 'message_id', 'messageId', 'webhook_id']

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The event with the id it has: that of its header or body, or a new one where it has none. */
export function asGiven(event: SendInput, scheme: SchemeId | null): Identified {
  const idHeader = scheme === null ? null : schemes[scheme].idHeader
  if (idHeader !== null) {
    return { event, id: headerOf(event.headers, idHeader) ?? newHeaderId(scheme), visible: true }
  }
  const place = bodyId(event, scheme)
  return place === null
    ? { event, id: newHeaderId(null), visible: false }
    : { event, id: signable(place.value), visible: true }
}

/** The same event as if it had happened again: with an id of its own in the form of the present one. */
export function asNew(event: SendInput, scheme: SchemeId | null): Identified {
  if (scheme !== null && schemes[scheme].idHeader !== null) {
    return { event, id: newHeaderId(scheme), visible: true }
  }
  const place = bodyId(event, scheme)
  if (place === null) return { event, id: newHeaderId(null), visible: false }
  const value = another(place.value)
  const body = withJsonValue(event.body, place.path, value)
  return body === null
    ? { event, id: newHeaderId(null), visible: false }
    : { event: { ...event, body }, id: signable(value), visible: true }
}

/** The event with another type, or null where its scheme has no place for one that could be changed. */
export function withType(event: SendInput, scheme: SchemeId, type: string): SendInput | null {
  const { eventHeader, eventField } = schemes[scheme]
  if (eventHeader !== null) {
    const others = event.headers.filter(({ name }) => name.toLowerCase() !== eventHeader)
    return { ...event, headers: [...others, { name: eventHeader, value: type }] }
  }
  const field = [eventField, 'type', 'event', 'event_type'].find(
    (path) => path !== null && path !== undefined && typeof jsonValueAt(event.body, path) === 'string',
  )
  const body = field == null ? null : withJsonValue(event.body, field, type)
  return body === null ? null : { ...event, body }
}

function bodyId(event: SendInput, scheme: SchemeId | null): { path: string; value: string | number } | null {
  const field = scheme === null ? null : schemes[scheme].idField
  for (const path of field === null ? usualIdFields : [field, ...usualIdFields]) {
    const value = jsonValueAt(event.body, path)
    if (typeof value === 'string' && value !== '') return { path, value }
    if (typeof value === 'number' && Number.isSafeInteger(value)) return { path, value }
  }
  return null
}

/** GitHub, GitLab, Shopify, Linear and Twilio write UUIDs; ids of Standard Webhooks must not contain a dot. */
function newHeaderId(scheme: SchemeId | null): string {
  const isStandard = scheme === null || scheme === 'standard-webhooks' || scheme === 'svix'
  return isStandard ? `msg_${randomBytes(15).toString('base64url')}` : randomUUID()
}

function another(value: string | number): string | number {
  if (typeof value === 'number') return randomInt(1_000_000_000, 281_000_000_000_000)
  if (uuid.test(value)) return randomUUID()
  const prefix = value.slice(0, value.lastIndexOf('_') + 1)
  return prefix + randomBytes(12).toString('hex')
}

/** What stands for the id where a scheme signs one: ids in bodies may be anything. */
function signable(value: string | number): string {
  const text = String(value)
  return /^[\x21-\x7e]{1,256}$/.test(text) ? text : newHeaderId(null)
}
