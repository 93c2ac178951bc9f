import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PlannedAnswer } from '../../captures/capture-record.ts'

/** Milliseconds and bytes for which a body that nobody wants is read on, so that its sender gets to read the answer. */
const LINGER_MS = 2_000
const LINGER_BYTES = 64 * 1024 * 1024
/** A body up to this size is read to its end, and the connection goes on. */
const SMALL_BODY = 64 * 1024
const MAX_SHOWN = 100

const RETRY_SECONDS = '5'

const headers = (text: string): [string, string][] => [
  ['Content-Type', 'text/plain; charset=utf-8'],
  ['Content-Length', String(Buffer.byteLength(text))],
  ['X-Content-Type-Options', 'nosniff'],
  ['Cache-Control', 'no-store'],
]

/** What is answered when nothing of an endpoint is: short text, never anything that a browser would run. */
export interface PlainAnswer {
  readonly status: number
  readonly text: string
  readonly headers?: readonly [string, string][]
}

export const frontPage: PlainAnswer = {
  status: 404,
  text: 'This is the webhook receiver of Keyhold. Requests are captured at /h/<slug>, where an endpoint with that slug exists.\n',
}

export const notStoredAnswer: PlainAnswer = {
  status: 503,
  text: 'The request was not stored: the disk does not take it now. Send it again later.\n',
  headers: [['Retry-After', RETRY_SECONDS]],
}

export const busyAnswer: PlainAnswer = {
  status: 503,
  text: 'The request was not stored: too many large requests come at the same time. Send it again later.\n',
  headers: [['Retry-After', RETRY_SECONDS]],
}

/** Whatever the slug is made of, it is shown as visible ASCII. */
export function unknownSlugAnswer(slug: string): PlainAnswer {
  const shown = slug
    .slice(0, MAX_SHOWN)
    .replaceAll(/[^!-~]|["<>&]/g, (character) => encodeURIComponent(character.toWellFormed()))
  return { status: 404, text: `There is no endpoint with the slug "${shown}". The request was not captured.\n` }
}

/** The 413 that is recorded with the attempt. */
export function tooLargeAnswer(maxBytes: number): PlannedAnswer {
  const text = `The body is longer than the ${maxBytes} bytes that are captured. The attempt was recorded without its body.\n`
  return {
    status: 413,
    headers: headers(text),
    body: text,
    rule: 'limit',
    fault: null,
    delayMs: 0,
    deadline: null,
    late: false,
  }
}

/** Nobody is there to answer. */
export const noAnswer: PlannedAnswer = Object.freeze({
  status: null,
  headers: [],
  body: '',
  rule: null,
  fault: null,
  delayMs: 0,
  deadline: null,
  late: false,
})

/**
 * Answers. A connection whose request has a long or endless body is closed after it, and read on for a moment: closed
 * at once, the system would throw away the answer together with what is still being sent.
 */
export function sendPlain(
  answer: PlainAnswer,
  request: IncomingMessage,
  response: ServerResponse,
  bodyBytes: number,
): void {
  const list = [...headers(answer.text), ...(answer.headers ?? [])]
  const text = request.method === 'HEAD' ? '' : answer.text
  if (request.complete || bodyBytes <= SMALL_BODY) {
    response.writeHead(answer.status, list.flat())
    response.end(text)
    request.resume()
    return
  }
  sendAndLinger(answer.status, list, text, request, response)
}

/** Says all of it, reads on for a moment, then closes. */
export function sendAndLinger(
  status: number,
  list: readonly (readonly [string, string])[],
  text: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  response.writeHead(status, [...list.flat(), 'Connection', 'close'])
  // The answer is complete for its reader by its Content-Length. Ended for us, it would take the connection with it.
  response.write(text)
  let read = 0
  const end = () => {
    clearTimeout(timer)
    response.end()
    request.removeListener('data', count)
    request.socket.destroySoon()
  }
  const timer = setTimeout(end, LINGER_MS)
  const count = (chunk: Buffer) => {
    read += chunk.length
    if (read > LINGER_BYTES) end()
  }
  request.on('data', count)
  request.resume()
  request.once('end', end)
  request.once('close', end)
}

/** For a connection on which no request could be read. */
export function rawAnswer(status: string, text: string): string {
  const lines = headers(text).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status}\r\n${lines.join('')}Connection: close\r\n\r\n${text}`
}
