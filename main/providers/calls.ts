import { setTimeout as delay } from 'node:timers/promises'
import type { RateLimit } from '../../shared/contract/keys.ts'
import { HttpFailure, type HttpRequest, type HttpResponse } from '../http/http-client.ts'
import { parseRetryAfter } from '../http/retry-after.ts'
import { describeNotJson, failureOutcome, type JsonAnswer, outcome, readJson, wordsOf } from './answers.ts'
import { type CallContext, type Credential, ProviderError, type ValidationResult } from './provider.ts'
import { shorten, withoutSecret } from './provider-text.ts'

/** An answer as adapters read it: the body parsed, the provider's words already free of the secret. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly json: JsonAnswer
  /** What the provider says about an error, at most 4 KiB, without anything that resembles the secret. */
  readonly words: string | null
  /** Milliseconds from `Retry-After`, or null. */
  readonly retryAfterMs: number | null
}

export interface RetryPolicy {
  /** How often a call that is answered like this may be repeated in all. 0: believe the answer. */
  readonly retryable: (answer: Answer) => number
  /** How often a call may be repeated that got no answer (network, timeout). */
  readonly failures: number
  /** Longest pause before one repeat. A `Retry-After` beyond it is not waited for: the answer is returned. */
  readonly maxWaitMs: number
}

/** Somebody is watching a test: one quick repeat of what is transient, never a wait for a rate limit. */
export const testPolicy: RetryPolicy = {
  retryable: (answer) => (answer.status >= 500 ? 1 : 0),
  failures: 1,
  maxWaitMs: 3_000,
}

/** A sync has patience: rate limits are waited for as the provider says. */
export const syncPolicy: RetryPolicy = {
  retryable: (answer) => (answer.status === 429 ? 4 : answer.status >= 500 || answer.status === 408 ? 2 : 0),
  failures: 2,
  maxWaitMs: 90_000,
}

const FIRST_WAIT_MS = 400

/**
 * Sends an idempotent request and repeats it as the policy allows, after the pause the provider asks for or else
 * one that doubles, with jitter. Throws {@link HttpFailure}; an abort (also during a pause) is one of kind `aborted`.
 */
export async function sendWithRetry(
  context: CallContext,
  credential: Credential,
  request: HttpRequest,
  policy: RetryPolicy,
): Promise<Answer> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const signal = context.signal === undefined ? {} : { signal: context.signal }
      const answer = read(await context.http.send({ ...request, ...signal }), credential, context)
      if (attempt >= policy.retryable(answer)) return answer
      const pause = answer.retryAfterMs ?? backoff(attempt)
      if (pause > policy.maxWaitMs) return answer
      await waitFor(context, pause)
    } catch (error) {
      const transient = error instanceof HttpFailure && (error.kind === 'network' || error.kind === 'timeout')
      if (!transient || attempt >= policy.failures) throw error
      await waitFor(context, Math.min(backoff(attempt), policy.maxWaitMs))
    }
  }
}

function read(response: HttpResponse, credential: Credential, context: CallContext): Answer {
  const json = readJson(response)
  const words = json.kind === 'json' ? wordsOf(json.value) : null
  return {
    status: response.status,
    headers: response.headers,
    json,
    words: words === null ? null : shorten(withoutSecret(words, credential.secret)),
    retryAfterMs: parseRetryAfter(response.headers['retry-after'], context.clock.now()),
  }
}

function backoff(attempt: number): number {
  const ceiling = FIRST_WAIT_MS * 2 ** attempt
  return Math.round(ceiling / 2 + Math.random() * (ceiling / 2))
}

async function waitFor(context: CallContext, ms: number): Promise<void> {
  try {
    if (context.wait) await context.wait(ms, context.signal)
    else await delay(ms, undefined, context.signal === undefined ? {} : { signal: context.signal })
  } catch (error) {
    if (context.signal?.aborted) throw new HttpFailure('aborted', 'The call was cancelled.')
    throw error
  }
  if (context.signal?.aborted) throw new HttpFailure('aborted', 'The call was cancelled.')
}

/** How one provider's answer reads. Sees only JSON bodies; the rest is {@link unreadableOutcome}. */
export type ReadAnswer = (answer: Answer & { readonly value: unknown }) => ValidationResult

interface KeyTest {
  /** Display name of the provider. */
  readonly provider: string
  readonly request: HttpRequest
  readonly read: ReadAnswer
  /** Answers that are not JSON but tell something (Perplexity's 401 page). Null: nothing to tell. */
  readonly readNotJson?: (answer: Answer) => ValidationResult | null
  readonly rateLimits?: (headers: Answer['headers'], now: number) => RateLimit[]
  readonly policy?: RetryPolicy
}

/**
 * Makes one call that tests a key and turns whatever happens into an outcome; the frame of nearly every `validate`.
 * Fills in status and rate limits and keeps the secret out of the message. Throws only {@link HttpFailure} of kind
 * `aborted`.
 */
export async function testKey(credential: Credential, context: CallContext, test: KeyTest): Promise<ValidationResult> {
  try {
    const answer = await sendWithRetry(context, credential, test.request, test.policy ?? testPolicy)
    const result = readAnswer(test.provider, answer, test.read, test.readNotJson)
    return {
      ...result,
      message: shorten(withoutSecret(result.message, credential.secret)),
      status: answer.status,
      rateLimits: result.rateLimits.length > 0 ? result.rateLimits : readLimits(test, answer, context),
    }
  } catch (error) {
    if (error instanceof HttpFailure && error.kind !== 'aborted') {
      return failureOutcome(test.provider, error)
    }
    throw error
  }
}

function readLimits(test: KeyTest, answer: Answer, context: CallContext): RateLimit[] {
  return test.rateLimits?.(answer.headers, context.clock.now()) ?? []
}

/** Reads an answer with `read` if it can be read at all; redirects and what is not JSON have one meaning everywhere. */
function readAnswer(
  provider: string,
  answer: Answer,
  read: ReadAnswer,
  readNotJson?: (answer: Answer) => ValidationResult | null,
): ValidationResult {
  if (answer.status >= 300 && answer.status < 400) {
    return outcome('unknown', `${provider} answered with a redirect (${answer.status}), which is not followed.`, {
      remedies: [`Check the address of ${provider} in Settings: it must be the address of the API itself.`],
    })
  }
  if (answer.json.kind === 'json') return read({ ...answer, value: answer.json.value })
  return readNotJson?.(answer) ?? unreadableOutcome(provider, answer)
}

/** The outcome for an answer that is not JSON, whatever its status: nothing is known about the key. */
function unreadableOutcome(provider: string, answer: Answer): ValidationResult {
  const what = answer.json.kind === 'json' ? 'something unexpected' : describeNotJson(answer.json.looksLike)
  return outcome('unknown', `${provider} answered ${what} (status ${answer.status}).`, {
    remedies: [
      'Try again later.',
      `Check the address of ${provider} in Settings, and whether a proxy answers in its place.`,
    ],
  })
}

/** The outcome for a JSON answer that fits no known case. Never taken as "valid" or "invalid". */
export function unrecognisedOutcome(provider: string, answer: Answer): ValidationResult {
  const said = answer.words === null ? '' : ` It said: ${answer.words}`
  if (answer.status >= 500) {
    return outcome('unknown', `${provider} has a problem of its own (status ${answer.status}).${said}`)
  }
  return outcome('unknown', `${provider} answered in a way that says nothing certain (status ${answer.status}).${said}`)
}

/** "OpenAI does not accept this key." followed by what the provider said, if it said anything. */
export function withWords(sentence: string, words: string | null): string {
  return words === null ? sentence : `${sentence} It said: ${words}`
}

/** A failed outcome as the error a sync or a listing ends with. */
function errorOfOutcome(result: ValidationResult, answer: Answer | null): ProviderError {
  const retryAfterMs = answer?.retryAfterMs ?? null
  return new ProviderError(result.outcome, {
    code: 'PROVIDER_FAILED',
    message: result.message,
    cause: answer?.words ?? result.message,
    remedies: result.remedies,
    ...(retryAfterMs === null ? {} : { retryAfterMs: Math.round(retryAfterMs) }),
  })
}

/** The provider answered something a sync cannot use. `what` completes "… answered". */
export function badAnswer(provider: string, what: string): ProviderError {
  const message = `${provider} answered ${what}.`
  return new ProviderError('unknown', {
    code: 'PROVIDER_FAILED',
    message,
    cause: 'The answer does not have the form Keyhold knows, so none of it was stored.',
    remedies: [
      'Sync again later.',
      `If it stays like this, ${provider} may have changed its interface: look for an update.`,
    ],
  })
}

interface SyncCall {
  readonly provider: string
  readonly request: HttpRequest
  /** Must say `valid` for a successful answer, and only for one. */
  readonly read: ReadAnswer
  readonly policy?: RetryPolicy
  /** An error answer that stands for a value (Anthropic: "no complete day yet"). Undefined: it does not. */
  readonly accept?: (answer: Answer) => unknown
}

/**
 * Makes one call of a sync or a listing and returns a successful answer with its JSON. Anything else is thrown as
 * {@link ProviderError}, read by `read` as it would be for a test of the key. An abort stays an {@link HttpFailure}.
 */
export async function fetchAnswer(
  credential: Credential,
  context: CallContext,
  call: SyncCall,
): Promise<Answer & { readonly value: unknown }> {
  let answer: Answer
  try {
    answer = await sendWithRetry(context, credential, call.request, call.policy ?? syncPolicy)
  } catch (error) {
    if (error instanceof HttpFailure && error.kind !== 'aborted') {
      throw errorOfOutcome(failureOutcome(call.provider, error), null)
    }
    throw error
  }
  const accepted = call.accept?.(answer)
  if (accepted !== undefined) return { ...answer, value: accepted }
  const result = readAnswer(call.provider, answer, call.read)
  if (answer.json.kind === 'json' && result.outcome === 'valid') return { ...answer, value: answer.json.value }
  throw errorOfOutcome({ ...result, message: shorten(withoutSecret(result.message, credential.secret)) }, answer)
}

/** The JSON of {@link fetchAnswer}. */
export async function fetchJson(credential: Credential, context: CallContext, call: SyncCall): Promise<unknown> {
  return (await fetchAnswer(credential, context, call)).value
}
