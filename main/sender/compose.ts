import type { Header } from '../../shared/contract/receiver.ts'
import type { SendInput, Signing } from '../../shared/contract/sender.ts'
import { invalidField } from '../../shared/problems.ts'
import { headerPairs } from '../../shared/raw-headers.ts'
import { type SchemeId, type SchemeOptions, schemes } from '../../shared/webhook-schemes.ts'
import { prepareToSign, sign, signatureHeaderNames } from '../../shared/webhook-signatures.ts'
import { requireOwnScheme } from '../kept-secrets.ts'
import type { EndpointBook } from '../receiver/ports.ts'

/** How events are signed, with the secret itself. Lives as long as one call. */
export interface Seal {
  readonly scheme: SchemeId
  readonly options: SchemeOptions | null
  readonly secrets: readonly string[]
}

/** A request as it goes out: headers in their order, body as bytes. */
export interface Composed {
  readonly method: string
  readonly url: string
  /** name, value, name, value. */
  readonly rawHeaders: readonly string[]
  readonly body: Uint8Array
}

/**
 * Null where nothing is signed. Throws INVALID_INPUT without a secret; for a stored one NOT_FOUND, VAULT_*, and FORBIDDEN
 * like {@link requireOwnScheme}.
 */
export function sealOf(signing: Signing, endpoints: EndpointBook): Seal | null {
  if (signing === null) return null
  const { scheme, options, secretId, secret } = signing
  if (secret !== undefined) return { scheme, options, secrets: [secret] }
  if (secretId === undefined) {
    throw invalidField('signing.secret', 'Give a secret to sign with, or choose one of an endpoint.')
  }
  const stored = endpoints.secret(secretId)
  requireOwnScheme(endpoints, stored.endpointId, scheme)
  return { scheme, options, secrets: [stored.secret] }
}

/**
 * The request of one attempt. `id` is the idempotency id and `at` the time of the signature in epoch milliseconds.
 * Headers of the event that the scheme writes itself are replaced. For Twilio the URL gets the hash of a body that is
 * no form, and a `webhookTimestamp` in a body for Linear becomes `at`. Throws INVALID_INPUT for a secret of the wrong form.
 */
export function compose(event: SendInput, seal: Seal | null, { id, at }: { id: string; at: number }): Composed {
  const { method, url } = event
  const contentType = headerOf(event.headers, 'content-type') ?? (event.contentType === '' ? null : event.contentType)
  const given = event.headers.filter(({ name }) => name.toLowerCase() !== 'content-type')
  const first: [string, string][] = contentType === null ? [] : [['Content-Type', contentType]]
  const body = Buffer.from(event.body, 'utf8')
  if (seal === null) return { method, url, rawHeaders: flat([...first, ...pairs(given)]), body }
  const message = prepareToSign(seal.scheme, { method, url, body, id, timestamp: at, contentType })
  const signed = sign(seal.scheme, message, seal.secrets, seal.options)
  const own = new Set(signatureHeaderNames(seal.scheme, seal.options))
  const { idHeader } = schemes[seal.scheme]
  const withId: [string, string][] = idHeader === null || own.has(idHeader) ? signed : [[idHeader, id], ...signed]
  const kept = given.filter(({ name }) => !own.has(name.toLowerCase()) && name.toLowerCase() !== idHeader)
  return {
    method: message.method,
    url: message.url,
    rawHeaders: flat([...first, ...pairs(kept), ...withId]),
    body: message.body,
  }
}

/** Value of the first header of that name (lower case). */
export function headerOf(headers: readonly Header[], name: string): string | undefined {
  return headers.find((header) => header.name.toLowerCase() === name)?.value
}

/** Lower-case names of the headers that carry the signature itself. */
export function signatureHeadersOf({ scheme, options }: Seal): readonly string[] {
  return scheme === 'generic-hmac' && options?.header !== undefined
    ? [options.header.toLowerCase()]
    : schemes[scheme].signatureHeaders
}

/** The headers with those for which `change` gives another value changed, and those taken out for which it gives null. */
export function mapHeaders(
  rawHeaders: readonly string[],
  change: (name: string, value: string) => string | null,
): readonly string[] {
  return headerPairs(rawHeaders).flatMap(([name, value]) => {
    const changed = change(name.toLowerCase(), value)
    return changed === null ? [] : [name, changed]
  })
}

function pairs(headers: readonly Header[]): [string, string][] {
  return headers.map(({ name, value }) => [name, value])
}

function flat(headers: readonly (readonly [string, string])[]): string[] {
  return headers.flat()
}
