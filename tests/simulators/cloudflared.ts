import { request as ask, createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Running {
  readonly port: number
  close(): Promise<void>
}

/** What cloudflared's metrics server answers: the name of its quick tunnel, empty for a tunnel of another kind. */
export async function startCloudflaredMetrics(
  hostname: string,
  { port = 0, ready = () => true }: { port?: number; ready?: () => boolean } = {},
): Promise<Running & { setHostname(hostname: string): void }> {
  let present = hostname
  const running = await listening(
    createServer((request, response) => {
      const answer = (status: number, body: unknown) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      if (request.url === '/quicktunnel') answer(200, { hostname: present })
      else if (request.url === '/ready') answer(ready() ? 200 : 503, { readyConnections: ready() ? 1 : 0 })
      else answer(404, {})
    }),
    port,
  )
  return {
    ...running,
    setHostname: (next) => {
      present = next
    },
  }
}

/** The way through a tunnel: every request is passed on to `target` ("http://127.0.0.1:4590"), its answer comes back. */
export function startForwarder(target: string): Promise<Running> {
  const server = createServer((request, response) => {
    const { hostname, port } = new URL(target)
    const onward = ask(
      {
        hostname,
        port,
        method: request.method,
        path: request.url,
        headers: { ...request.headers, 'x-forwarded-proto': 'https' },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      },
    )
    onward.on('error', () => response.writeHead(502).end('Bad gateway'))
    request.pipe(onward)
  })
  return listening(server, 0)
}

export async function listening(server: Server, port: number): Promise<Running> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}
