import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

/** A request as a simulator's rules see it. `path` has no base path and no query. */
export interface SimulatedRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

export interface SimulatedAnswer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Name of the key that was used ("admin"), for the log. */
  readonly key?: string | null
}

/** What was asked. Never holds a secret: keys go in headers, which are not kept. */
interface LoggedRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly status: number | null
  readonly key: string | null
  readonly userAgent: string | null
  /** Whether an Origin header came along, which some providers answer with a refusal. */
  readonly hasOrigin: boolean
}

/**
 * Something going wrong in place of the normal answer.
 * - `html`, `truncated`, `empty`: a body that is not JSON (status 200 unless told)
 * - `error-200`: status 200 with an error body
 * - `hang`: accepts the request and never answers; `stall`: sends headers and half a body, then nothing
 * - `huge`: 50 MB of JSON; `gzip-bomb`: the same, compressed to some kilobytes
 * - `redirect`: 302 to another host; `reset`: closes the socket without an answer
 * - `status`: the given status, body and headers
 */
export interface Fault {
  readonly kind:
    | 'html'
    | 'truncated'
    | 'empty'
    | 'error-200'
    | 'hang'
    | 'stall'
    | 'huge'
    | 'gzip-bomb'
    | 'redirect'
    | 'reset'
    | 'status'
  /** Only for paths that contain this. */
  readonly path?: string
  /** Only for the next so many requests it applies to; for all unless told. */
  readonly times?: number
  readonly status?: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface ServerOptions {
  /** Pause before every answer, milliseconds. */
  readonly latencyMs?: number
  readonly port?: number
}

/** What every simulator offers. */
export interface Simulator {
  /** Base URL as it would be set in place of the provider's own, without a slash at the end. */
  readonly url: string
  /** Every request so far, oldest first. */
  readonly requests: readonly LoggedRequest[]
  /** The most requests that were in progress at the same time. */
  readonly peakConcurrency: number
  /** Replaces the fault in force; null ends it. */
  setFault(fault: Fault | null): void
  setLatency(milliseconds: number): void
  close(): Promise<void>
}

const HUGE_BYTES = 50 * 1_024 * 1_024
const HTML = '<!doctype html><html><head><title>502 Bad Gateway</title></head><body>Bad gateway</body></html>'

/** A real HTTP server on a free loopback port that answers by `rules` and misbehaves on demand. */
export async function startSimulator(
  basePath: string,
  options: ServerOptions,
  rules: (request: SimulatedRequest) => SimulatedAnswer,
): Promise<Simulator> {
  const requests: LoggedRequest[] = []
  const pending = new Set<NodeJS.Timeout>()
  let latency = options.latencyMs ?? 0
  let fault: Fault | null = null
  let faultsLeft = 0
  let active = 0
  let peak = 0

  const takeFault = (path: string): Fault | null => {
    if (fault === null || faultsLeft <= 0 || (fault.path !== undefined && !path.includes(fault.path))) return null
    faultsLeft -= 1
    return fault
  }

  const answer = (incoming: IncomingMessage, response: ServerResponse, body: string) => {
    const url = new URL(incoming.url ?? '/', 'http://simulator')
    const path = url.pathname.startsWith(basePath) ? url.pathname.slice(basePath.length) : null
    const request: SimulatedRequest = {
      method: incoming.method ?? 'GET',
      path: path ?? '',
      query: url.searchParams,
      headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
      body,
    }
    const log = (status: number | null, key: string | null) =>
      requests.push({
        method: request.method,
        path: url.pathname,
        query: url.search,
        status,
        key,
        userAgent: incoming.headers['user-agent'] ?? null,
        hasOrigin: incoming.headers.origin !== undefined,
      })
    const present = takeFault(url.pathname)
    if (present !== null) {
      log(present.status ?? null, null)
      misbehave(present, response)
      return
    }
    const result = path === null ? { status: 404, body: { error: { message: 'Not found' } } } : rules(request)
    log(result.status, result.key ?? null)
    send(response, result.status, JSON.stringify(result.body), result.headers)
  }

  const server = createServer((incoming, response) => {
    active += 1
    peak = Math.max(peak, active)
    response.once('close', () => {
      active -= 1
    })
    let body = ''
    incoming.setEncoding('utf8')
    incoming.on('data', (chunk: string) => {
      body += chunk
    })
    incoming.on('end', () => {
      if (latency === 0) return answer(incoming, response, body)
      const timer = setTimeout(() => {
        pending.delete(timer)
        answer(incoming, response, body)
      }, latency)
      pending.add(timer)
      return undefined
    })
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${port}${basePath}`,
    requests,
    get peakConcurrency() {
      return peak
    },
    setFault: (next) => {
      fault = next
      faultsLeft = next === null ? 0 : (next.times ?? Number.POSITIVE_INFINITY)
    },
    setLatency: (milliseconds) => {
      latency = milliseconds
    },
    close: async () => {
      for (const timer of pending) clearTimeout(timer)
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

function send(response: ServerResponse, status: number, body: string, headers: Readonly<Record<string, string>> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body)
}

function misbehave(fault: Fault, response: ServerResponse): void {
  const status = fault.status ?? 200
  switch (fault.kind) {
    case 'html':
      response.writeHead(status, { 'content-type': 'text/html' }).end(HTML)
      return
    case 'truncated':
      send(response, status, '{"object":"page","data":[{"object":"bucket","start_ti')
      return
    case 'empty':
      send(response, status, '')
      return
    case 'error-200':
      send(response, 200, JSON.stringify(fault.body ?? { error: { message: 'Something broke inside', code: 'oops' } }))
      return
    case 'hang':
      return
    case 'stall':
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"data":[')
      return
    case 'huge':
      stream(response, HUGE_BYTES)
      return
    case 'gzip-bomb':
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      response.end(gzipSync(Buffer.alloc(HUGE_BYTES, 0x20)))
      return
    case 'redirect':
      response.writeHead(302, { location: 'http://127.0.0.1:9/elsewhere' }).end()
      return
    case 'reset':
      response.socket?.resetAndDestroy()
      return
    case 'status':
      send(response, status, JSON.stringify(fault.body ?? {}), fault.headers)
      return
  }
}

function stream(response: ServerResponse, bytes: number): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const chunk = Buffer.alloc(64 * 1_024, 0x20)
  let left = bytes
  const push = () => {
    while (left > 0 && !response.destroyed) {
      left -= chunk.length
      if (!response.write(chunk)) {
        response.once('drain', push)
        return
      }
    }
    response.end('{}')
  }
  push()
}

/** The same number for the same words and seed, 0 up to and not including `below`. */
export function seededNumber(seed: number, below: number, ...words: readonly (string | number)[]): number {
  let hash = 2_166_136_261 ^ seed
  for (const char of words.join('|')) hash = Math.imul(hash ^ char.charCodeAt(0), 16_777_619)
  hash ^= hash >>> 15
  hash = Math.imul(hash, 2_246_822_519)
  hash ^= hash >>> 13
  return (hash >>> 0) % below
}

/** A made-up key body of the given length, different for every label and never that of a real key. */
export function keyBody(label: string, length: number): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'
  return Array.from({ length }, (_, index) => alphabet[seededNumber(7, alphabet.length, label, index)]).join('')
}

/** The same for hexadecimal bodies. */
export function hexBody(label: string, length: number): string {
  return Array.from({ length }, (_, index) => seededNumber(11, 16, label, index).toString(16)).join('')
}

function makePageToken(path: string, query: URLSearchParams, offset: number): string {
  return `page_${Buffer.from(JSON.stringify([bound(path, query), offset])).toString('base64url')}`
}

/**
 * The offset in a page token. Tokens are bound to the query they were given out for, as providers make them: null
 * for a token of another query, of another report, or made up.
 */
export function readPageToken(path: string, query: URLSearchParams): number | null {
  const token = query.get('page')
  if (token === null) return 0
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token.replace(/^page_/, ''), 'base64url').toString('utf8'))
    if (!Array.isArray(parsed) || parsed[0] !== bound(path, query)) return null
    return typeof parsed[1] === 'number' ? parsed[1] : null
  } catch {
    return null
  }
}

function bound(path: string, query: URLSearchParams): string {
  const rest = [...query].filter(([name]) => name !== 'page').map((pair) => pair.join('='))
  return seededNumber(3, 2 ** 31, path, ...rest.sort()).toString(36)
}

/** How paging goes wrong: more pages without a token, or the same token for ever. */
export type PagingFault = 'none' | 'null-next' | 'repeated-next'

/** `has_more` and `next_page` of a page that ends before `next` of `total` buckets. */
export function nextPage(
  paging: PagingFault,
  path: string,
  query: URLSearchParams,
  next: number,
  total: number,
): { has_more: boolean; next_page: string | null } {
  if (paging === 'null-next') return { has_more: true, next_page: null }
  if (paging === 'repeated-next') return { has_more: true, next_page: makePageToken(path, query, 0) }
  return next < total
    ? { has_more: true, next_page: makePageToken(path, query, next) }
    : { has_more: false, next_page: null }
}
