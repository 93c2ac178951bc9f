import type { StoredCapture } from '../capture-record.ts'
import { isChunked } from './request-parts.ts'

/**
 * The request as a message of HTTP/1.1 (RFC 9112): head, headers and body byte for byte. A body that came in chunks is
 * written as one chunk, because where the sender cut them is not kept; its trailers follow.
 */
export function rawMessage(stored: StoredCapture): Buffer {
  const head = [`${stored.method} ${stored.target} HTTP/${stored.httpVersion}\r\n`, ...lines(stored.rawHeaders), '\r\n']
  const start = Buffer.from(head.join(''), 'latin1')
  if (!isChunked(stored)) return Buffer.concat([start, stored.body])
  const size = stored.body.length === 0 ? '' : `${stored.body.length.toString(16)}\r\n`
  const after = `${size === '' ? '' : '\r\n'}0\r\n${lines(stored.rawTrailers).join('')}\r\n`
  return Buffer.concat([start, Buffer.from(size), stored.body, Buffer.from(after, 'latin1')])
}

function lines(rawHeaders: readonly string[]): string[] {
  const written: string[] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) written.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`)
  return written
}
