import { firstHeader, headerPairs } from '../../../shared/raw-headers.ts'
import type { StoredCapture } from '../capture-record.ts'
import { base64Of, exactText, lackOf, urlOf } from './request-parts.ts'

/** What fetch sets by itself and refuses from others (fetch standard, and undici, which Node's fetch is). */
const forbidden = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
/** Bytes of a body that is written as text. Longer ones are not for reading, and escapes could make them six times as long. */
const MAX_LITERAL = 1024 * 1024
/** Methods for which fetch takes no body. */
const bodiless = new Set(['GET', 'HEAD'])
/** Methods fetch does not send at all. */
const unsendable = new Set(['CONNECT', 'TRACE', 'TRACK'])

/**
 * JavaScript that sends the request again with fetch, for Node and browsers. fetch writes names of headers in lower case,
 * joins repeated ones and adds some of its own; where every byte counts, curl and raw are exact.
 */
export function fetchBlock(stored: StoredCapture): string {
  const headers = headerPairs(stored.rawHeaders)
  const sent = headers.filter(([name]) => !forbidden.has(name.toLowerCase()))
  const hasBody = stored.body.length > 0 && !bodiless.has(stored.method)
  const comments = [
    lackOf(stored),
    sent.length < headers.length
      ? 'fetch sets Host, Content-Length and what belongs to the connection by itself.'
      : null,
    stored.body.length > 0 && !hasBody ? 'fetch sends no body with this method; the body is left out.' : null,
    unsendable.has(stored.method) ? 'fetch refuses this method. Use curl.' : null,
  ]
  const lines = [
    ...comments.filter((comment) => comment !== null).map((comment) => `// ${comment}`),
    '{',
    `  const response = await fetch(${literal(urlOf(stored))}, {`,
    `    method: ${literal(stored.method)},`,
    "    redirect: 'manual',",
    '    headers: [',
    ...sent.map(([name, value]) => `      [${literal(name)}, ${literal(value)}],`),
    '    ],',
    ...(hasBody ? [`    body: ${bodyOf(stored)},`] : []),
    '  })',
    '  console.log(response.status, await response.text())',
    '}',
    '',
  ]
  return lines.join('\n')
}

/** As bytes where no content type came: fetch would add one to a text. */
function bodyOf(stored: StoredCapture): string {
  const text = stored.body.length > MAX_LITERAL ? null : exactText(stored.body)
  if (text === null) return `Uint8Array.from(atob('${base64Of(stored.body)}'), (char) => char.charCodeAt(0))`
  const named = firstHeader(stored.rawHeaders, 'content-type') !== null
  return named ? literal(text) : `new TextEncoder().encode(${literal(text)})`
}

/** Safe in a script, also in one that stands in a page of HTML. */
function literal(text: string): string {
  return JSON.stringify(text).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}
