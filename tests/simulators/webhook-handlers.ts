import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { SchemeId } from '../../shared/webhook-schemes.ts'
import { eventOf, verify } from '../../shared/webhook-signatures.ts'

/** One request that came in. */
export interface Seen {
  readonly id: string | null
  readonly type: string | null
  readonly method: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: number
  /** Whether its signature was right by the vendor's rule. */
  readonly isValid: boolean
  readonly status: number | null
}

/** What is answered instead of the usual. `reset` closes the connection, `hang` never answers. */
export type Instead =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | 'reset'
  | 'hang'

/** How a handler of webhooks is built, well or badly. All but scheme and secret describe what is wrong with it. */
export interface HandlerOptions {
  readonly scheme: SchemeId
  readonly secret: string
  /** Does not look at signatures. */
  readonly trusting?: boolean
  /** Does not look at timestamps. */
  readonly acceptsOld?: boolean
  /**
   * How it treats an id it has seen. `says`: remembers and says so in a header. `same-answer`: remembers and gives the
   * first answer again. `silent`: remembers and does not show it. `forgets`: processes again and says so in a header.
   */
  readonly memory?: 'says' | 'same-answer' | 'silent' | 'forgets'
  /** Looks for the id, then waits before it remembers it: copies that arrive together all get through. */
  readonly racy?: boolean
  /** Pause before the answer to the first request, milliseconds. */
  readonly firstLatencyMs?: number
  /** Answers events it takes with 409 when it knows them. */
  readonly conflictsOnKnown?: boolean
  /** Parses before it checks: an error when the body is empty. */
  readonly parsesFirst?: boolean
  /** Longest body; a longer one ends the connection. */
  readonly maxBytes?: number
  /** Knows only these types and breaks on others. */
  readonly types?: readonly string[]
  /** Takes any method. */
  readonly anyMethod?: boolean
  /** Asked first. `place` counts all requests from 0, `ofId` those with this id. */
  readonly instead?: (request: { place: number; ofId: number; bytes: number; id: string | null }) => Instead | null
}

export interface Handler {
  readonly url: string
  readonly seen: readonly Seen[]
  /** How often each id took effect. */
  readonly processed: ReadonlyMap<string, number>
  close(): Promise<void>
}

interface Result {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

/** A real HTTP server that does with webhooks what its options say. */
export async function startHandler(options: HandlerOptions): Promise<Handler> {
  const seen: Seen[] = []
  const processed = new Map<string, number>()
  const known = new Map<string, string>()
  const counts = new Map<string, number>()
  const sockets = new Set<Socket>()
  let records = 0
  let url = ''

  const take = async (id: string): Promise<Result> => {
    const isKnown = known.has(id)
    if (options.racy === true) await new Promise((resolve) => setTimeout(resolve, 20))
    const remembers = options.memory !== 'forgets'
    if (isKnown && remembers) {
      if (options.conflictsOnKnown === true) return { status: 409, body: '{"error":"known"}' }
      if (options.memory === 'same-answer') return { status: 200, body: known.get(id) ?? '' }
      return options.memory === 'silent'
        ? { status: 200, body: '{"ok":true}' }
        : { status: 200, headers: { 'webhook-duplicate': 'true' }, body: '{"ok":true}' }
    }
    records += 1
    const body = options.memory === 'same-answer' ? `{"record":${records}}` : '{"ok":true}'
    known.set(id, body)
    processed.set(id, (processed.get(id) ?? 0) + 1)
    return options.memory === 'says' || options.memory === 'forgets' || options.memory === undefined
      ? { status: 200, headers: { 'webhook-duplicate': 'false' }, body }
      : { status: 200, body }
  }

  const judge = (
    request: IncomingMessage,
    body: Buffer,
  ): { isValid: boolean; id: string | null; type: string | null } => {
    const asked = {
      method: request.method ?? '',
      url: url + (request.url ?? '').slice(1),
      rawHeaders: request.rawHeaders,
      body,
    }
    const verdict = verify(options.scheme, asked, [options.secret], Date.now())
    const isOld = verdict.reason === 'stale' || verdict.reason === 'future'
    return {
      isValid: verdict.ok || (options.acceptsOld === true && isOld),
      ...eventOf(options.scheme, request.rawHeaders, parsed(body)),
    }
  }

  const answer = async (request: IncomingMessage, response: ServerResponse, body: Buffer) => {
    const { isValid, id, type } = judge(request, body)
    const ofId = counts.get(id ?? '') ?? 0
    counts.set(id ?? '', ofId + 1)
    const log = (status: number | null) => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
      seen.push({ id, type, method: request.method ?? '', headers, bytes: body.length, isValid, status })
    }
    const instead = options.instead?.({ place: seen.length, ofId, bytes: body.length, id }) ?? null
    if (instead === 'hang') return log(null)
    if (instead === 'reset') {
      log(null)
      request.socket.resetAndDestroy()
      return
    }
    const send = ({ status, headers, body: text }: Result) => {
      log(status)
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text)
    }
    if (instead !== null) return send({ ...instead, body: '{}' })
    if (options.firstLatencyMs !== undefined && seen.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, options.firstLatencyMs))
    }
    if (request.method !== 'POST' && options.anyMethod !== true) return send({ status: 405, body: '{}' })
    if (options.parsesFirst === true && body.length === 0) return send({ status: 500, body: '{"error":"SyntaxError"}' })
    if (!isValid && options.trusting !== true) return send({ status: 401, body: '{}' })
    if (type !== null && options.types?.includes(type) === false) return send({ status: 500, body: '{}' })
    send(await take(id ?? body.toString('latin1')))
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > (options.maxBytes ?? Number.POSITIVE_INFINITY)) request.socket.resetAndDestroy()
      else chunks.push(chunk)
    })
    request.on('error', () => undefined)
    request.on('end', () => void answer(request, response, Buffer.concat(chunks)))
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    url: `${url}hooks`,
    seen,
    processed,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
