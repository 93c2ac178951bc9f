import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Connection } from './connection.ts'
import type { ThreadLimits } from './messages.ts'
import { rawAnswer } from './plain-answers.ts'

const IDLE_MS = 15_000
/** The whole of a request may take this many times what may pass without a byte of it. */
const WHOLE_REQUEST = 10
const CLOSING_TURNS = 1_000

interface ListenerOptions {
  readonly limits: ThreadLimits
  /** `invite`: the sender waits for 100-continue before it sends the body. */
  readonly onRequest: (
    request: IncomingMessage,
    response: ServerResponse,
    connection: Connection,
    invite: boolean,
  ) => void
  /** Something that is no HTTP, or no HTTP within the limits. */
  readonly onMalformed: () => void
}

/** One listening socket and its connections. */
export class Listener {
  readonly #server: Server
  readonly #options: ListenerOptions
  readonly #connections = new Map<Socket, Connection>()

  constructor(options: ListenerOptions) {
    this.#options = options
    const { limits, onRequest } = options
    const server = createServer({
      maxHeaderSize: limits.maxHeaderBytes,
      requireHostHeader: false,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs * WHOLE_REQUEST,
      keepAliveTimeout: IDLE_MS,
      connectionsCheckingInterval: Math.min(1_000, Math.ceil(limits.headersTimeoutMs / 2)),
      noDelay: true,
    })
    // The bound is the size of all headers together.
    server.maxHeadersCount = 0
    // Node would close its side as soon as the sender closes its own, answered or not. The property is not in its types.
    Object.assign(server, { httpAllowHalfOpen: true })
    server.maxConnections = limits.maxConnections
    server.setTimeout(limits.requestTimeoutMs, (socket) => this.#idle(socket))
    server.on('connection', (socket) => this.#connected(socket))
    server.on('request', (request, response) => onRequest(request, response, this.#of(request.socket), false))
    server.on('checkContinue', (request, response) => onRequest(request, response, this.#of(request.socket), true))
    server.on('checkExpectation', (request, response) => onRequest(request, response, this.#of(request.socket), false))
    server.on('clientError', (error, socket) => this.#unreadable(error, socket))
    // CONNECT asks for a tunnel to somewhere else.
    server.on('connect', (request) => this.#refuseTunnel(request.socket))
    this.#server = server
  }

  /** Resolves with the port. Rejects with the error of the socket. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ port, host, backlog: 1_024, exclusive: true }, () => {
        this.#server.removeListener('error', reject)
        // An accept that failed is the caller's loss; the socket goes on listening.
        this.#server.on('error', () => {})
        const address = this.#server.address()
        resolve(typeof address === 'object' && address !== null ? address.port : port)
      })
    })
  }

  /** No new connections; those that are in use get their answer and end with it. The port is free at once. */
  retire(): void {
    this.#server.close()
    for (const connection of this.#connections.values()) connection.closing = true
  }

  /** Resolves when no request is under way any more, at the latest after this time. Then every connection is cut. */
  async drain(milliseconds: number): Promise<void> {
    if (this.#connections.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds)
        this.#server.once('close', () => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
    this.#server.closeAllConnections()
    for (const socket of this.#connections.keys()) socket.destroy()
    // Each says so in a turn of its own, and with it what came of the request it carried.
    for (let turn = 0; turn < CLOSING_TURNS && this.#connections.size > 0; turn += 1) {
      await new Promise((resume) => setImmediate(resume))
    }
  }

  #connected(socket: Socket): void {
    this.#connections.set(socket, new Connection(socket))
    socket.once('close', () => this.#connections.delete(socket))
  }

  #of(socket: Socket): Connection {
    const known = this.#connections.get(socket)
    if (known !== undefined) return known
    const connection = new Connection(socket)
    this.#connections.set(socket, connection)
    return connection
  }

  #idle(socket: Socket): void {
    const connection = this.#of(socket)
    // Answers may be held back for longer.
    if (connection.busy) return
    connection.breakOff(rawAnswer('408 Request Timeout', 'The request did not come to its end in time.\n'))
  }

  #unreadable(error: Error, socket: Duplex): void {
    const connection = socket instanceof Socket ? this.#of(socket) : null
    if (connection === null) return
    const code = 'code' in error ? String(error.code) : ''
    if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
      connection.breakOff(rawAnswer('408 Request Timeout', 'The request did not come to its end in time.\n'))
      return
    }
    if (!code.startsWith('HPE_')) {
      connection.cut()
      return
    }
    const words =
      code === 'HPE_HEADER_OVERFLOW'
        ? rawAnswer('431 Request Header Fields Too Large', this.#headerLimit())
        : rawAnswer('400 Bad Request', 'This is not a request that can be read as HTTP/1.1. It was not captured.\n')
    // Requests before it in the same piece come to their end in this turn, and are answered first.
    setImmediate(() => {
      // In the middle of a request it is recorded as aborted and counts as refused.
      const isOfRequest = connection.receiving > 0
      if (connection.breakOff(words) && !isOfRequest) this.#options.onMalformed()
    })
  }

  #refuseTunnel(socket: Socket): void {
    const words = rawAnswer('400 Bad Request', 'CONNECT is not answered: this is a webhook receiver, not a proxy.\n')
    if (this.#of(socket).breakOff(words)) this.#options.onMalformed()
  }

  #headerLimit(): string {
    return `The headers are longer than the ${this.#options.limits.maxHeaderBytes} bytes that are read. The request was not captured.\n`
  }
}
