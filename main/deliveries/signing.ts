import { randomUUID } from 'node:crypto'
import type { Resign } from '../../shared/contract/deliveries.ts'
import { invalidField } from '../../shared/problems.ts'
import { firstHeader } from '../../shared/raw-headers.ts'
import { type SchemeId, schemes } from '../../shared/webhook-schemes.ts'
import {
  detectScheme,
  eventOf,
  prepareToSign,
  sign,
  signatureHeaderNames,
  verify,
} from '../../shared/webhook-signatures.ts'
import type { StoredCapture } from '../captures/capture-record.ts'
import { requireOwnScheme } from '../kept-secrets.ts'
import type { EndpointBook } from '../receiver/ports.ts'
import type { Outgoing } from './outgoing.ts'

type Stamp = 'original' | 'fresh'

/** Every header in which any scheme puts a signature. One that was made for other bytes or by another key says nothing. */
const signatureHeaders = new Set(
  Object.entries(schemes).flatMap(([id, info]) => (id === 'generic-hmac' ? [] : info.signatureHeaders)),
)

/**
 * The request signed anew: old signature headers go, the new ones stand where the old stood. The id of the delivery is
 * kept, the timestamp is `now`, or the one it was captured with. Where the scheme covers the time or the body by
 * something outside the headers, that is changed too: the number `webhookTimestamp` in a body for Linear, `bodySHA256`
 * in the URL for Twilio. Nothing else changes.
 *
 * Throws INVALID_INPUT where there is no secret or it cannot sign, NOT_FOUND for a secret that is gone, FORBIDDEN like
 * {@link requireOwnScheme}, and like `Secrets.requireReady` while the vault is locked.
 */
export function resigned(
  endpoints: EndpointBook,
  capture: StoredCapture,
  outgoing: Outgoing,
  resign: Resign,
  stamp: Stamp,
  now: number,
): Outgoing {
  const { scheme } = resign
  const options = endpoints.facts(capture.endpointId).schemeOptions
  const secret = secretFor(endpoints, capture.endpointId, resign)
  const { rawHeaders } = outgoing
  const message = prepareToSign(scheme, {
    method: outgoing.method,
    url: outgoing.url,
    body: outgoing.body,
    id: deliveryId(scheme, capture, rawHeaders),
    timestamp: stamp === 'fresh' ? now : capturedTime(scheme, capture, secret),
    contentType: firstHeader(rawHeaders, 'content-type'),
  })
  const written = sign(scheme, message, [secret], options)
  const replaced = new Set([...signatureHeaders, ...signatureHeaderNames(scheme, options)])
  return {
    ...outgoing,
    url: message.url,
    body: message.body,
    rawHeaders: replaceHeaders(rawHeaders, replaced, written),
  }
}

/** Scheme of `resign: true`: that of the endpoint, or the one the headers show. Throws INVALID_INPUT without any. */
export function schemeToSignWith(endpoints: EndpointBook, capture: StoredCapture): SchemeId {
  const scheme = endpoints.facts(capture.endpointId).scheme ?? detectScheme(capture.rawHeaders)
  if (scheme !== null) return scheme
  throw invalidField('resign', 'There is no signature scheme to sign with.', [
    'Name the scheme, or set one for the endpoint: this request has no signature that is known.',
  ])
}

/** Throws INVALID_INPUT where a fresh timestamp would break the signature. */
export function requireFreshPossible(endpoints: EndpointBook, capture: StoredCapture): void {
  const scheme = endpoints.facts(capture.endpointId).scheme ?? detectScheme(capture.rawHeaders)
  if (scheme === null || !schemes[scheme].timed) return
  throw invalidField('timestamp', `${schemes[scheme].name} signs the time: a fresh one needs a new signature.`, [
    'Sign anew with a secret of the endpoint.',
    'Or keep the original timestamp.',
  ])
}

/** Throws INVALID_INPUT, NOT_FOUND, FORBIDDEN like {@link requireOwnScheme}, and like `Secrets.requireReady`. */
export function secretFor(endpoints: EndpointBook, endpointId: number, resign: Resign): string {
  if (resign.secret !== undefined) return resign.secret
  if (resign.secretId !== undefined) {
    const stored = endpoints.secret(resign.secretId)
    requireOwnScheme(endpoints, stored.endpointId, resign.scheme)
    return stored.secret
  }
  const [first] = endpoints.secretsOf(endpointId)
  if (first !== undefined) {
    requireOwnScheme(endpoints, endpointId, resign.scheme)
    return first.secret
  }
  throw invalidField('resign', 'The endpoint has no secret to sign with.', [
    'Add the secret to the endpoint.',
    'Or give one with this call; it is not stored.',
  ])
}

function capturedTime(scheme: SchemeId, capture: StoredCapture, secret: string): number {
  const { rawHeaders, body, method, publicUrl } = capture
  const seen = verify(scheme, { method, url: publicUrl, rawHeaders, body }, [secret], capture.at).timestamp
  return seen ?? capture.verdict.timestamp ?? capture.at
}

function deliveryId(scheme: SchemeId, capture: StoredCapture, rawHeaders: readonly string[]): string {
  const { idHeader } = schemes[scheme]
  const own = idHeader === null ? null : firstHeader(rawHeaders, idHeader)
  const known = own ?? eventOf(capture.verdict.scheme, rawHeaders, undefined).id
  // An id with other characters cannot stand in a header, and Standard Webhooks takes a dot for the end of the id.
  if (known !== null && /^[\x21-\x2d\x2f-\x7e]{1,256}$/.test(known)) return known
  if (own !== null && /^[\x21-\x7e]{1,256}$/.test(own)) return own
  return `msg_${randomUUID().replaceAll('-', '')}`
}

/** A header that is written anew stays in its place and spelling; others follow the last of them, or come at the end. */
function replaceHeaders(
  rawHeaders: readonly string[],
  replaced: ReadonlySet<string>,
  written: readonly (readonly [string, string])[],
): string[] {
  const left = new Map(written.map(([name, value]) => [name.toLowerCase(), [name, value] as const]))
  const headers: string[] = []
  let last: number | null = null
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    const lower = name.toLowerCase()
    const anew = left.get(lower)
    if (anew !== undefined) headers.push(name, anew[1])
    else if (!replaced.has(lower)) headers.push(name, rawHeaders[at + 1] ?? '')
    if (anew !== undefined || replaced.has(lower)) last = headers.length
    left.delete(lower)
  }
  headers.splice(last ?? headers.length, 0, ...[...left.values()].flat())
  return headers
}
