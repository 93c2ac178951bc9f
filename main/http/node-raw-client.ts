import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import { createSecureContext, rootCertificates } from 'node:tls'
import { codeOf, TLS_CODES } from './fault-codes.ts'
import { type RawAnswer, type RawClient, RawFailure, type RawFailureKind, type RawRequest } from './raw-client.ts'
import { readTarget, wireHeaders } from './wire-headers.ts'

/** Connections to one address at the same time, and to all. More wait for a free one, inside their time limit. */
const MAX_SOCKETS = 256
const MAX_TOTAL_SOCKETS = 512
const MAX_IDLE_SOCKETS = 32
/** Bytes of the headers of an answer. */
const MAX_HEADER_BYTES = 64 * 1_024
/** Sets of own authorities that are remembered; each has its own connections. */
const MAX_AUTHORITIES = 20

const keptAlive = {
  keepAlive: true,
  maxSockets: MAX_SOCKETS,
  maxTotalSockets: MAX_TOTAL_SOCKETS,
  maxFreeSockets: MAX_IDLE_SOCKETS,
} as const

/**
 * Sends requests as they are given, over kept-alive connections, certificates checked. A connection that the target has
 * closed in the meantime is noticed only when it is used: such a request is sent once more over a new one, provided
 * that not a byte of an answer had come. `userAgent` is for requests that name none.
 */
export function createRawClient({
  userAgent,
}: {
  readonly userAgent: string
}): RawClient & { readonly userAgent: string } {
  const plain = new http.Agent(keptAlive)
  const secure = new https.Agent(keptAlive)
  const withAuthorities = new Map<string, https.Agent>()

  const agentFor = (url: URL, ca: string | null): http.Agent => {
    if (url.protocol === 'http:') return plain
    if (ca === null) return secure
    const agent = withAuthorities.get(ca) ?? new https.Agent({ ...keptAlive, secureContext: contextOf(ca) })
    // The one used last goes to the end; the first is the one not used for longest.
    withAuthorities.delete(ca)
    withAuthorities.set(ca, agent)
    const [oldest] = withAuthorities
    if (withAuthorities.size > MAX_AUTHORITIES && oldest !== undefined) {
      withAuthorities.delete(oldest[0])
      // Its connections end with the requests under way.
      oldest[1].maxFreeSockets = 0
    }
    return agent
  }

  return {
    userAgent,
    send: async (request) => {
      const { url, path } = readTarget(request.url)
      const headers = wireHeaders(request, userAgent)
      const started = performance.now()
      const agent = agentFor(url, request.ca)
      const first = await exchange({ request, url, path, headers, agent, started })
      if (first !== 'stale') return first
      const fresh = freshAgent(url, request.ca)
      const second = await exchange({ request, url, path, headers, agent: fresh, started })
      if (second !== 'stale') return second
      throw new RawFailure('reset', `${url.host} closed the connection without an answer.`, performance.now() - started)
    },
    close: () => {
      for (const agent of [plain, secure, ...withAuthorities.values()]) agent.destroy()
    },
  }
}

/** For one request: its connection is not kept. */
function freshAgent(url: URL, ca: string | null): http.Agent {
  if (url.protocol === 'http:') return new http.Agent({ keepAlive: false })
  return new https.Agent({ keepAlive: false, ...(ca === null ? {} : { secureContext: contextOf(ca) }) })
}

/** Checks certificate authorities in PEM. Throws {@link RawFailure} `bad-request` for what are none. */
export function checkAuthorities(pem: string): void {
  contextOf(pem)
}

function contextOf(pem: string) {
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw notAuthorities()
  try {
    return createSecureContext({ ca: [...rootCertificates, pem] })
  } catch (error) {
    throw notAuthorities(error)
  }
}

function notAuthorities(cause?: unknown): RawFailure {
  return new RawFailure('bad-request', 'The certificate authorities are not certificates in PEM.', 0, { cause })
}

interface Exchange {
  readonly request: RawRequest
  readonly url: URL
  readonly path: string
  readonly headers: readonly string[]
  readonly agent: http.Agent
  /** Of `performance.now()`. */
  readonly started: number
}

/** One try. `stale`: the connection had been used before and was closed by the target without a byte of an answer. */
function exchange({ request, url, path, headers, agent, started }: Exchange): Promise<RawAnswer | 'stale'> {
  const { signal, maxAnswerBytes } = request
  return new Promise((resolve, reject) => {
    const elapsed = () => performance.now() - started
    const give = (kind: RawFailureKind, message: string, cause?: unknown) =>
      settle(() => reject(new RawFailure(kind, message, elapsed(), { cause })))
    let settled = false
    let connectMs: number | null = null
    let firstByteMs: number | null = null
    let localPort: number | null = null

    const settle = (finish: () => void) => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      finish()
    }
    const onAbort = () => {
      give('aborted', 'The request was cancelled.')
      outgoing?.destroy()
    }
    const timer = setTimeout(
      () => {
        give('timeout', `${url.host} did not answer within ${request.timeoutMs} ms.`)
        outgoing?.destroy()
      },
      Math.max(0, request.timeoutMs - elapsed()),
    )
    let outgoing: http.ClientRequest | undefined
    if (signal?.aborted) return onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })

    try {
      outgoing = (url.protocol === 'https:' ? https : http).request({
        protocol: url.protocol,
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port,
        method: request.method,
        path,
        headers,
        agent,
        setHost: false,
        maxHeaderSize: MAX_HEADER_BYTES,
      })
    } catch (error) {
      give('bad-request', 'The method, address or headers cannot be sent.', error)
      return
    }
    const sent = outgoing

    const answerOf = (incoming: http.IncomingMessage, chunks: readonly Buffer[], bytes: number): RawAnswer => ({
      status: incoming.statusCode ?? 0,
      rawHeaders: incoming.rawHeaders,
      body: Buffer.concat(chunks).subarray(0, maxAnswerBytes),
      cut: bytes > maxAnswerBytes,
      bytes,
      timing: { connectMs, firstByteMs, totalMs: elapsed() },
      localPort,
    })

    sent.once('socket', (socket: Socket) => {
      if (!socket.connecting) {
        localPort = socket.localPort ?? null
        return
      }
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        connectMs = elapsed()
        localPort = socket.localPort ?? null
      })
    })
    sent.once('response', (incoming) => {
      firstByteMs = elapsed()
      const chunks: Buffer[] = []
      let kept = 0
      let bytes = 0
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (kept < maxAnswerBytes) chunks.push(chunk)
        kept += chunk.length
        if (bytes <= maxAnswerBytes) return
        settle(() => resolve(answerOf(incoming, chunks, bytes)))
        sent.destroy()
      })
      incoming.once('end', () => settle(() => resolve(answerOf(incoming, chunks, bytes))))
      incoming.once('error', (error) => {
        if (isBroken(error)) give('bad-answer', `${url.host} answered with something that is not HTTP.`, error)
        else give('reset', `${url.host} broke off in the middle of its answer.`, error)
      })
    })
    // 101 to a request that did not ask for it: an answer like any other, and the end of the connection.
    sent.once('upgrade', (incoming, socket) => {
      firstByteMs = elapsed()
      settle(() => resolve(answerOf(incoming, [], 0)))
      socket.destroy()
    })
    sent.on('error', (error) => {
      const isStale = sent.reusedSocket && firstByteMs === null && /^(ECONNRESET|EPIPE)$/.test(codeOf(error))
      if (isStale) settle(() => resolve('stale'))
      else {
        const { kind, message } = describe(error, url.host)
        give(kind, message, error)
      }
    })
    // Nothing else may come after "close": a promise that never settles would hold a place for ever.
    sent.once('close', () => {
      if (firstByteMs === null) give('reset', `${url.host} closed the connection without an answer.`)
    })
    sent.end(request.body)
  })
}

const tlsWords: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'it comes from an authority of its own',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the authority that signed it is not known here',
  UNABLE_TO_GET_ISSUER_CERT: 'the authority that signed it is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the authority that signed it is not known here',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name',
}

const networkWords: Readonly<Record<string, readonly [RawFailureKind, string]>> = {
  ECONNREFUSED: ['refused', 'nothing listens there'],
  EADDRNOTAVAIL: ['refused', 'this machine has no free port or no such address'],
  EHOSTUNREACH: ['refused', 'there is no way to it'],
  ENETUNREACH: ['refused', 'there is no way to it'],
  ENOTFOUND: ['unresolved', 'its name is not known here'],
  EAI_AGAIN: ['unresolved', 'names cannot be looked up at the moment'],
  ETIMEDOUT: ['timeout', 'it did not answer in time'],
  ECONNRESET: ['reset', 'it closed the connection without an answer'],
  EPIPE: ['reset', 'it closed the connection without an answer'],
}

/** Names the host and the code, never the path: a path may hold a token. */
function describe(error: unknown, host: string): { readonly kind: RawFailureKind; readonly message: string } {
  const code = codeOf(error)
  if (TLS_CODES.test(code)) {
    const word = tlsWords[code]
    const message =
      word === undefined
        ? `${host} does not speak TLS as it should (${code}).`
        : `The certificate of ${host} is not trusted: ${word} (${code}).`
    return { kind: 'tls', message }
  }
  if (isBroken(error)) return { kind: 'bad-answer', message: `${host} answered with something that is not HTTP.` }
  const [kind, word] = networkWords[code] ?? ['reset', 'the connection failed']
  return { kind, message: `${host}: ${word} (${code}).` }
}

function isBroken(error: unknown): boolean {
  return codeOf(error).startsWith('HPE_')
}
