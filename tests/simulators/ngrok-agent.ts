import { createServer } from 'node:http'
import { listening, type Running } from './cloudflared.ts'

export interface NgrokTunnel {
  readonly public_url: string
  /** As ngrok writes it: "http://localhost:4590". */
  readonly addr: string
}

/** The local API of an ngrok agent, as far as it tells of tunnels. */
export async function startNgrokAgent(
  tunnels: readonly NgrokTunnel[],
  port = 0,
): Promise<Running & { setTunnels(tunnels: readonly NgrokTunnel[]): void }> {
  let present = tunnels
  const running = await listening(
    createServer((request, response) => {
      if (request.url !== '/api/tunnels') {
        response.writeHead(404).end()
        return
      }
      const body = {
        tunnels: present.map(({ public_url, addr }, at) => ({
          name: `tunnel-${at}`,
          uri: `/api/tunnels/tunnel-${at}`,
          public_url,
          proto: new URL(public_url).protocol.slice(0, -1),
          config: { addr, inspect: true },
          metrics: {},
        })),
        uri: '/api/tunnels',
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }),
    port,
  )
  return {
    ...running,
    setTunnels: (next) => {
      present = next
    },
  }
}
