import { receiverLimits } from '../../shared/limits.ts'
import type { ProblemData } from '../../shared/problems.ts'
import { firstHeader } from '../../shared/raw-headers.ts'
import type { Clock } from '../host.ts'
import { type RawAnswer, type RawClient, RawFailure } from '../http/raw-client.ts'
import { parseRetryAfter } from '../http/retry-after.ts'
import { wireHeaders } from '../http/wire-headers.ts'
import type { NewAttempt } from './attempt-rows.ts'
import { withoutSecrets } from './echoed-secrets.ts'
import { failureProblem, statusProblem } from './failures.ts'
import type { Outgoing } from './outgoing.ts'

/** What deliveries send with. `userAgent` is what it adds to requests that name none. */
export type DeliveryClient = RawClient & { readonly userAgent: string }

export interface SendOptions {
  readonly timeoutMs: number
  readonly ca: string | null
  /** A captured request: nothing is added that it did not have. */
  readonly exact: boolean
  readonly signal?: AbortSignal | undefined
}

/** How one attempt ended. */
export interface Outcome {
  readonly at: number
  /** Without its body: outcomes wait to be written down, and bodies are large. */
  readonly request: Pick<Outgoing, 'method' | 'url'>
  readonly requestBytes: number
  readonly answer: RawAnswer | null
  /** Null for 2xx. */
  readonly problem: ProblemData | null
  /** No connection was made at all: the target is down, and asking it again at once makes no sense. */
  readonly down: boolean
  readonly cancelled: boolean
  readonly durationMs: number
  readonly sentHeaders: readonly string[]
}

/** Sends once. A target that fails is an outcome; only a defect throws. */
export async function exchange(
  http: DeliveryClient,
  clock: Clock,
  request: Outgoing,
  { timeoutMs, ca, exact, signal }: SendOptions,
): Promise<Outcome> {
  const at = clock.now()
  const started = performance.now()
  const { method, url } = request
  const asked = { at, request: { method, url }, requestBytes: request.body.byteLength }
  let sentHeaders: readonly string[] = request.rawHeaders
  try {
    sentHeaders = wireHeaders({ ...request, exact }, http.userAgent)
    const answer = await http.send({
      ...request,
      timeoutMs,
      ca,
      exact,
      maxAnswerBytes: receiverLimits.answerBody,
      ...(signal === undefined ? {} : { signal }),
    })
    const problem = statusProblem(answer.status)
    const durationMs = answer.timing.totalMs
    return { ...asked, answer, problem, down: false, cancelled: false, durationMs, sentHeaders }
  } catch (error) {
    if (!(error instanceof RawFailure)) throw error
    return {
      ...asked,
      answer: null,
      problem: failureProblem(error, request.url),
      down: error.kind === 'refused' || error.kind === 'unresolved',
      cancelled: error.kind === 'aborted',
      durationMs: performance.now() - started,
      sentHeaders,
    }
  }
}

/** An attempt that was not made: there is nothing to send, or it cannot be signed. */
export function notSent(request: Pick<Outgoing, 'method' | 'url'>, at: number, problem: ProblemData): Outcome {
  return {
    at,
    request: { method: request.method, url: request.url },
    requestBytes: 0,
    answer: null,
    problem,
    down: false,
    cancelled: false,
    durationMs: 0,
    sentHeaders: [],
  }
}

/** As it is written down. */
export function attemptOf(
  outcome: Outcome,
  of: Pick<NewAttempt, 'kind' | 'captureId' | 'targetId' | 'jobId' | 'attempt'>,
): NewAttempt {
  const { answer, request, problem } = outcome
  return {
    ...of,
    at: outcome.at,
    method: request.method,
    url: request.url,
    status: answer?.status ?? null,
    succeeded: problem === null,
    durationMs: outcome.durationMs,
    // What is wrong with an answer follows from its status.
    problem: answer === null ? problem : null,
    becameCaptureId: null,
    detail: {
      ...withoutSecrets({
        sentHeaders: outcome.sentHeaders,
        answerHeaders: answer?.rawHeaders ?? [],
        body: answer?.body ?? Buffer.alloc(0),
        cut: answer?.cut ?? false,
      }),
      requestBytes: outcome.requestBytes,
      responseBytes: answer?.bytes ?? 0,
      responseCut: answer?.cut ?? false,
      connectMs: answer?.timing.connectMs ?? null,
      firstByteMs: answer?.timing.firstByteMs ?? null,
      totalMs: outcome.durationMs,
    },
  }
}

/** Milliseconds that the answer asks to wait, or null. */
export function retryAfterMs({ answer }: Outcome, now: number): number | null {
  return answer === null ? null : parseRetryAfter(firstHeader(answer.rawHeaders, 'retry-after'), now)
}
