import { RawFailure, type RawRequest } from './raw-client.ts'

/**
 * Headers that speak of one connection and not of the request (RFC 9110 section 7.6.1): what was said on the connection
 * a request came by is not true of the one it leaves by. `expect` belongs to the same kind: the sender has been answered.
 */
const ofTheConnection = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
])

/** Methods whose requests usually have no body: without one they name no length. */
const withoutBody = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])

const namePattern = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** What one byte of a header may be. A line break would end the header and begin one of the sender's choosing. */
const valuePattern = /^[\t\x20-\x7e\x80-\xff]*$/

/**
 * The header list as it leaves, in the order, case and number it was given, one character a byte (latin1). Headers of
 * the connection are left out, also those that a `Connection` header names. Content-Length is corrected where it stands.
 * Added where they are missing: Host (first), User-Agent (not for an `exact` request), Content-Length, and Connection
 * last. Doing it twice changes nothing. Throws {@link RawFailure} `bad-request` for what cannot be a header.
 */
export function wireHeaders(
  request: Pick<RawRequest, 'method' | 'url' | 'rawHeaders' | 'body' | 'exact'>,
  userAgent: string,
): string[] {
  const { rawHeaders, body } = request
  const dropped = new Set([...ofTheConnection, ...namedByConnection(rawHeaders)])
  const headers: string[] = []
  const seen = new Set<string>()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    const value = rawHeaders[at + 1] ?? ''
    const lower = name.toLowerCase()
    check(name, value)
    if (dropped.has(lower)) continue
    if (lower === 'content-length') {
      if (!seen.has(lower)) headers.push(name, String(body.byteLength))
    } else headers.push(name, value)
    seen.add(lower)
  }
  if (!seen.has('host')) headers.unshift('Host', new URL(request.url).host)
  if (!seen.has('user-agent') && request.exact !== true) headers.push('User-Agent', userAgent)
  const needsLength = body.byteLength > 0 || !withoutBody.has(request.method)
  if (!seen.has('content-length') && needsLength) headers.push('Content-Length', String(body.byteLength))
  headers.push('Connection', 'keep-alive')
  return headers
}

/** `Connection: close, X-Hop` makes X-Hop one of the connection's own. Never Host or Content-Length: those are needed. */
function namedByConnection(rawHeaders: readonly string[]): string[] {
  const names: string[] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() !== 'connection') continue
    for (const part of (rawHeaders[at + 1] ?? '').split(',')) names.push(part.trim().toLowerCase())
  }
  return names.filter((name) => name !== '' && name !== 'host' && name !== 'content-length')
}

function check(name: string, value: string): void {
  if (!namePattern.test(name)) {
    throw new RawFailure('bad-request', 'A header has a name that cannot be sent.', 0)
  }
  if (!valuePattern.test(value)) {
    throw new RawFailure('bad-request', `The header ${name} contains characters that cannot be sent.`, 0)
  }
}

/** Where a request goes. Throws {@link RawFailure} `bad-request` for anything but a plain http or https address. */
export function readTarget(text: string): { readonly url: URL; readonly path: string } {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new RawFailure('bad-request', 'The address is not a URL.', 0)
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new RawFailure('bad-request', 'The address must begin with http:// or https://.', 0)
  }
  if (url.username !== '' || url.password !== '') {
    throw new RawFailure(
      'bad-request',
      'The address contains a user name or password; send an Authorization header.',
      0,
    )
  }
  return { url, path: exactPath(text) ?? `${url.pathname}${url.search}` }
}

/**
 * Path and query letter by letter: `URL` would resolve `/a/../b` and encode quotes, and what was captured has to arrive
 * as it was. Null where the text is not plain enough for that.
 */
function exactPath(text: string): string | null {
  const [, rest] = /^https?:\/\/[^/?#\\\s]+([^#]*)/i.exec(text) ?? []
  if (rest === undefined || !/^[\x21-\x7e]*$/.test(rest)) return null
  return rest.startsWith('/') ? rest : `/${rest}`
}
