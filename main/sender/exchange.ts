import { receiverLimits } from '../../shared/limits.ts'
import { type RawClient, RawFailure, type RawFailureKind } from '../http/raw-client.ts'
import type { Composed } from './compose.ts'

/** What came back for one request, also when nothing did. */
export interface Answered {
  /** Null when no answer came; `failure` says why. */
  readonly status: number | null
  readonly failure: Exclude<RawFailureKind, 'aborted'> | null
  readonly rawHeaders: readonly string[]
  readonly body: Uint8Array
  /** Milliseconds of the wall clock. */
  readonly durationMs: number
}

export interface ExchangeOptions {
  readonly timeoutMs: number
  readonly ca: string | null
  readonly signal: AbortSignal
}

/** Sends one request. Rejects only when it was aborted, or with a defect. */
export async function exchange(
  http: RawClient,
  request: Composed,
  { timeoutMs, ca, signal }: ExchangeOptions,
): Promise<Answered> {
  try {
    const answer = await http.send({ ...request, timeoutMs, ca, signal, maxAnswerBytes: receiverLimits.answerBody })
    const { status, rawHeaders, body, timing } = answer
    return { status, failure: null, rawHeaders, body, durationMs: rounded(timing.totalMs) }
  } catch (error) {
    if (!(error instanceof RawFailure) || error.kind === 'aborted') throw error
    return {
      status: null,
      failure: error.kind,
      rawHeaders: [],
      body: new Uint8Array(),
      durationMs: rounded(error.durationMs),
    }
  }
}

/** Milliseconds with two places: the clock is no more exact than that. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100
}

export function isAccepted({ status }: Answered): boolean {
  return status !== null && status >= 200 && status < 300
}

/** How it went, as part of a sentence: "was answered with 200", "got no answer within 3,000 ms". */
export function inWords({ status, failure, durationMs }: Answered): string {
  if (status !== null) return `was answered with ${status}`
  switch (failure) {
    case 'timeout':
      return `got no answer within ${Math.round(durationMs)} ms`
    case 'refused':
      return 'could not be sent: nothing listens there'
    case 'unresolved':
      return 'could not be sent: the name of the host is not known'
    case 'tls':
      return 'could not be sent: the TLS connection failed'
    case 'reset':
      return 'got no answer: the connection was closed'
    case 'bad-request':
      return 'could not be sent in this form'
    default:
      return 'got an answer that is not HTTP'
  }
}
