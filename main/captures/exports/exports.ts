import type { ExportFormat } from '../../../shared/contract/captures.ts'
import { receiverLimits } from '../../../shared/limits.ts'
import { Problem } from '../../../shared/problems.ts'
import type { StoredCapture } from '../capture-record.ts'
import { writeBundle } from './bundle.ts'
import { writeLine } from './bundle-item.ts'
import { curlCommand } from './curl.ts'
import { fetchBlock } from './fetch.ts'
import { harEntry, harFrame } from './har.ts'
import { jsonFrame, jsonItem } from './json-export.ts'
import { rawMessage } from './raw-message.ts'
import { type ExportSource, titleOf } from './request-parts.ts'

export interface ExportOptions {
  /** Version of Keyhold, as it is written into HAR and JSON. */
  readonly version: string
  /** UTC epoch milliseconds. */
  readonly now: number
  /** How many the selection has, where the caller knows. Without it the rest is read only to be counted. */
  readonly total?: number
}

export interface Exported {
  readonly fileName: string
  readonly mediaType: string
  readonly content: string
  readonly encoding: 'text' | 'base64'
  readonly count: number
  /** Did not fit into {@link receiverLimits.exportRequests} or {@link receiverLimits.exportBytes}. */
  readonly leftOut: number
}

interface Taken {
  /** One text for each request. */
  readonly pieces: string[]
  /** "Request 12, received …" for each. */
  readonly titles: string[]
  readonly firstId: number
  readonly leftOut: number
}

/** Between two pieces and for the title of one, at most. */
const PIECE_OVERHEAD = 64

/** How one format is put together. `piece`: n counts from 1. */
interface Format {
  readonly extension: string
  readonly mediaType: string
  piece(source: ExportSource, n: number): string
  join(taken: Taken): string
}

/**
 * Captured requests as text to hand over. Requests are taken in order until the limits are reached, and never in part.
 * Secrets of endpoints are in none of the formats; what the sender sent is, its signature and authorization headers too.
 * @throws Problem INVALID_INPUT where there is nothing to export, several are asked for in `raw`, or the first is too large.
 */
export function exportCaptures(source: Iterable<ExportSource>, format: ExportFormat, options: ExportOptions): Exported {
  if (format === 'raw') return exportRaw(source, options)
  const { extension, mediaType, piece, join } = formatOf(format, options)
  const taken = take(source, piece, options.total)
  if (taken.pieces.length === 0) throw taken.leftOut > 0 ? tooLarge() : nothingSelected()
  return {
    fileName: `${fileStem(taken, options.now)}.${extension}`,
    mediaType,
    content: join(taken),
    encoding: 'text',
    count: taken.pieces.length,
    leftOut: taken.leftOut,
  }
}

function formatOf(format: Exclude<ExportFormat, 'raw'>, options: ExportOptions): Format {
  switch (format) {
    case 'curl':
      return script('sh', 'application/x-sh', '#', curlCommand)
    case 'fetch':
      return script('mjs', 'text/javascript', '//', fetchBlock)
    case 'har':
      return list('har', harFrame(options.version), harEntry)
    case 'json':
      return list('json', jsonFrame(options.version, options.now), jsonItem)
    case 'bundle':
      return {
        extension: 'jsonl',
        mediaType: 'application/x-ndjson',
        piece: ({ row, stored, marks }, n) => writeLine(n, { ...stored, slug: row.slug, marks }),
        join: ({ pieces }) => writeBundle(pieces),
      }
  }
}

/** One alone has no title line: it is pasted into a terminal, and not every shell takes comments there. */
function script(extension: string, mediaType: string, mark: string, write: (stored: StoredCapture) => string): Format {
  return {
    extension,
    mediaType,
    piece: ({ stored }) => write(stored),
    join: ({ pieces, titles }) =>
      pieces.length === 1 ? pieces.join('') : pieces.map((piece, at) => `${mark} ${titles[at]}\n${piece}`).join('\n'),
  }
}

function list(
  extension: string,
  frame: { before: string; after: string },
  write: (source: ExportSource) => string,
): Format {
  return {
    extension,
    mediaType: 'application/json',
    piece: write,
    join: ({ pieces }) => `${frame.before}${pieces.join(',\n')}${frame.after}`,
  }
}

function take(source: Iterable<ExportSource>, piece: Format['piece'], total: number | undefined): Taken {
  const pieces: string[] = []
  const titles: string[] = []
  let firstId = 0
  let bytes = 0
  let seen = 0
  let full = false
  for (const item of source) {
    seen += 1
    full ||= pieces.length === receiverLimits.exportRequests
    const text: string = full ? '' : piece(item, pieces.length + 1)
    const size = Buffer.byteLength(text) + PIECE_OVERHEAD
    full ||= bytes + size > receiverLimits.exportBytes
    if (!full) {
      if (pieces.length === 0) firstId = item.stored.id
      pieces.push(text)
      titles.push(titleOf(item.stored))
      bytes += size
    } else if (total !== undefined) {
      break
    }
  }
  return { pieces, titles, firstId, leftOut: Math.max(0, (total ?? seen) - pieces.length) }
}

function exportRaw(source: Iterable<ExportSource>, options: ExportOptions): Exported {
  const some: ExportSource[] = []
  for (const item of source) {
    some.push(item)
    if (some.length > 1) throw onlyOne()
  }
  const [only] = some
  if (only === undefined) throw nothingSelected()
  const message = rawMessage(only.stored)
  const text = exactUtf8(message)
  return {
    fileName: `${fileStem({ pieces: [''], firstId: only.stored.id }, options.now)}.http`,
    mediaType: 'message/http',
    content: text ?? message.toString('base64'),
    encoding: text === null ? 'base64' : 'text',
    count: 1,
    leftOut: 0,
  }
}

/** A message begins with its method, so there is no byte order mark that decoding would take away. */
function exactUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

function fileStem(taken: Pick<Taken, 'firstId'> & { readonly pieces: readonly string[] }, now: number): string {
  if (taken.pieces.length === 1) return `keyhold-request-${taken.firstId}`
  return `keyhold-requests-${new Date(now).toISOString().slice(0, 10)}`
}

function nothingSelected(): Problem {
  return refused('There is no captured request to export.', [
    'Choose at least one request. Those that were chosen may have been deleted.',
  ])
}

function onlyOne(): Problem {
  return refused('The raw format holds one request.', ['Choose one request, or another format.'])
}

function tooLarge(): Problem {
  const limit = receiverLimits.exportBytes / 1024 / 1024
  return refused(`The first request alone is larger than the ${limit} MB of one export in this format.`, [
    'Choose raw, which writes a body as it is.',
  ])
}

function refused(message: string, remedies: string[]): Problem {
  return new Problem('INVALID_INPUT', message, { cause: message, remedies })
}
