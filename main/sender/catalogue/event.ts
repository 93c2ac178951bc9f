import type { Header } from '../../../shared/contract/receiver.ts'
import type { SampleEvent } from '../../../shared/contract/sender.ts'
import type { SchemeId } from '../../../shared/webhook-schemes.ts'

/** What differs between the events of one family. */
interface EventText {
  readonly eventType: string
  readonly summary: string
  /** Headers besides content type and signature. */
  readonly headers?: Readonly<Record<string, string>>
}

interface Family {
  /** Beginning of the ids: "stripe". */
  readonly id: string
  readonly source: string
  readonly scheme: SchemeId
  /** Spaces by which the sender indents its JSON. */
  readonly indent?: number
}

/** An event whose body is JSON, written as the sender writes it. */
export function jsonEvent(family: Family, text: EventText, body: unknown): SampleEvent {
  return { ...facts(family, text), contentType: 'application/json', body: JSON.stringify(body, null, family.indent) }
}

/** An event whose body is a form. */
export function formEvent(family: Family, text: EventText, fields: Readonly<Record<string, string>>): SampleEvent {
  return {
    ...facts(family, text),
    contentType: 'application/x-www-form-urlencoded; charset=utf-8',
    body: new URLSearchParams(fields).toString(),
  }
}

function facts({ id, source, scheme }: Family, { eventType, summary, headers = {} }: EventText) {
  const list: Header[] = Object.entries(headers).map(([name, value]) => ({ name, value }))
  return { id: `${id}:${eventType}`, source, scheme, eventType, summary, headers: list }
}
