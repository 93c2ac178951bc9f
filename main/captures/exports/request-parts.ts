import { createHash } from 'node:crypto'
import type { CaptureRow } from '../../../shared/contract/captures.ts'
import { firstHeader, headerValues } from '../../../shared/raw-headers.ts'
import type { CaptureMarks, StoredCapture } from '../capture-record.ts'

/** A captured request to export: as a list shows it, as it is stored, and what the operator noted. */
export interface ExportSource {
  readonly row: CaptureRow
  readonly stored: StoredCapture
  readonly marks: CaptureMarks
}

/** Where the sender sent it to, as far as that is known: the public URL at arrival, else what its Host header says. */
export function urlOf(stored: StoredCapture): string {
  if (stored.publicUrl !== null && URL.canParse(stored.publicUrl)) return stored.publicUrl
  const path = stored.target.startsWith('/') ? stored.target : '/'
  const host = firstHeader(stored.rawHeaders, 'host') ?? ''
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(`http://${host}/`)
    ? `http://${host}${path}`
    : `http://127.0.0.1${path}`
}

/**
 * The body as text where that text is the body, byte for byte, and harmless to paste: UTF-8 without byte order mark and
 * without control characters but tab, line feed and carriage return. Null for anything else.
 */
export function exactText(body: Uint8Array): string | null {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return null
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is the point
    return /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.test(text) ? null : text
  } catch {
    return null
  }
}

export function base64Of(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64')
}

/** Lower-case hex. */
export function sha256Of(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}

export function isChunked(stored: StoredCapture): boolean {
  return headerValues(stored.rawHeaders, 'transfer-encoding').some((value) => /(^|,)\s*chunked\s*$/i.test(value))
}

/** What an exported request lacks, or null. A sentence without anything the sender wrote. */
export function lackOf(stored: StoredCapture): string | null {
  if (stored.refused === 'too-large') return `The body of ${stored.sentBytes} bytes was too large and was not kept.`
  return stored.refused === 'aborted' ? 'The sender stopped before the end: the body is only its beginning.' : null
}

/** "Request 12, received 2026-11-20T10:00:00.000Z". */
export function titleOf(stored: StoredCapture): string {
  return `Request ${stored.id}, received ${new Date(stored.at).toISOString()}`
}
