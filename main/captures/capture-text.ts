import { receiverLimits } from '../../shared/limits.ts'
import { firstHeader } from '../../shared/raw-headers.ts'
import { type EventFacts, eventOf } from '../../shared/webhook-signatures.ts'
import { decodeText } from './body-views/charset.ts'
import { unpack } from './body-views/content-coding.ts'
import { familyOf, readMediaType } from './body-views/media-type.ts'
import type { StoredCapture } from './capture-record.ts'
import { READ_AGAIN_BYTES } from './index-file.ts'

/** Bytes of a body whose words can be searched. */
const SEARCHED_BYTES = 64 * 1024
/** Bytes of a JSON body, unpacked, up to which it is parsed, for its event type and its fields. */
const PARSED_BYTES = receiverLimits.parsedBody

export interface CaptureContent {
  /** What is searched: request line, headers, body as text. */
  readonly text: string
  /** The parsed body; undefined where it is no JSON. */
  readonly json: unknown
}

/**
 * What a captured request says, as far as it can be read: only the first 64 KB of a body as text, nothing of a binary
 * one, JSON up to 4 MB, nothing of what unpacks to more. Never throws, whatever the request holds.
 */
export function contentOf(capture: StoredCapture): CaptureContent {
  const head = headText(capture)
  try {
    const body = bodyOf(capture)
    return { text: body.text === '' ? head : `${head} ${body.text}`, json: body.json }
  } catch {
    // A charset that cannot be made, a body that cannot be unpacked: the head can still be found.
    return { text: head, json: undefined }
  }
}

/** Type and idempotency id of the event a request tells of. */
export function eventOfCapture(capture: StoredCapture, { json }: CaptureContent): EventFacts {
  return eventOf(capture.verdict.scheme, capture.rawHeaders, json)
}

/**
 * Whether the body is short and not packed: only such a one may be read where others wait, since a packed body of a few
 * kilobytes can unpack to thousands of times its size.
 */
export function isReadQuickly({ rawHeaders, body }: StoredCapture): boolean {
  return body.byteLength <= READ_AGAIN_BYTES && (firstHeader(rawHeaders, 'content-encoding') ?? '') === ''
}

/** Like {@link eventOfCapture}, from the headers alone where the body is not read quickly. */
export function quickEventOf(capture: StoredCapture): EventFacts {
  const json = isReadQuickly(capture) ? contentOf(capture).json : undefined
  return eventOf(capture.verdict.scheme, capture.rawHeaders, json)
}

/** The part of a request target below the slug, with the query: "/a?b=c" of "/h/stripe/a?b=c". */
export function pathBelowSlug(target: string): string {
  return target.replace(/^\/h\/[^/?#]*/, '')
}

function headText({ method, target, rawHeaders, rawTrailers }: StoredCapture): string {
  const path = target.includes('%') || target.includes('+') ? `${target} ${formText(target)}` : target
  const parts = [method, path, ...rawHeaders, ...rawTrailers]
  return parts.join(' ')
}

function bodyOf({ rawHeaders, body }: StoredCapture): CaptureContent {
  if (body.byteLength === 0) return { text: '', json: undefined }
  const encoding = firstHeader(rawHeaders, 'content-encoding')
  const bytes = encoding === null || encoding === '' ? body : unpack(body, encoding, PARSED_BYTES).bytes
  const { type, parameters } = readMediaType(firstHeader(rawHeaders, 'content-type'))
  const charset = parameters.get('charset') ?? null
  const family = familyOf(type)
  if (bytes.byteLength <= PARSED_BYTES && maybeJson(bytes)) {
    const { text } =
      charset === null
        ? { text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8') }
        : decodeText(bytes, charset)
    const json = parsed(text)
    if (json !== undefined) return { text: unescaped(text.slice(0, SEARCHED_BYTES)), json }
  }
  const beginning = bytes.subarray(0, SEARCHED_BYTES)
  if (charset === null && isBinary(beginning)) return { text: '', json: undefined }
  const { text } = decodeText(beginning, charset)
  if (family === 'form') return { text: formText(text), json: undefined }
  return { text: maybeJson(bytes) ? unescaped(text) : text, json: undefined }
}

/** Whether the first byte that is no space can begin an object or a list, after a byte order mark or not. */
function maybeJson(bytes: Uint8Array): boolean {
  for (const byte of bytes.subarray(0, 64)) {
    if (byte === 0x7b || byte === 0x5b) return true
    if (![0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf].includes(byte)) return false
  }
  return false
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
  } catch {
    return undefined
  }
}

/** Text without a NUL in its beginning; UTF-16 says so in its byte order mark. */
function isBinary(bytes: Uint8Array): boolean {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return false
  return bytes.subarray(0, 1_024).includes(0)
}

/** Words inside JSON strings as they are meant: "a\nb" are two words, "Jos\u00e9" is one. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(
    /\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g,
    (_all, hex: string | undefined, short: string | undefined) =>
      hex !== undefined
        ? String.fromCharCode(Number.parseInt(hex, 16))
        : 'bfnrt'.includes(short ?? '')
          ? ' '
          : (short ?? ''),
  )
}

function formText(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'))
}
