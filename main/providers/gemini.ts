import { z } from 'zod'
import { errorOf, fieldsOf, outcome, textOf } from './answers.ts'
import { type Answer, testKey, withWords } from './calls.ts'
import type { ProviderAdapter, ValidationResult } from './provider.ts'
import { parseDuration } from './rate-limits.ts'
import { rateLimitedOutcome, usualOutcome } from './usual-answers.ts'

const NAME = 'Google Gemini'

const modelsSchema = z.object({ models: z.array(z.object({ name: z.string() })) })

/** Reasons of `google.rpc.ErrorInfo` (googleapis, google/api/error_reason.proto) that say where the key may be used. */
const restricted: Readonly<Record<string, string>> = {
  API_KEY_IP_ADDRESS_BLOCKED: 'it may not be used from this IP address',
  API_KEY_HTTP_REFERRER_BLOCKED: 'it may only be used from certain web pages',
  API_KEY_ANDROID_APP_BLOCKED: 'it may only be used by certain Android apps',
  API_KEY_IOS_APP_BLOCKED: 'it may only be used by certain iOS apps',
  CONSUMER_SUSPENDED: 'the project it belongs to is suspended',
}

/**
 * Google Gemini. The key travels in a header, never in the address, where it would end up in logs. A wrong, revoked
 * or expired key is answered with 400; a key that lives but is not meant for Gemini with 403. The error object may
 * be wrapped in an array of one element.
 */
export const geminiAdapter: ProviderAdapter = {
  id: 'gemini',
  validate: (credential, context) =>
    testKey(credential, context, {
      provider: NAME,
      request: {
        method: 'GET',
        url: `${context.baseUrl}/models`,
        headers: { 'x-goog-api-key': credential.secret, accept: 'application/json' },
      },
      read: (answer) =>
        answer.status === 200 && modelsSchema.safeParse(answer.value).success
          ? outcome('valid', 'Google Gemini accepts this key.')
          : readFailure(answer),
    }),
}

function readFailure(answer: Answer & { readonly value: unknown }): ValidationResult {
  const error = errorOf(answer.value)
  const status = textOf(error.status)
  const details = Array.isArray(error.details) ? error.details.map(fieldsOf) : []
  const reason = details.map((detail) => textOf(detail.reason)).find((text) => text !== null) ?? null
  const said = answer.words ?? ''

  if (answer.status === 400) {
    if (reason === 'API_KEY_INVALID' || /api key (not valid|expired)/i.test(said)) return invalidOutcome(said)
    if (status === 'FAILED_PRECONDITION' && /location/i.test(said)) {
      return outcome('blocked', withWords('Google Gemini does not serve the place this machine is in.', answer.words), {
        certain: false,
        remedies: ['The key itself may be fine: test it from a place where Gemini is offered.'],
      })
    }
  }
  if (answer.status === 403) return readDenied(answer, reason, said)
  if (answer.status === 429) {
    const wait = details.map((detail) => parseDuration(textOf(detail.retryDelay) ?? '')).find((ms) => ms !== null)
    return rateLimitedOutcome(NAME, answer, wait ?? answer.retryAfterMs)
  }
  return usualOutcome(NAME, answer)
}

function invalidOutcome(said: string): ValidationResult {
  if (/expired/i.test(said)) {
    return outcome('invalid', 'This key has expired.', {
      remedies: ['Make a new key in Google AI Studio and replace the value here.'],
    })
  }
  return outcome('invalid', 'Google Gemini does not accept this key: it is wrong, revoked or expired.')
}

function readDenied(answer: Answer, reason: string | null, said: string): ValidationResult {
  const restriction = reason === null ? undefined : restricted[reason]
  if (restriction !== undefined) {
    return outcome('blocked', `Google knows this key, but ${restriction}.`, {
      remedies: ['Look at the restrictions of the key and the state of its project in the Google Cloud console.'],
    })
  }
  if (reason === 'BILLING_DISABLED') {
    return outcome('no_credit', 'Google knows this key, but billing is off for the project it belongs to.', {
      remedies: ['Turn billing on for the project in the Google Cloud console.'],
    })
  }
  if (/reported as leaked/i.test(said)) {
    return outcome('blocked', 'Google has blocked this key because it was found in public.', {
      remedies: ['Make a new key in Google AI Studio, replace the value here, and delete the old one.'],
    })
  }
  const known = reason === 'API_KEY_SERVICE_BLOCKED' || reason === 'SERVICE_DISABLED'
  return outcome(
    'valid_limited',
    withWords('Google knows this key, but it may not be used for Gemini.', answer.words),
    {
      certain: known,
      remedies: [
        'Allow the Generative Language API for this key and enable it in its project in the Google Cloud console.',
        'A key made for Maps or Firebase looks the same: if this is one, nothing is wrong with it.',
      ],
    },
  )
}
