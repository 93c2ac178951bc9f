import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { Agent, type Dispatcher, request as send } from 'undici'
import { codeOf, TLS_CODES } from './fault-codes.ts'
import { type HttpClient, HttpFailure, type HttpRequest, type HttpResponse } from './http-client.ts'

const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_MAX_BYTES = 10 * 1_024 * 1_024
const CONNECT_TIMEOUT_MS = 10_000

/**
 * How Keyhold asks providers: HTTP/1.1 over kept-alive connections, certificates checked,
 * redirects never followed. Failures name the host and the code of the fault, never the path, a header or the
 * body, and carry no `cause`: what a library puts into its errors is not ours to vouch for.
 *
 * `userAgent` is sent with every request that names none, "Keyhold/1.2.3". Runs on undici 7 and 8.
 */
export function createHttpClient(options: { userAgent?: string } = {}): HttpClient & { close(): Promise<void> } {
  const userAgent = options.userAgent ?? 'Keyhold'
  const agent = new Agent({
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: 10_000,
    keepAliveMaxTimeout: 60_000,
    connect: { timeout: CONNECT_TIMEOUT_MS },
  })
  return {
    send: (request) => exchange(agent, userAgent, request),
    // Nothing is waited for: whoever closes the client has no use for an answer any more.
    close: () => agent.destroy(),
  }
}

async function exchange(agent: Agent, userAgent: string, request: HttpRequest): Promise<HttpResponse> {
  const url = readUrl(request.url)
  const headers = readHeaders(request, userAgent)
  if (request.signal?.aborted) throw cancelled()
  const timeoutMs = request.timeoutMs ?? DEFAULT_TIMEOUT_MS
  // A timer that is cleared, and not AbortSignal.timeout(): thousands of calls would leave as many timers behind.
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), timeoutMs)
  const signal = request.signal ? AbortSignal.any([request.signal, deadline.signal]) : deadline.signal
  const started = performance.now()
  try {
    const response = await send(url, {
      dispatcher: agent,
      method: request.method,
      headers,
      body: request.body ?? null,
      signal,
      // The deadline above covers the whole exchange, so the narrower ones are off.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    const received = flatten(response.headers)
    const body = await readBody(response, received, request.maxBytes ?? DEFAULT_MAX_BYTES, signal)
    return { status: response.statusCode, headers: received, body, durationMs: performance.now() - started }
  } catch (error) {
    if (error instanceof HttpFailure) throw error
    if (request.signal?.aborted) throw cancelled()
    if (deadline.signal.aborted) throw new HttpFailure('timeout', `no answer from ${url.host} within ${timeoutMs} ms.`)
    throw failureOf(error, url.host)
  } finally {
    clearTimeout(timer)
  }
}

function cancelled(): HttpFailure {
  return new HttpFailure('aborted', 'The call was cancelled.')
}

function readUrl(text: string): URL {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new HttpFailure('bad-url', 'it is not a URL.')
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new HttpFailure('bad-url', 'it must begin with https:// or http://.')
  }
  if (url.username !== '' || url.password !== '') {
    throw new HttpFailure('bad-url', 'it must not contain a user name or password.')
  }
  return url
}

function readHeaders(request: HttpRequest, userAgent: string): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': userAgent, 'accept-encoding': 'gzip, deflate, br' }
  for (const [name, value] of Object.entries(request.headers)) {
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw new HttpFailure('bad-header', `the header ${name} contains characters that cannot be sent.`)
    }
    headers[name.toLowerCase()] = value
  }
  return headers
}

function flatten(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value
  }
  return flat
}

/** Counts what arrives and what comes out of decompression, so that a small bomb is stopped like a large body. */
async function readBody(
  response: Dispatcher.ResponseData,
  headers: Readonly<Record<string, string>>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string> {
  const { body } = response
  const source = decoded(body, headers['content-encoding'])
  const stop = () => source.destroy()
  signal.addEventListener('abort', stop, { once: true })
  try {
    if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of source) {
      const bytes = Buffer.from(chunk)
      size += bytes.length
      if (size > maxBytes) throw tooLarge(maxBytes)
      chunks.push(bytes)
    }
    signal.throwIfAborted()
    return Buffer.concat(chunks).toString('utf8')
  } finally {
    signal.removeEventListener('abort', stop)
    // Late errors of a stream nobody reads any more must not end the process.
    for (const stream of [body, source]) {
      stream.on('error', () => {})
      stream.destroy()
    }
  }
}

function decoded(body: Dispatcher.ResponseData['body'], encoding: string | undefined) {
  const decoders = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress }
  const name = encoding?.trim().toLowerCase() ?? ''
  const make = Object.entries(decoders).find(([known]) => known === name)?.[1]
  if (!make) return body
  const decoder = make()
  body.on('error', (error) => decoder.destroy(error))
  return body.pipe(decoder)
}

function tooLarge(maxBytes: number): HttpFailure {
  return new HttpFailure('too-large', `the answer is larger than ${Math.round(maxBytes / 1_024)} KiB.`)
}

const TIMEOUT_CODES = /^(?:UND_ERR_CONNECT_TIMEOUT|UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT|ETIMEDOUT)$/

const NETWORK_WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known here',
  EAI_AGAIN: 'names cannot be looked up at the moment',
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'the connection broke off',
  UND_ERR_SOCKET: 'the connection broke off',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
}

function failureOf(error: unknown, host: string): HttpFailure {
  const code = codeOf(error)
  if (TLS_CODES.test(code)) return new HttpFailure('tls', `the certificate or encryption of ${host} failed (${code}).`)
  if (TIMEOUT_CODES.test(code)) return new HttpFailure('timeout', `${host} did not answer in time (${code}).`)
  return new HttpFailure('network', `${host}: ${NETWORK_WORDS[code] ?? 'the connection failed'} (${code}).`)
}
