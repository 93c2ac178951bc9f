import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { firstHeader } from '../../raw-headers.ts'
import { hasManyParameters, isForm } from '../rules/url-bound.ts'
import type { SignedRequest } from '../types.ts'
import { rewrittenJson } from './json-styles.ts'
import { as, type Candidate, type DoctorCause } from './types.ts'

/** Bytes above which a body is only tried with what costs nothing. */
export const LONG_BODY = 128 * 1024
/** Bytes a compressed body may grow to. */
const MAX_UNPACKED = 2 * 1024 * 1024

const RAW = 'Verify and forward the bytes as they arrived: read the raw body before any parser touches it.'
const SAME = 'Sign exactly the bytes that are sent, after everything that changes them.'

type BodyCandidate = Candidate<Uint8Array>

/** Bodies that come of the known mistakes, likeliest first. They are made as they are asked for. */
export function* mistakenBodies(request: SignedRequest): Generator<BodyCandidate> {
  const { body } = request
  yield* edges(body)
  if (body.length > LONG_BODY) return
  yield* texts(body)
  yield* unpacked(request)
  yield* forms(request)
  for (const { name, body: rewritten } of rewrittenJson(body)) {
    yield as(
      rewritten,
      'body-reserialised',
      `The signature fits the body written as ${name}: between signing and arrival it was parsed and written again.`,
      'Send the very text that was signed. A relay or proxy in between must pass the raw body on; a handler must verify it before it parses.',
    )
  }
}

function* edges(body: Uint8Array): Generator<BodyCandidate> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const last = bytes.at(-1)
  if (last === 0x0a) {
    const cut = bytes.at(-2) === 0x0d ? 2 : 1
    yield as(bytes.subarray(0, -cut), 'body-newline', 'The body has a line break at its end that was not signed.', SAME)
  }
  for (const ending of ['\n', '\r\n']) {
    const longer = Buffer.concat([bytes, Buffer.from(ending)])
    yield as(longer, 'body-newline', 'The line break at the end of the body was signed, but did not arrive.', RAW)
  }
  const bom = Buffer.from([0xef, 0xbb, 0xbf])
  if (bytes.subarray(0, 3).equals(bom)) {
    yield as(bytes.subarray(3), 'body-bom', 'The body begins with a byte order mark that was not signed.', SAME)
  } else {
    yield as(
      Buffer.concat([bom, bytes]),
      'body-bom',
      'The byte order mark before the body was signed, but did not arrive.',
      RAW,
    )
  }
  if (bytes.length > 0) {
    const sentence = 'The sender signed an empty body, and sent this one.'
    yield as(
      Buffer.alloc(0),
      'body-empty',
      sentence,
      'Sign after the body is complete; a stream that was read once is empty the second time.',
    )
  }
}

function* texts(body: Uint8Array): Generator<BodyCandidate> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const text = bytes.toString('utf8')
  // Latin-1 keeps every byte, whatever the body is written in.
  const kept = bytes.toString('latin1')
  const tried: readonly (readonly [Buffer, DoctorCause, string, string])[] = [
    [
      Buffer.from(kept.replaceAll('\r\n', '\n'), 'latin1'),
      'body-line-endings',
      'The body has Windows line breaks (CRLF), and was signed with plain ones (LF).',
      SAME,
    ],
    [
      Buffer.from(kept.replace(/\r?\n/g, '\r\n'), 'latin1'),
      'body-line-endings',
      'The body was signed with Windows line breaks (CRLF), and arrived with plain ones (LF).',
      RAW,
    ],
    [trimmed(bytes), 'body-whitespace', 'The body has spaces or line breaks around it that were not signed.', SAME],
    [
      Buffer.from(text),
      'body-charset',
      'The body is not UTF-8, and was signed as text in which the other bytes were lost.',
      'Sign bytes, not text.',
    ],
    [
      Buffer.from(kept),
      'body-charset',
      'The body was signed as UTF-8 and arrived as Latin-1, or the other way round.',
      RAW,
    ],
    [
      Buffer.from('[object Object]'),
      'body-object-text',
      'The sender signed the text "[object Object]": an object was joined to a text without being written as JSON.',
      SAME,
    ],
    [Buffer.from('{}'), 'body-empty', 'The sender signed "{}", and sent this body.', SAME],
    [Buffer.from('undefined'), 'body-empty', 'The sender signed the word "undefined" in place of the body.', SAME],
    [Buffer.from('null'), 'body-empty', 'The sender signed the word "null" in place of the body.', SAME],
    [Buffer.from(bytes.toString('base64')), 'body-base64', 'The body was signed in base64, and sent plain.', SAME],
  ]
  for (const [changed, cause, sentence, remedy] of tried) {
    if (!changed.equals(bytes)) yield as(changed, cause, sentence, remedy)
  }
  const narrow = Buffer.from(text, 'latin1')
  if (!narrow.equals(bytes)) {
    yield as(narrow, 'body-charset', 'The body was signed as Latin-1 and arrived as UTF-8.', RAW)
  }
  // One class of signs and one repetition: others go over long bodies again and again.
  if (/^[A-Za-z0-9+/=\s]+$/.test(text)) {
    const sentence = 'The body arrived in base64, and was signed before that (some gateways hand it over so).'
    yield as(Buffer.from(text, 'base64'), 'body-base64', sentence, 'Decode the body before it is verified.')
  }
}

/** Without spaces, tabs and line breaks at both ends. */
function trimmed(bytes: Buffer): Buffer {
  const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a
  let from = 0
  let to = bytes.length
  while (from < to && isSpace(bytes[from])) from += 1
  while (to > from && isSpace(bytes[to - 1])) to -= 1
  return bytes.subarray(from, to)
}

/** A body that was compressed after it was signed. */
function* unpacked({ body, rawHeaders }: SignedRequest): Generator<BodyCandidate> {
  const limit = { maxOutputLength: MAX_UNPACKED }
  const packed = firstHeader(rawHeaders, 'content-encoding') !== null
  const magic = body[0] === 0x1f && body[1] === 0x8b
  if (!packed && !magic) return
  for (const unpack of [gunzipSync, inflateSync, brotliDecompressSync]) {
    try {
      const sentence = 'The body arrived compressed, and was signed before that.'
      yield as(unpack(body, limit), 'body-compressed', sentence, 'Verify the body after it is unpacked.')
      return
    } catch {
      // It is not packed in this way, or would grow beyond the limit.
    }
  }
}

/** A form written again, or taken apart. */
function* forms({ body, rawHeaders }: SignedRequest): Generator<BodyCandidate> {
  if (!isForm(firstHeader(rawHeaders, 'content-type')) || hasManyParameters(body)) return
  const text = Buffer.from(body).toString('utf8')
  const pairs = [...new URLSearchParams(text)]
  const encoded = pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
  const again = new URLSearchParams(text)
  const inOrder = new URLSearchParams(text)
  inOrder.sort()
  const sentence = 'The form was parsed and written again between signing and arrival.'
  const others = [
    again.toString(),
    encoded.join('&'),
    again.toString().replaceAll('+', '%20'),
    text.replaceAll('%20', '+'),
    text.replaceAll('+', '%20'),
    inOrder.toString(),
    JSON.stringify(Object.fromEntries(pairs)),
  ]
  for (const other of new Set(others)) {
    if (other !== text) yield as(Buffer.from(other, 'utf8'), 'body-form', sentence, RAW)
  }
  const payload = again.get('payload')
  if (payload !== null) {
    const only = 'The sender signed the field "payload" of the form, not the form it sent.'
    yield as(Buffer.from(payload, 'utf8'), 'body-form', only, SAME)
  }
}
