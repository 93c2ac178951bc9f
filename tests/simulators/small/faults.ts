import type { ServerResponse } from 'node:http'
import { html, json, type SimulatedAnswer } from './simulated-provider.ts'

/** What can go wrong at any provider, or between it and us. Each has a key of its own at every provider. */
export const faultNames = [
  'portal',
  'portal-401',
  'gateway-502',
  'truncated',
  'cut-off',
  'error-in-200',
  'array',
  'null',
  'empty',
  'wrong-types',
  'deep',
  'never',
  'huge',
  'endless-headers',
  'server-error',
  'overloaded',
  'flaky',
  'redirect',
  'echo',
  'dropped',
] as const
export type FaultName = (typeof faultNames)[number]

export function isFault(name: string): name is FaultName {
  return faultNames.some((fault) => fault === name)
}

const HUGE_BYTES = 50 * 1024 * 1024

/**
 * Answers with a fault. Returns an answer to be sent instead, if the fault is only an odd answer; null when the
 * response was dealt with here (or is never to be). `hits` counts the requests with this key, from 1; `good` is
 * what the provider answers to a good key.
 */
export function applyFault(
  name: FaultName,
  response: ServerResponse,
  context: { readonly key: string; readonly hits: number; readonly good: SimulatedAnswer },
): SimulatedAnswer | null {
  const { key, good, hits } = context
  switch (name) {
    case 'portal':
      return html(200, 'Welcome to the guest network')
    case 'portal-401':
      return html(401, 'Proxy login required')
    case 'gateway-502':
      return html(502, '502 Bad Gateway')
    case 'truncated':
      return { status: 200, body: JSON.stringify(good.body).slice(0, -4), type: 'application/json' }
    case 'cut-off':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '4000' })
      response.write('{"data":[', () => response.destroy())
      return null
    case 'error-in-200':
      return json(200, { error: { message: 'Something broke.', type: 'server_error', code: 'oops' } })
    case 'array':
      return json(200, [])
    case 'null':
      return json(200, null)
    case 'empty':
      return { status: 200, body: '' }
    case 'wrong-types':
      return json(200, wrongTypes(good.body))
    case 'deep':
      return { status: 200, body: `${'['.repeat(100_000)}${']'.repeat(100_000)}`, type: 'application/json' }
    case 'never':
      return null
    case 'huge':
      sendHuge(response)
      return null
    case 'endless-headers':
      response.writeHead(200, { 'content-type': 'application/json', 'x-padding': 'x'.repeat(200_000) })
      response.end('{}')
      return null
    case 'server-error':
      return json(500, { error: { message: 'The server had an error.', type: 'server_error' } })
    case 'overloaded':
      return json(503, { error: { message: 'Overloaded.' } }, { 'retry-after': '0' })
    case 'flaky':
      return hits === 1 ? json(503, { error: { message: 'Overloaded.' } }, { 'retry-after': '0' }) : good
    case 'redirect':
      return { status: 302, body: '', headers: { location: 'http://127.0.0.1:9/elsewhere' } }
    case 'echo':
      return json(418, {
        error: { message: `Key ${key} is odd\u0007 <script>alert(1)</script>`, code: key, type: key },
        message: key,
        detail: { status: key, message: key },
      })
    case 'dropped':
      response.destroy()
      return null
  }
}

/** The same fields with a value of the wrong type in each. */
function wrongTypes(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body
  return Object.fromEntries(Object.keys(body).map((name) => [name, { unexpected: [name] }]))
}

function sendHuge(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  const chunk = Buffer.alloc(64 * 1024, 0x20)
  let sent = 0
  const push = () => {
    while (!response.destroyed && sent < HUGE_BYTES) {
      sent += chunk.length
      if (!response.write(chunk)) {
        response.once('drain', push)
        return
      }
    }
    if (!response.destroyed) response.end('{}')
  }
  push()
}
