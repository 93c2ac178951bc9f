import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { WebSocket } from 'ws'
import { z } from 'zod'
import type { WorkspaceClient } from '../../shared/contract/index.ts'
import { SOCKET_PROTOCOL } from '../../shared/session.ts'
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
function cookieOf(answer: RawAnswer): string {
  const header = answer.headers['set-cookie']
  return (Array.isArray(header) ? (header[0] ?? '') : (header ?? '')).split(';')[0] ?? ''
}

/** Both halves of a session out of the answer to the exchange. */
export function credentialsOf(answer: RawAnswer): SessionCredentials {
  const { proof } = proofSchema.parse(JSON.parse(answer.body))
  return { cookie: cookieOf(answer), proof }
}

const proofSchema = z.object({ proof: z.string() })

export interface SessionCredentials {
  readonly cookie: string
  readonly proof: string
}

export interface Session {
  readonly client: WorkspaceClient
  close(): void
}

/** The typed client of a page: over the WebSocket, with cookie and proof. */
export function openSession(host: RunningHost, { cookie, proof }: SessionCredentials): Session {
  const socket = new WebSocket(`${host.origin.replace('http', 'ws')}/rpc`, [SOCKET_PROTOCOL, proof], {
    headers: { cookie, origin: host.origin },
  })
  const link = new RPCLink({ websocket: socket as never })
  return { client: createORPCClient(link), close: () => socket.terminate() }
}

/** Exchanges the launch token of a host that was just started, and opens a session. */
export async function firstSession(host: RunningHost): Promise<Session> {
  return openSession(host, credentialsOf(await exchangeToken(host)))
}
