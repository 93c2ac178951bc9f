import type { ValidationOutcome } from '../../shared/providers.ts'
import type { HttpFailure, HttpResponse } from '../http/http-client.ts'
import type { ValidationResult } from './provider.ts'

/** What a body turned out to be. Providers answer HTML pages, half documents and nothing at all under any status. */
export type JsonAnswer =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'not-json'; readonly looksLike: 'html' | 'empty' | 'truncated' | 'text' }

/** Reads a body as JSON whatever its status and content type say. Never throws. */
export function readJson(response: Pick<HttpResponse, 'body'>): JsonAnswer {
  const text = response.body.replace(/^\uFEFF/, '').trim()
  if (text === '') return { kind: 'not-json', looksLike: 'empty' }
  try {
    return { kind: 'json', value: JSON.parse(text) }
  } catch {
    if (text.startsWith('<')) return { kind: 'not-json', looksLike: 'html' }
    return { kind: 'not-json', looksLike: /^[[{]/.test(text) ? 'truncated' : 'text' }
  }
}

/** "an HTML page instead of JSON", for a sentence that begins with "answered". */
export function describeNotJson(looksLike: Extract<JsonAnswer, { kind: 'not-json' }>['looksLike']): string {
  return {
    html: 'an HTML page instead of JSON',
    empty: 'nothing',
    truncated: 'JSON that breaks off in the middle',
    text: 'plain text instead of JSON',
  }[looksLike]
}

/** The fields of an object, or an empty object for anything else. For reading error bodies of unknown shape. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

/** A field as text: strings as they are, finite numbers as digits, everything else null. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null
}

/** The error object inside the usual envelopes: `{error: {…}}`, `[{error: {…}}]`, `{errors: [{…}]}`, `{detail: {…}}`. */
export function errorOf(value: unknown): Readonly<Record<string, unknown>> {
  const body = fieldsOf(Array.isArray(value) ? value[0] : value)
  const first = Array.isArray(body.errors) ? body.errors[0] : undefined
  for (const candidate of [body.error, first, body.detail]) {
    const fields = fieldsOf(candidate)
    if (Object.keys(fields).length > 0) return fields
  }
  return body
}

/** What the provider says in words, from any of the usual error envelopes; null if it says nothing. */
export function wordsOf(value: unknown): string | null {
  const body = fieldsOf(Array.isArray(value) ? value[0] : value)
  const error = errorOf(value)
  for (const candidate of [error.message, error.detail, body.error, body.message, body.detail]) {
    if (typeof candidate === 'string' && candidate.trim() !== '') return candidate.trim()
  }
  return null
}

/** Whether a body is an error although the status may say otherwise (200 with an error body). */
export function isErrorBody(value: unknown): boolean {
  const body = fieldsOf(value)
  return (
    (typeof body.error === 'object' && body.error !== null) ||
    (typeof body.error === 'string' && body.error !== '') ||
    (Array.isArray(body.errors) && body.errors.length > 0)
  )
}

const remediesOf: Record<ValidationOutcome, readonly string[]> = {
  valid: [],
  valid_limited: [
    'Give the key the missing permissions at the provider, or use another key.',
    'If the key is meant to be restricted, there is nothing to do.',
  ],
  invalid: [
    'Check that the whole key was pasted.',
    'If it was revoked or has expired, make a new key at the provider and replace the value here.',
  ],
  blocked: ['Look at the account at the provider: the key, the team or the place it is used from is blocked there.'],
  no_credit: ['Add credit or a payment method at the provider.'],
  spend_limit: ['Raise the spend limit at the provider, or wait until it starts over.'],
  rate_limited: ['Wait a moment and try again.'],
  wrong_kind: ['Change the kind of this key, or paste a key of the kind that is needed.'],
  unknown: ['Try again later.', 'If it stays like this, look at the status page of the provider.'],
}

/** What is known beyond outcome and message; everything left out gets its plain default. */
type OutcomeDetails = Partial<Omit<ValidationResult, 'outcome' | 'message'>>

/**
 * A validation result. Left out: remedies usual for the outcome, no status, certain (except `unknown`), and
 * nothing known about scopes, owner, balances, limits and kind.
 */
export function outcome(kind: ValidationOutcome, message: string, details: OutcomeDetails = {}): ValidationResult {
  return {
    outcome: kind,
    message,
    remedies: [...remediesOf[kind]],
    status: null,
    certain: kind !== 'unknown',
    missingScopes: [],
    owner: null,
    balances: [],
    rateLimits: [],
    reportedKind: null,
    ...details,
  }
}

/** The outcome when no answer came. `provider` is its display name. */
export function failureOutcome(provider: string, failure: HttpFailure): ValidationResult {
  const checkNetwork = 'Check the network connection of this machine.'
  const checkAddress = `Check the address of ${provider} in Settings, if it was changed there.`
  const meanings: Record<HttpFailure['kind'], readonly [message: string, remedies: string[]]> = {
    timeout: [`${provider} did not answer in time.`, ['Try again.', checkNetwork]],
    network: [`${provider} could not be reached: ${failure.message}`, [checkNetwork, checkAddress]],
    tls: [
      `No secure connection to ${provider} could be made: ${failure.message}`,
      ['Check the date and time of this machine.', 'A proxy or virus scanner may be replacing certificates.'],
    ],
    'too-large': [`${provider} answered far more than such an answer can be: ${failure.message}`, [checkAddress]],
    aborted: ['The test was cancelled.', []],
    'bad-url': [`The address of ${provider} cannot be used: ${failure.message}`, [checkAddress]],
    'bad-header': [
      'The key contains characters that cannot be sent to a provider.',
      ['Paste the key again, without line breaks or characters that do not belong to it.'],
    ],
  }
  const [message, remedies] = meanings[failure.kind]
  return outcome('unknown', message, { remedies })
}
