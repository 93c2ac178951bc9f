import { createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { makeCertificate } from './webhook-target-certificate.ts'

/** A request as it stood on the socket. */
export interface ReceivedRequest {
  /** Request line and headers, byte for byte as latin1, with the line ends. */
  readonly head: string
  readonly method: string
  readonly target: string
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  readonly at: number
  /** Port of the sender. */
  readonly port: number
}

/**
 * What the target does with a request.
 * - `answer`: status, headers and body; `closes` ends the connection after it without saying so before
 * - `hang`: nothing; `reset`: cuts the connection; `half`: half an answer, then the end; `garbage`: not HTTP
 * - `endless`: an answer of five gigabytes; `drip`: an answer of which a byte comes every 10 ms
 */
export type TargetAct =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers?: readonly string[]
      readonly body?: string | Buffer
      readonly closes?: boolean
      readonly after?: Promise<void>
    }
  | { readonly kind: 'hang' | 'reset' | 'half' | 'garbage' | 'endless' | 'drip' }

export interface WebhookTarget {
  /** Without a path. */
  readonly url: string
  readonly port: number
  readonly requests: readonly ReceivedRequest[]
  /** Connections so far. */
  readonly connections: number
  /** Requests that wait for their answer now, and the most there ever were. */
  readonly open: number
  readonly peak: number
  /** Bytes written by an endless answer. */
  readonly endlessBytes: number
  /** PEM to trust it, null without TLS. */
  readonly ca: string | null
  act(next: TargetAct | ((request: ReceivedRequest, index: number) => TargetAct)): void
  /** Resolves when so many requests have come in all. */
  received(count: number): Promise<void>
  close(): Promise<void>
}

export const ok: TargetAct = { kind: 'answer', status: 200, body: 'ok' }

/** A webhook handler on a free port of this machine that keeps the bytes and misbehaves on demand. */
export async function startWebhookTarget(
  options: { readonly tls?: boolean; readonly port?: number; readonly keep?: boolean } = {},
): Promise<WebhookTarget> {
  const requests: ReceivedRequest[] = []
  const sockets = new Set<Socket>()
  const waiting: { count: number; done: () => void }[] = []
  let decide: (request: ReceivedRequest, index: number) => TargetAct = () => ok
  let count = 0
  let connections = 0
  let open = 0
  let peak = 0
  let endlessBytes = 0

  const settle = () => {
    open -= 1
  }
  const perform = async (act: TargetAct, socket: Socket): Promise<void> => {
    switch (act.kind) {
      case 'answer': {
        await act.after
        const body = Buffer.from(act.body ?? '')
        const lines = [`HTTP/1.1 ${act.status} X`, `Content-Length: ${body.length}`]
        for (let at = 0; at < (act.headers?.length ?? 0); at += 2) {
          lines.push(`${act.headers?.[at]}: ${act.headers?.[at + 1]}`)
        }
        socket.write(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]))
        if (act.closes) socket.end()
        settle()
        return
      }
      case 'hang':
        socket.once('close', settle)
        return
      case 'reset':
        settle()
        socket.resetAndDestroy()
        return
      case 'half':
        settle()
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"half":')
        return
      case 'garbage':
        settle()
        socket.end('SSH-2.0-OpenSSH_9.2\r\n')
        return
      case 'endless':
        socket.once('close', settle)
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${5 * 1_024 ** 3}\r\n\r\n`)
        pour(socket)
        return
      case 'drip': {
        socket.once('close', settle)
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n')
        const timer = setInterval(() => socket.write('.'), 10)
        socket.once('close', () => clearInterval(timer))
        return
      }
    }
  }
  const pour = (socket: Socket) => {
    const chunk = Buffer.alloc(64 * 1_024, 0x20)
    while (!socket.destroyed) {
      endlessBytes += chunk.length
      if (!socket.write(chunk)) {
        socket.once('drain', () => pour(socket))
        return
      }
    }
  }

  const serve = (socket: Socket) => {
    connections += 1
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    const port = socket.remotePort ?? 0
    let pending: Buffer = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      // The beginning of TLS, from a client that was told https.
      if (pending[0] === 0x16) socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')
      for (;;) {
        const read = readRequest(pending, port)
        if (read === null) return
        pending = pending.subarray(read.length)
        count += 1
        open += 1
        peak = Math.max(peak, open)
        if (options.keep !== false) requests.push(read.request)
        void perform(decide(read.request, count - 1), socket)
        for (const waiter of waiting.splice(0)) {
          if (count >= waiter.count) waiter.done()
          else waiting.push(waiter)
        }
      }
    })
  }
  const certificate = options.tls ? makeCertificate() : null
  const server = certificate === null ? createServer(serve) : createTlsServer(certificate, serve)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  const { port } = address
  return {
    url: `${certificate === null ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    requests,
    get connections() {
      return connections
    },
    get open() {
      return open
    },
    get peak() {
      return peak
    },
    get endlessBytes() {
      return endlessBytes
    },
    ca: certificate?.ca ?? null,
    act: (next) => {
      decide = typeof next === 'function' ? next : () => next
    },
    received: (wanted) =>
      count >= wanted ? Promise.resolve() : new Promise((done) => waiting.push({ count: wanted, done })),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** The first whole request in these bytes, or null. Bodies have a length: the client never sends chunks. */
function readRequest(bytes: Buffer, port: number): { request: ReceivedRequest; length: number } | null {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return null
  const head = bytes.subarray(0, end + 4).toString('latin1')
  const [first = '', ...lines] = head.slice(0, -4).split('\r\n')
  const [method = '', target = ''] = first.split(' ')
  const rawHeaders = lines.flatMap((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')]
  })
  const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-length')
  const length = at < 0 ? 0 : Number(rawHeaders[at + 1])
  if (bytes.length < end + 4 + length) return null
  const body = Buffer.from(bytes.subarray(end + 4, end + 4 + length))
  return { request: { head, method, target, rawHeaders, body, at: Date.now(), port }, length: end + 4 + length }
}
