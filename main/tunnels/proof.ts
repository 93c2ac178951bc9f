import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { Problem } from '../../shared/problems.ts'
import { type HttpClient, HttpFailure, type HttpResponse } from '../http/http-client.ts'
import type { TunnelReceiver, TunnelSurroundings } from './ports.ts'

const REQUEST_MS = 10_000
const MAX_BYTES = 256 * 1_024

/** Why it did not come back. `again`: a new tunnel may still be on its way. */
interface Miss {
  readonly again: boolean
  readonly cause: string
  readonly remedies: readonly string[]
}

/**
 * Sends a random word through `url` and waits for it at the receiver. Resolves with the time there and back, ms, of
 * the try that came through. Throws TUNNEL_FAILED saying what answered instead, CONFLICT while the receiver does not
 * listen, and the reason of `signal` when that ends it. A name that is not known yet and a tunnel that is not connected
 * yet are tried again until the time is over.
 */
export async function proveTunnel(
  url: string,
  receiver: TunnelReceiver,
  http: HttpClient,
  times: TunnelSurroundings['times'],
  signal: AbortSignal,
): Promise<number> {
  const nonce = randomBytes(24).toString('hex')
  const release = receiver.serveNonce(nonce)
  const until = performance.now() + times.proof
  try {
    for (;;) {
      signal.throwIfAborted()
      const outcome = await tryOnce(`${url}/.well-known/keyhold/${nonce}`, nonce, http, signal)
      if (typeof outcome === 'number') return outcome
      if (!outcome.again || performance.now() + times.proofRetry > until) throw notProved(url, outcome)
      await wait(times.proofRetry, undefined, { signal })
    }
  } finally {
    release()
  }
}

async function tryOnce(url: string, nonce: string, http: HttpClient, signal: AbortSignal): Promise<number | Miss> {
  try {
    const answer = await http.send({
      method: 'GET',
      url,
      headers: { 'cache-control': 'no-store' },
      signal,
      timeoutMs: REQUEST_MS,
      maxBytes: MAX_BYTES,
    })
    return answer.status === 200 && answer.body.trim() === nonce ? answer.durationMs : missOf(answer)
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof HttpFailure)) throw error
    return missOfFailure(error)
  }
}

function missOfFailure({ kind, message }: HttpFailure): Miss {
  if (kind === 'too-large') return somebodyElse('A large page was answered instead.')
  if (kind === 'tls') {
    return {
      again: true,
      cause: `The certificate of the address is not accepted: ${message}`,
      remedies: ['A new tunnel may need a minute for its certificate. Prove it again then.'],
    }
  }
  return {
    again: kind === 'network' || kind === 'timeout',
    cause: `Nothing answers at the address: ${message}`,
    remedies: [
      'Check that the tunnel program runs and says this address.',
      'A new address may need a minute until its name is known everywhere. Prove it again then.',
    ],
  }
}

function missOf(answer: HttpResponse): Miss {
  const { status, headers, body } = answer
  const ngrok = headers['ngrok-error-code'] ?? /\bERR_NGROK_\d+\b/.exec(body)?.[0]
  if (ngrok !== undefined) return missOfNgrok(ngrok)
  if (isReminder(body)) {
    return {
      again: false,
      cause: 'The tunnel shows a page for visitors before it lets a request through. Providers do not click it away.',
      remedies: ['Turn that page off at the tunnel, or use another tunnel.'],
    }
  }
  if (status >= 300 && status < 400) {
    const host = hostOf(headers.location)
    return {
      again: false,
      cause: `The address redirects${host === null ? '' : ` to ${host}`} (status ${status}). Providers do not follow.`,
      remedies: [
        'If it asks for a sign-in, let everybody use the tunnel (for a dev tunnel: --allow-anonymous).',
        'Use the address that it redirects to, with https.',
      ],
    }
  }
  if (status === 401 || status === 403) {
    return {
      again: false,
      cause: `The address asks for a sign-in (status ${status}). Providers have none.`,
      remedies: ['Let everybody use the tunnel (for a dev tunnel: --allow-anonymous).'],
    }
  }
  if ([502, 503, 504, 530].includes(status)) {
    return {
      again: true,
      cause: `The tunnel answers, and does not reach the receiver (status ${status}).`,
      remedies: ['Check that the tunnel leads to the port of the receiver on this machine.', 'Start the tunnel again.'],
    }
  }
  if (body.startsWith('This is the webhook receiver of Keyhold.')) {
    return {
      again: true,
      cause: 'A receiver of Keyhold answered, but not this one.',
      remedies: ['Check that the tunnel leads to the port of this receiver, and not to that of another Keyhold.'],
    }
  }
  return somebodyElse(`The answer came from another program (status ${status}).`)
}

/** Codes: ngrok.com/docs/errors. 3200 and 3004 on the way up, 6024 is the page for visitors, 8012 a wrong port. */
function missOfNgrok(code: string): Miss {
  if (code === 'ERR_NGROK_6024') {
    return {
      again: false,
      cause: `ngrok shows a page for visitors before it lets a request through (${code}).`,
      remedies: ['Providers with a program as user agent do not get that page. Prove it again, or use another tunnel.'],
    }
  }
  return {
    again: true,
    cause:
      code === 'ERR_NGROK_8012'
        ? `ngrok does not reach the receiver (${code}).`
        : `ngrok has no tunnel at this address now (${code}).`,
    remedies: ['Check that ngrok runs and leads to the port of the receiver.', 'Look for running tunnels again.'],
  }
}

/** localtunnel asks visitors for the address they come from, unless they send a header for it. */
function isReminder(body: string): boolean {
  return /bypass-tunnel-reminder|tunnel website ahead|You are about to visit/i.test(body)
}

function hostOf(location: string | undefined): string | null {
  return location !== undefined && URL.canParse(location) ? new URL(location).host : null
}

function somebodyElse(cause: string): Miss {
  return {
    again: false,
    cause: `${cause} The address leads somewhere else.`,
    remedies: ['Check the address.', 'Check that the tunnel leads to the port of the receiver on this machine.'],
  }
}

function notProved(url: string, { cause, remedies }: Miss): Problem {
  return new Problem('TUNNEL_FAILED', `${new URL(url).host} does not lead to this receiver.`, {
    cause,
    remedies: [...remedies],
  })
}
