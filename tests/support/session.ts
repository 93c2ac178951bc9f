import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { WebSocket } from 'ws'
import type { WorkspaceClient } from '../../shared/contract/index.ts'
import type { RunningHost } from './browser-host.ts'
import { type RawAnswer, rawRequest } from './raw-http.ts'

/** Asks for a session cookie with a launch token, as the page does. */
export function exchangeToken(
  host: RunningHost,
  token = new URL(host.launchUrl).hash.replace('#token=', ''),
): Promise<RawAnswer> {
  return rawRequest(`${host.origin}/session`, {
    method: 'POST',
    headers: { origin: host.origin, 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
}

/** The `name=value` part of the session cookie in an answer; empty if there is none. */
export function cookieOf(answer: RawAnswer): string {
  const header = answer.headers['set-cookie']
  return (Array.isArray(header) ? (header[0] ?? '') : (header ?? '')).split(';')[0] ?? ''
}

export interface Session {
  readonly client: WorkspaceClient
  close(): void
}

/** The typed client of a page: over the WebSocket, with the session cookie. */
export function openSession(host: RunningHost, cookie: string): Session {
  const socket = new WebSocket(`${host.origin.replace('http', 'ws')}/rpc`, { headers: { cookie, origin: host.origin } })
  const link = new RPCLink({ websocket: socket as never })
  return { client: createORPCClient(link), close: () => socket.terminate() }
}

/** Exchanges the launch token of a host that was just started, and opens a session. */
export async function firstSession(host: RunningHost): Promise<Session> {
  return openSession(host, cookieOf(await exchangeToken(host)))
}
