import { diffLines } from 'diff'
import type { CaptureRow, Diff } from '../../../shared/contract/captures.ts'
import { firstHeader, headerValues } from '../../../shared/raw-headers.ts'
import { decodeText, isPlainText } from '../body-views/charset.ts'
import { unpack } from '../body-views/content-coding.ts'
import { layOutJson } from '../body-views/json-layout.ts'
import { familyOf, readMediaType } from '../body-views/media-type.ts'
import { layOutXml } from '../body-views/xml-layout.ts'
import type { StoredCapture } from '../capture-record.ts'
import { diffHeaders } from './header-diff.ts'
import { type Change, diffJson, MAX_VALUE, wholeCharacters } from './json-diff.ts'
import { type JsonNode, readJsonTree } from './json-tree.ts'

export interface DiffSide {
  readonly row: CaptureRow
  readonly stored: StoredCapture
}

/** Characters of a body that are compared as JSON. */
const MAX_JSON = 4 * 1024 * 1024
/** Characters and lines of a laid out text that are compared line by line. */
const MAX_TEXT = 512 * 1024
const MAX_LINES = 10_000
/** Lines that may differ before the comparison gives up: its cost grows with their square. */
const MAX_EDITS = 2_000

interface Text {
  readonly text: string
  readonly json: JsonNode | 'not-json' | 'too-large'
  readonly xml: boolean
}

/**
 * What is different between two captured requests. Bodies are unpacked for JSON and text, `bytes` compares what is stored.
 * Everything is bounded; `cut` says that something was left out.
 */
export function diffCaptures(left: DiffSide, right: DiffSide): Diff {
  const headers = diffHeaders(left.stored.rawHeaders, right.stored.rawHeaders)
  const request = requestFacts(left, right)
  if (headers.order !== null) request.push({ what: 'Order of headers', ...headers.order })
  if (headers.spelling !== null) request.push({ what: 'Spelling of header names', ...headers.spelling })
  const trailers = diffHeaders(left.stored.rawTrailers, right.stored.rawTrailers)
  const bodies = diffBodies(left.stored, right.stored)
  return {
    left: left.row,
    right: right.row,
    request,
    headers: [
      ...headers.changes,
      ...trailers.changes.map((change) => ({ ...change, path: `${change.path} (trailer)` })),
    ],
    json: bodies.json,
    text: bodies.text,
    bytes: diffBytes(left.stored.body, right.stored.body),
    cut: headers.cut || trailers.cut || bodies.cut,
  }
}

/** Facts beside headers and body that differ. */
function requestFacts(left: DiffSide, right: DiffSide): Diff['request'] {
  const facts: [string, (side: DiffSide) => string][] = [
    ['Endpoint', ({ row }) => row.slug],
    ['Method', ({ stored }) => stored.method],
    ['Target', ({ stored }) => stored.target],
    ['HTTP version', ({ stored }) => stored.httpVersion],
    ['Public URL', ({ stored }) => stored.publicUrl ?? 'none'],
    ['Sender', ({ stored }) => stored.remoteAddress],
    ['Event type', ({ row }) => row.eventType ?? 'none'],
    ['Event id', ({ row }) => row.eventId ?? 'none'],
    ['Signature at arrival', ({ stored }) => stored.verdict.verdict],
    ['Scheme', ({ stored }) => stored.verdict.scheme ?? 'none'],
    ['Answer', ({ stored }) => String(stored.answer.status ?? 'none')],
    ['Not whole', ({ stored }) => stored.refused ?? 'no'],
  ]
  return facts
    .map(([what, read]) => ({ what, left: read(left), right: read(right) }))
    .filter((fact) => fact.left !== fact.right)
    .map((fact) => ({ ...fact, left: shortened(fact.left), right: shortened(fact.right) }))
}

function shortened(text: string): string {
  return text.length > MAX_VALUE ? `${wholeCharacters(text, MAX_VALUE)}…` : text
}

function diffBodies(left: StoredCapture, right: StoredCapture): Pick<Diff, 'json' | 'text' | 'cut'> {
  const ours = readText(left)
  const theirs = readText(right)
  if (ours === null || theirs === null) return { json: null, text: null, cut: false }
  const json = diffTrees(ours, theirs)
  const lines = diffTexts(ours, theirs)
  return { json: json.changes, text: lines, cut: json.cut || lines === null }
}

function diffTrees(left: Text, right: Text): { changes: Change[] | null; cut: boolean } {
  if (typeof left.json === 'object' && typeof right.json === 'object') {
    return diffJson({ text: left.text, root: left.json }, { text: right.text, root: right.json })
  }
  return { changes: null, cut: left.json === 'too-large' || right.json === 'too-large' }
}

/** Null for bytes that are no text, and for a body that was not kept. */
function readText(stored: StoredCapture): Text | null {
  if (stored.refused !== null && stored.body.length === 0) return null
  const { bytes, problem, decodedFrom } = unpack(
    stored.body,
    headerValues(stored.rawHeaders, 'content-encoding').join(','),
  )
  if (problem !== null && decodedFrom === null) return null
  const media = readMediaType(firstHeader(stored.rawHeaders, 'content-type'))
  const { text, sound } = decodeText(bytes, media.parameters.get('charset') ?? null)
  if (!(sound && isPlainText(text))) return null
  const isJson = /^\s{0,100}[^\s<]/.test(text.slice(0, 120)) && familyOf(media.type) !== 'xml'
  const tooLong = text.length > MAX_JSON
  return {
    text,
    json: isJson ? (tooLong ? 'too-large' : readJsonTree(text)) : 'not-json',
    xml: familyOf(media.type) === 'xml',
  }
}

/** Line by line, both laid out where both are JSON or XML; null where that would take too long. */
function diffTexts(left: Text, right: Text): Diff['text'] {
  const layOut = bothAre(left, right)
  const ours = layOut(left.text)
  const theirs = layOut(right.text)
  if (ours === null || theirs === null) return null
  if (lineCount(ours) > MAX_LINES || lineCount(theirs) > MAX_LINES) return null
  const parts = diffLines(ours, theirs, { maxEditLength: MAX_EDITS, timeout: 2_000 })
  if (parts === undefined) return null
  return parts.flatMap((part) => {
    const kind = part.added ? 'added' : part.removed ? 'removed' : 'same'
    const lines = part.value.split('\n')
    if (lines.at(-1) === '') lines.pop()
    return lines.map((text) => ({ kind, text }) as const)
  })
}

function bothAre(left: Text, right: Text): (text: string) => string | null {
  const plain = (text: string) => (text.length > MAX_TEXT ? null : text)
  const json = typeof left.json === 'object' && typeof right.json === 'object'
  if (!json && !(left.xml && right.xml)) return plain
  return (text) => {
    if (text.length > MAX_TEXT) return null
    const layout = json ? layOutJson(text, 0, MAX_TEXT) : layOutXml(text, 0, MAX_TEXT)
    if (layout.kind === 'fault') return text
    return layout.page.nextOffset === null ? layout.page.text : null
  }
}

function lineCount(text: string): number {
  let count = 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

function diffBytes(left: Uint8Array, right: Uint8Array): Diff['bytes'] {
  const lengths = { leftBytes: left.length, rightBytes: right.length }
  if (Buffer.compare(left, right) === 0) return { equal: true, ...lengths, firstDifference: null }
  const common = Math.min(left.length, right.length)
  let at = 0
  while (at < common && left[at] === right[at]) at += 1
  return { equal: false, ...lengths, firstDifference: at }
}
