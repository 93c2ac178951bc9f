import { decodeText, isPlainText } from './charset.ts'
import { familyOf, readMediaType } from './media-type.ts'

/** Parts that are shown. */
const MAX_PARTS = 200
/** Bytes of the headers of one part that are read. */
const MAX_PART_HEAD = 16_384
/** Bytes of a text part that are shown. */
const PART_TEXT = 4_096
/** RFC 2046 allows 70; real ones that are longer exist. */
const MAX_BOUNDARY = 200

export interface MultipartPart {
  readonly name: string
  readonly fileName: string | null
  readonly contentType: string | null
  readonly bytes: number
  readonly text: string | null
}

export interface Multipart {
  readonly parts: MultipartPart[]
  /** What is broken or left out, a sentence, or null. */
  readonly problem: string | null
}

/**
 * Parts of a multipart body, as many as can be had from a broken one. Null where no part can be found at all.
 * `boundary`: of the content type; where it is missing or does not occur, the first line of the body stands in for it.
 */
export function readMultipart(bytes: Uint8Array, boundary: string | null): Multipart | null {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const named = boundary === null || boundary === '' || boundary.length > MAX_BOUNDARY ? null : boundary
  if (named !== null) {
    const found = readParts(body, named)
    if (found !== null) return found
  }
  const guessed = firstLineBoundary(body)
  const found = guessed === null ? null : readParts(body, guessed)
  if (found === null) return null
  const guess =
    named === null
      ? 'The content type names no boundary; it was taken from the body.'
      : 'The boundary of the content type does not occur; one was taken from the body.'
  return { parts: found.parts, problem: found.problem === null ? guess : `${guess} ${found.problem}` }
}

function readParts(body: Buffer, boundary: string): Multipart | null {
  const marker = Buffer.from(`--${boundary}`, 'latin1')
  let at = nextMarker(body, marker, 0)
  if (at === -1) return null
  const parts: MultipartPart[] = []
  const problems = new Set<string>()
  for (;;) {
    const after = at + marker.length
    if (body.toString('latin1', after, after + 2) === '--') break
    const start = lineEnd(body, after)
    const next = nextMarker(body, marker, after)
    if (start === -1) {
      problems.add('It ends inside the first line of a part.')
      break
    }
    if (parts.length === MAX_PARTS) {
      problems.add(`Only the first ${MAX_PARTS} parts are shown.`)
      break
    }
    parts.push(
      readPart(body.subarray(start, next === -1 ? body.length : Math.max(start, contentEnd(body, next))), problems),
    )
    if (next === -1) {
      problems.add('The end mark is missing: the last part may not be whole.')
      break
    }
    at = next
  }
  return { parts, problem: problems.size === 0 ? null : [...problems].join(' ') }
}

/** Next boundary at the beginning of a line. */
function nextMarker(body: Buffer, marker: Buffer, from: number): number {
  for (let at = body.indexOf(marker, from); at !== -1; at = body.indexOf(marker, at + 1)) {
    if (at === 0 || body[at - 1] === 0x0a) return at
  }
  return -1
}

/** The line break before a boundary belongs to the boundary. */
function contentEnd(body: Buffer, marker: number): number {
  return body[marker - 2] === 0x0d ? marker - 2 : marker - 1
}

function lineEnd(body: Buffer, from: number): number {
  const found = body.indexOf(0x0a, from)
  return found === -1 ? -1 : found + 1
}

function readPart(part: Buffer, problems: Set<string>): MultipartPart {
  const head = partHead(part)
  if (head === null) problems.add('A part has no empty line between its headers and its content.')
  const content = head === null ? part : part.subarray(head.contentStart)
  const headers = head?.headers ?? new Map<string, string>()
  const disposition = readMediaType(headers.get('content-disposition') ?? null).parameters
  const contentType = headers.get('content-type') ?? null
  return {
    name: disposition.get('name') ?? '',
    fileName: extendedName(disposition.get('filename*')) ?? disposition.get('filename') ?? null,
    contentType,
    bytes: content.length,
    text: partText(content, contentType),
  }
}

function partHead(part: Buffer): { headers: Map<string, string>; contentStart: number } | null {
  const headers = new Map<string, string>()
  for (let at = 0; at < MAX_PART_HEAD; ) {
    const end = lineEnd(part, at)
    if (end === -1) return null
    // Browsers write names of fields and files as UTF-8 here.
    const line = part.toString('utf8', at, end).replace(/\r?\n$/, '')
    if (line === '') return { headers, contentStart: end }
    const colon = line.indexOf(':')
    if (colon <= 0) return null
    const name = line.slice(0, colon).trim().toLowerCase()
    if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trim())
    at = end
  }
  return null
}

/** `filename*` of RFC 8187, in UTF-8. */
function extendedName(value: string | undefined): string | null {
  const encoded = /^utf-8'[^']*'(.*)$/i.exec(value ?? '')?.[1]
  if (encoded === undefined) return null
  try {
    return decodeURIComponent(encoded)
  } catch {
    return null
  }
}

function partText(content: Buffer, contentType: string | null): string | null {
  const media = readMediaType(contentType)
  if (contentType !== null && familyOf(media.type) === 'unknown') return null
  const beginning = content.subarray(0, characterEnd(content, PART_TEXT))
  const decoded = decodeText(beginning, media.parameters.get('charset') ?? null)
  return contentType === null && !(decoded.sound && isPlainText(decoded.text)) ? null : decoded.text
}

/** A cut that does not fall into a character of UTF-8. */
function characterEnd(content: Buffer, wanted: number): number {
  let end = Math.min(wanted, content.length)
  while (end < content.length && end > wanted - 4 && ((content[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return end
}

function firstLineBoundary(body: Buffer): string | null {
  const line = body.toString('latin1', 0, MAX_BOUNDARY + 4).split(/\r?\n/, 2)
  const boundary = line.length < 2 ? undefined : /^--(\S+)$/.exec(line[0] ?? '')?.[1]
  return boundary ?? null
}
