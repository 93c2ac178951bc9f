import type { VerdictRecord } from '../../../shared/contract/captures.ts'
import { receiverLimits } from '../../../shared/limits.ts'
import { firstHeader } from '../../../shared/raw-headers.ts'

/** What an endpoint looks at to decide how it answers. */
export interface AskedRequest {
  readonly method: string
  /** Below the slug, with the query: "/a?b=c", or "" for the slug alone. */
  readonly path: string
  /** name, value, name, value, as they arrived. */
  readonly rawHeaders: readonly string[]
  readonly body: Uint8Array
  /** UTC epoch milliseconds of the arrival. */
  readonly at: number
  readonly verdict: VerdictRecord
  /** The idempotency id of the event, or null. */
  readonly eventId: string | null
  /** The body as JSON, parsed once; undefined where it is none or longer than `receiverLimits.parsedBody`. */
  bodyJson(): unknown
}

/** Path and query apart; the path begins with a slash. */
export function splitPath(path: string): { readonly path: string; readonly query: string } {
  const mark = path.indexOf('?')
  const before = mark < 0 ? path : path.slice(0, mark)
  return { path: before === '' ? '/' : before, query: mark < 0 ? '' : path.slice(mark + 1) }
}

/** Bytes that are no UTF-8 become U+FFFD. */
export function textOf(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
}

/**
 * A field of the body by its path ("data.items.0.id"): of a JSON body, or by name of a form. Undefined where there is
 * none. Only what the sender wrote counts, nothing that objects inherit. A name with dots in it is found as well.
 */
export function fieldOf(request: AskedRequest, path: string): unknown {
  const json = request.bodyJson()
  if (json !== undefined) return fieldOfJson(json, path)
  if (request.body.byteLength > receiverLimits.parsedBody) return undefined
  const type = firstHeader(request.rawHeaders, 'content-type')?.toLowerCase() ?? ''
  if (!type.startsWith('application/x-www-form-urlencoded')) return undefined
  return new URLSearchParams(textOf(request.body)).get(path) ?? undefined
}

function fieldOfJson(json: unknown, path: string): unknown {
  let value = json
  let rest = path
  for (;;) {
    if (typeof value !== 'object' || value === null) return undefined
    const whole = own(value, rest)
    if (whole !== undefined) return whole
    const dot = rest.indexOf('.')
    if (dot < 0) return undefined
    value = own(value, rest.slice(0, dot))
    rest = rest.slice(dot + 1)
  }
}

function own(holder: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(holder, name)?.value
}
