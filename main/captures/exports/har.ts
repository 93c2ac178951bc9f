import { firstHeader, headerPairs, headerValues } from '../../../shared/raw-headers.ts'
import { base64Of, type ExportSource, exactText, lackOf, sha256Of, urlOf } from './request-parts.ts'

/** HAR has no sign for the encoding of a request body; this comment and `_keyhold.bodyEncoding` say it. */
const BASE64_COMMENT = 'The text is the body in base64, because it is no plain text.'

/** The frame around the entries of an HTTP Archive 1.2 (http://www.softwareishard.com/blog/har-12-spec/). */
export function harFrame(version: string): { before: string; after: string } {
  const creator = JSON.stringify({ name: 'Keyhold', version })
  return { before: `{"log":{"version":"1.2","creator":${creator},"entries":[\n`, after: '\n]}}\n' }
}

/**
 * One entry. What HAR cannot say exactly (the flat header list, trailers, the encoding and hash of the body) is in
 * `_keyhold`; names that begin with "_" are for such additions.
 */
export function harEntry({ row, stored, marks }: ExportSource): string {
  const url = urlOf(stored)
  const text = exactText(stored.body)
  const waited = stored.answeredMs ?? 0
  const lack = lackOf(stored)
  const comments = [lack, marks.note === '' ? null : marks.note].filter((line) => line !== null)
  return JSON.stringify({
    startedDateTime: new Date(stored.at).toISOString(),
    time: stored.receivedMs + waited,
    request: {
      method: stored.method,
      url,
      httpVersion: `HTTP/${stored.httpVersion}`,
      cookies: cookiesOf(stored.rawHeaders),
      headers: named(headerPairs(stored.rawHeaders)),
      queryString: queryOf(url),
      ...(stored.body.length === 0
        ? {}
        : {
            postData: {
              mimeType: firstHeader(stored.rawHeaders, 'content-type') ?? '',
              text: text ?? base64Of(stored.body),
              ...(text === null ? { comment: BASE64_COMMENT } : {}),
            },
          }),
      headersSize: -1,
      bodySize: stored.sentBytes,
    },
    response: responseOf(stored),
    cache: {},
    timings: { send: stored.receivedMs, wait: waited, receive: 0 },
    ...(comments.length === 0 ? {} : { comment: comments.join('\n') }),
    _keyhold: {
      id: stored.id,
      endpoint: row.slug,
      target: stored.target,
      rawHeaders: stored.rawHeaders,
      rawTrailers: stored.rawTrailers,
      bodyEncoding: text === null ? 'base64' : 'utf-8',
      bodySha256: sha256Of(stored.body),
      remoteAddress: stored.remoteAddress,
      verdict: stored.verdict,
      refused: stored.refused,
      tags: marks.tags,
    },
  })
}

function responseOf({ answer, httpVersion }: ExportSource['stored']) {
  const location = answer.headers.find(([name]) => name.toLowerCase() === 'location')
  const type = answer.headers.find(([name]) => name.toLowerCase() === 'content-type')
  const size = Buffer.byteLength(answer.body)
  return {
    status: answer.status ?? 0,
    statusText: '',
    httpVersion: `HTTP/${httpVersion}`,
    cookies: [],
    headers: named(answer.headers),
    content: { size, mimeType: type?.[1] ?? 'x-unknown', text: answer.body },
    redirectURL: location?.[1] ?? '',
    headersSize: -1,
    bodySize: size,
  }
}

function named(pairs: readonly (readonly [string, string])[]): { name: string; value: string }[] {
  return pairs.map(([name, value]) => ({ name, value }))
}

function cookiesOf(rawHeaders: readonly string[]): { name: string; value: string }[] {
  return headerValues(rawHeaders, 'cookie')
    .flatMap((header) => header.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => {
      const split = pair.indexOf('=')
      return split === -1 ? { name: '', value: pair } : { name: pair.slice(0, split), value: pair.slice(split + 1) }
    })
}

function queryOf(url: string): { name: string; value: string }[] {
  const start = url.indexOf('?')
  return start === -1 ? [] : [...new URLSearchParams(url.slice(start + 1))].map(([name, value]) => ({ name, value }))
}
