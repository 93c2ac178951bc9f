import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { RPCHandler } from '@orpc/server/ws'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import { PROOF_HEADER, SOCKET_PROTOCOL } from '../../shared/session.ts'
import { type DefectReporter, type DoorContext, doorOptions } from '../doors.ts'
import { createRouter, type LocalApiHost } from '../router.ts'
import type { Workspace } from '../workspace.ts'
import type { BuiltFiles } from './built-files.ts'
import { contentSecurityPolicy, securityHeaders } from './policies/csp.ts'
import { allowedHosts, refuseForeign } from './policies/loopback-guard.ts'
import { createRestDoor, type RestDoor, sendProblem } from './rest-door.ts'
import { Sessions } from './sessions.ts'

/** Largest message of the page: an import of a 20 MiB database travels as base64. */
const MAX_MESSAGE = 32 * 1024 * 1024
const MAX_SESSION_BODY = 1_024
const MAX_CONNECTIONS = 256
const MAX_SOCKETS = 32
const SLOW_REQUEST_MS = 10_000

export interface BrowserServerOptions {
  readonly workspace: Workspace
  readonly files: BuiltFiles
  /** 0 takes any free port. */
  readonly port: number
  /** Token of `--api-token-file`, or null. It turns the local API on for this run. */
  readonly apiToken: string | null
  readonly apiAllowReveal: boolean
  readonly reportDefect: DefectReporter
}

export interface BrowserServer {
  readonly port: number
  /** The address to open, with the launch token that is good once. */
  readonly launchUrl: string
  close(): Promise<void>
}

/** Serves the workspace on 127.0.0.1: the page, its WebSocket, and the local REST API when that is on. */
export async function startBrowserServer(options: BrowserServerOptions): Promise<BrowserServer> {
  const { workspace, reportDefect } = options
  let port = options.port
  const sessions = new Sessions(() => port)
  const localApi: LocalApiHost = {
    url: () => `http://127.0.0.1:${port}/api`,
    tokenFromFile: options.apiToken !== null,
    revealByFlag: options.apiAllowReveal,
  }
  const router = createRouter(workspace, localApi)
  const rpc = new RPCHandler<DoorContext>(router, doorOptions(reportDefect))
  const rest = createRestDoor({
    router,
    reportDefect,
    isEnabled: () => options.apiToken !== null || workspace.settings.localApi().enabled,
    isToken: (token) =>
      options.apiToken === null ? workspace.settings.isApiToken(token) : sameText(token, options.apiToken),
    hasSession: (request) => sessions.isKnown(request.headers.cookie),
  })
  const server = createServer({ maxHeaderSize: 32 * 1024 }, (request, response) => {
    answer(request, response, { port, sessions, files: options.files, rest }).catch((error: unknown) => {
      reportDefect(error)
      if (response.headersSent) response.destroy()
      else refuse(response, 500, 'Something went wrong inside Keyhold.')
    })
  })
  server.maxConnections = MAX_CONNECTIONS
  server.headersTimeout = SLOW_REQUEST_MS
  server.requestTimeout = 2 * SLOW_REQUEST_MS
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE,
    perMessageDeflate: false,
    handleProtocols: () => SOCKET_PROTOCOL,
  })
  server.on('upgrade', (request, socket, head) => {
    // Whoever hangs up in the middle of this must not take the process along.
    socket.on('error', () => socket.destroy())
    const status = sockets.clients.size >= MAX_SOCKETS ? 503 : upgradeRefusal(request, port, sessions)
    if (status !== null) {
      refuseUpgrade(socket, status)
      return
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => client.terminate())
      void rpc.upgrade(client, { context: { caller: { source: 'app' } } })
    })
  })
  await listen(server, options.port)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  port = address.port
  return {
    port,
    launchUrl: `http://127.0.0.1:${port}/#token=${sessions.launchToken}`,
    close: async () => {
      for (const client of sockets.clients) client.terminate()
      sockets.close()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

interface AnswerParts {
  readonly port: number
  readonly sessions: Sessions
  readonly files: BuiltFiles
  readonly rest: RestDoor
}

async function answer(request: IncomingMessage, response: ServerResponse, parts: AnswerParts): Promise<void> {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
  const isSession = path === '/session'
  // Browsers send no Origin along when a page only asks its own server, so that question is answered without one.
  const foreign = refuseForeign(originOf(request), parts.port, isSession && request.method !== 'GET')
  const isApi = path === '/api' || path.startsWith('/api/')
  if (foreign !== null) {
    if (isApi)
      return sendProblem(response, foreign.status, 'FORBIDDEN', foreign.reason, [`Ask at 127.0.0.1:${parts.port}.`])
    return refuse(response, foreign.status, foreign.reason)
  }
  if (isSession) return exchangeToken(request, response, parts.sessions)
  if (isApi) return parts.rest.answer(request, response)
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Only GET is served here.')
  const nonce = randomBytes(16).toString('base64url')
  const file = parts.files.find(path, nonce)
  if (file === null) return refuse(response, 404, 'There is no such file.')
  const connect = allowedHosts(parts.port).map((host) => `ws://${host}`)
  response.setHeader('content-security-policy', contentSecurityPolicy(nonce, connect))
  response.writeHead(200, { 'content-type': file.contentType, 'content-length': file.body.length })
  response.end(request.method === 'HEAD' ? undefined : file.body)
}

async function exchangeToken(request: IncomingMessage, response: ServerResponse, sessions: Sessions): Promise<void> {
  // A tab that already shares the cookie asks too, to learn whether it has to show the "open the address" page.
  if (request.method === 'GET') {
    const proof = request.headers[PROOF_HEADER]
    const isOurs = sessions.isValid(request.headers.cookie, typeof proof === 'string' ? proof : undefined)
    return refuse(response, isOurs ? 204 : 401, '')
  }
  if (request.method !== 'POST') return refuse(response, 405, 'Only POST is served here.')
  const body = await readSmallBody(request)
  const parsed = body === null ? null : tokenBodySchema.safeParse(parseJson(body))
  const session = parsed?.success ? sessions.exchange(parsed.data.token) : null
  if (session === null) {
    return refuse(
      response,
      401,
      'This launch token is not valid, or was used already. Use the address in the terminal.',
    )
  }
  response.writeHead(200, { 'set-cookie': session.cookie, 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify({ proof: session.proof }))
}

const tokenBodySchema = z.object({ token: z.string().max(200) })

function upgradeRefusal(request: IncomingMessage, port: number, sessions: Sessions): number | null {
  const foreign = refuseForeign(originOf(request), port, true)
  if (foreign !== null) return foreign.status
  if (request.url !== '/rpc') return 404
  const [protocol, proof] = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((part) => part.trim())
  return protocol === SOCKET_PROTOCOL && sessions.isValid(request.headers.cookie, proof) ? null : 401
}

function originOf(request: IncomingMessage) {
  return { host: request.headers.host, origin: request.headers.origin }
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
  response.end(text)
}

function refuseUpgrade(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

async function readSmallBody(request: IncomingMessage): Promise<string | null> {
  let body = ''
  for await (const chunk of request) {
    body += String(chunk)
    if (body.length > MAX_SESSION_BODY) return null
  }
  return body
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function sameText(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest()
  return timingSafeEqual(digest(given), digest(expected))
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
}
