import { createHash } from 'node:crypto'
import { firstHeader } from '../../raw-headers.ts'
import { countOf } from '../../words.ts'
import { equalBytes, hmac, secretFirstHex } from '../digests.ts'
import { isFault, malformed, singleHeader, wrongVersion } from '../header-faults.ts'
import { textKey } from '../keys.ts'
import { readStamp } from '../stamps.ts'
import type { Claim, Fault, MessageInput, Part, SchemeRules, SignedRequest } from '../types.ts'
import { claimed } from './shared.ts'
import { twilioUrlForms } from './twilio-urls.ts'

/**
 * URL, then for forms every key in order followed by its values (repeated ones once, in order). A URL with `bodySHA256`
 * vouches for any other body through its hash. Source: twilio 6.2.0. A body that is neither is not covered at all,
 * there as here.
 */
export const twilio: SchemeRules = {
  id: 'twilio',
  read: (request) => claimed(singleHeader(request.rawHeaders, 'x-twilio-signature')),
  readKey: textKey,
  message: twilioMessage,
  tooLong: tooLongForTwilio,
  urlForms: twilioUrlForms,
  macForm: () => hmac.sha1Base64,
  clock: 'seconds',
  writeStamp: null,
  write: ([signature], { id }) => [
    ['I-Twilio-Idempotency-Token', id],
    ['X-Twilio-Signature', signature?.text ?? ''],
  ],
}

function twilioMessage({ url, body, contentType }: MessageInput): readonly Part[] | null {
  if (url.includes('bodySHA256')) {
    const claimedHash =
      new URLSearchParams(url.slice(url.indexOf('?') + 1).replace(/#.*$/s, '')).get('bodySHA256') ?? ''
    return equalBytes(Buffer.from(hashes.of(body)), Buffer.from(claimedHash)) ? [url] : null
  }
  return isForm(contentType) ? [url, formTexts.of(body)] : [url]
}

/** Characters of a URL above which it is neither parsed nor written anew: the ones senders register have hundreds. */
export const LONG_URL = 8 * 1024
/** Bytes and parameters of a form above which it is not sorted. Twilio's own have 4 KB and some dozens. */
const LONG_FORM = 256 * 1024
const MAX_PARAMETERS = 1_000

function longUrl({ url }: SignedRequest): string | null {
  return url !== null && url.length > LONG_URL
    ? `The URL has more than ${LONG_URL} characters. The sender's are shorter, so the signature was not checked.`
    : null
}

function tooLongForTwilio(request: SignedRequest): string | null {
  const { rawHeaders, body } = request
  const url = longUrl(request)
  if (url !== null) return url
  if (!isForm(firstHeader(rawHeaders, 'content-type'))) return null
  if (body.length > LONG_FORM) {
    return `The form has more than ${LONG_FORM / 1024} KB. Twilio's are shorter, so the signature was not checked.`
  }
  return hasManyParameters(body)
    ? `The form has more than ${countOf(MAX_PARAMETERS, 'parameter')}. Twilio's have fewer, so the signature was not checked.`
    : null
}

export function hasManyParameters(form: Uint8Array): boolean {
  let count = 1
  for (let at = form.indexOf(0x26); at >= 0 && count <= MAX_PARAMETERS; at = form.indexOf(0x26, at + 1)) count += 1
  return count > MAX_PARAMETERS
}

/** What is made of a body, once however many URLs it is tried with. */
class MadeOnce {
  readonly #made = new WeakMap<Uint8Array, string>()
  readonly #make: (body: Uint8Array) => string

  constructor(make: (body: Uint8Array) => string) {
    this.#make = make
  }

  of(body: Uint8Array): string {
    const known = this.#made.get(body)
    if (known !== undefined) return known
    const text = this.#make(body)
    this.#made.set(body, text)
    return text
  }
}

const hashes = new MadeOnce(bodyHash)
const formTexts = new MadeOnce(formText)

export function bodyHash(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex')
}

export function isForm(contentType: string | null): boolean {
  return contentType !== null && /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i.test(contentType)
}

function formText(body: Uint8Array): string {
  const values = new Map<string, Set<string>>()
  for (const [name, value] of new URLSearchParams(Buffer.from(body).toString('utf8'))) {
    const known = values.get(name)
    if (known === undefined) values.set(name, new Set([value]))
    else known.add(value)
  }
  return [...values.keys()]
    .sort()
    .map((name) =>
      [...(values.get(name) ?? [])]
        .sort()
        .map((value) => name + value)
        .join(''),
    )
    .join('')
}

/** URL exactly as it was registered, then the body. Source: square 46. */
export const square: SchemeRules = {
  id: 'square',
  read: (request) => claimed(singleHeader(request.rawHeaders, 'x-square-hmacsha256-signature')),
  readKey: textKey,
  message: ({ url, body }) => [url, body],
  urlForms: (url) => [url],
  macForm: () => hmac.sha256Base64,
  clock: 'seconds',
  writeStamp: null,
  write: ([signature]) => [['x-square-hmacsha256-signature', signature?.text ?? '']],
}

/**
 * Method, URL, body and timestamp (milliseconds). Some %-escapes of the URL are decoded first: the documentation says
 * so and lists them, the package (14.0.1) leaves it to its caller. Only age is checked: stamps of the future pass.
 */
export const hubspotV3: SchemeRules = {
  id: 'hubspot-v3',
  read: ({ rawHeaders }) => {
    const text = singleHeader(rawHeaders, 'x-hubspot-signature-v3')
    if (isFault(text)) return text
    const stamp = singleHeader(rawHeaders, 'x-hubspot-request-timestamp')
    if (isFault(stamp)) return stamp
    const timestamp = readStamp(stamp, 'milliseconds')
    return timestamp === null
      ? malformed('The header x-hubspot-request-timestamp is not a number of milliseconds.')
      : { id: '', stamp, timestamp, presented: [{ text, method: 'mac' }] }
  },
  readKey: textKey,
  message: ({ method, url, body, stamp }) => [method, url, body, stamp],
  tooLong: longUrl,
  urlForms: (url) => [decodedForHubspot(url)],
  macForm: () => hmac.sha256Base64,
  clock: 'milliseconds',
  writeStamp: (timestamp) => String(Math.floor(timestamp)),
  write: ([signature], { stamp }) => [
    ['X-HubSpot-Request-Timestamp', stamp],
    ['X-HubSpot-Signature-v3', signature?.text ?? ''],
  ],
}

/** The escapes HubSpot's documentation lists: : / ? @ ! $ ' ( ) * , ; */
const decodedEscapes = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi

function decodedForHubspot(url: string): string {
  return url.replace(decodedEscapes, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)))
}

/** SHA-256 (no HMAC) of secret, method, URL and body. */
export const hubspotV2: SchemeRules = {
  id: 'hubspot-v2',
  read: (request) => readOlder(request, 'v2'),
  readKey: textKey,
  message: ({ method, url, body }) => [method, url, body],
  urlForms: (url) => [url],
  macForm: () => secretFirstHex,
  clock: 'seconds',
  writeStamp: null,
  write: ([signature]) => [
    ['X-HubSpot-Signature-Version', 'v2'],
    ['X-HubSpot-Signature', signature?.text ?? ''],
  ],
}

/** SHA-256 (no HMAC) of secret and body. The URL is not signed, but v1 shares its header with v2. */
export const hubspotV1: SchemeRules = {
  ...hubspotV2,
  id: 'hubspot-v1',
  read: (request) => readOlder(request, 'v1'),
  message: ({ body }) => [body],
  urlForms: null,
  write: ([signature]) => [
    ['X-HubSpot-Signature-Version', 'v1'],
    ['X-HubSpot-Signature', signature?.text ?? ''],
  ],
}

function readOlder(request: SignedRequest, version: string): Claim | Fault {
  const stated = firstHeader(request.rawHeaders, 'x-hubspot-signature-version')
  const claim = claimed(singleHeader(request.rawHeaders, 'x-hubspot-signature'))
  if (isFault(claim) || stated === null || stated.toLowerCase() === version) return claim
  return wrongVersion(`The header x-hubspot-signature-version does not say ${version}.`)
}
