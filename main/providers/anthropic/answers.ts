import { errorOf, isErrorBody, outcome, textOf } from '../answers.ts'
import { type ReadAnswer, type RetryPolicy, syncPolicy, unrecognisedOutcome, withWords } from '../calls.ts'
import type { Credential, ValidationResult } from '../provider.ts'

export const NAME = 'Anthropic'

/** OAuth tokens go as Bearer and need a beta header; every other key goes in `x-api-key`. */
export function anthropicHeaders(credential: Credential): Record<string, string> {
  const common = { accept: 'application/json', 'anthropic-version': '2023-06-01' }
  const isOauth = credential.kind === 'oauth-token' || credential.secret.startsWith('sk-ant-oat')
  return isOauth
    ? { ...common, authorization: `Bearer ${credential.secret}`, 'anthropic-beta': 'oauth-2025-04-20' }
    : { ...common, 'x-api-key': credential.secret }
}

type Reader = (words: string | null, credential: Credential, hasRetryAfter: boolean) => ValidationResult

/**
 * What each error type means. A 400 never speaks against the key; a 429 without `retry-after` is a spend cap.
 * Source: Claude API documentation, errors and rate limits, 2026.
 */
const BY_TYPE: Readonly<Record<string, Reader>> = {
  authentication_error: (words, credential) => {
    if (words?.startsWith('CORS requests are not allowed')) {
      return outcome('unknown', withWords('Anthropic took the call for one from a web page.', words), {
        remedies: ['A proxy between Keyhold and Anthropic adds an Origin header: take it off.'],
      })
    }
    return wrongKind(words, credential) ?? outcome('invalid', withWords('Anthropic does not accept this key.', words))
  },
  permission_error: (words, credential) =>
    wrongKind(words, credential) ??
    outcome('valid_limited', withWords('The key works, but it is not allowed to do this.', words)),
  billing_error: (words) =>
    outcome('no_credit', withWords('The key works, but Anthropic has a problem with the payment.', words)),
  invalid_request_error: (words) => {
    if (/credit balance is too low/i.test(words ?? '')) {
      return outcome('no_credit', withWords('The key works, but there is no prepaid credit left.', words))
    }
    if (/reached your specified API usage limits/i.test(words ?? '')) {
      return outcome('spend_limit', withWords('The key works, but the spend limit set for it is reached.', words))
    }
    return outcome('unknown', withWords('Anthropic did not accept the call, which says nothing about the key.', words))
  },
  not_found_error: (words) =>
    outcome('invalid', withWords('Anthropic does not find what this key belongs to; it may be disabled.', words), {
      certain: false,
    }),
  rate_limit_error: (words, _credential, hasRetryAfter) =>
    hasRetryAfter
      ? outcome('rate_limited', withWords('The key works, but too many calls are made at the moment.', words))
      : outcome('spend_limit', withWords('The key works, but the monthly spend limit is reached.', words)),
}

/** What Anthropic's answers mean for the key that was sent. */
export function readAnthropic(credential: Credential): ReadAnswer {
  return (answer) => {
    const isError = isErrorBody(answer.value)
    if (answer.status === 200 && !isError) return outcome('valid', 'The key works.')
    const type = textOf(errorOf(answer.value).type) ?? ''
    const read = isError ? BY_TYPE[type] : undefined
    return read?.(answer.words, credential, answer.retryAfterMs !== null) ?? unrecognisedOutcome(NAME, answer)
  }
}

/**
 * Admin and API keys are refused on each other's calls as if they were wrong, with 401 or 403. The prefix tells
 * that the kind is at fault; not for certain, because a revoked key is refused in the same words.
 */
function wrongKind(words: string | null, credential: Credential): ValidationResult | null {
  const isAdminKey = credential.secret.startsWith('sk-ant-admin')
  if (credential.kind === 'admin' && !isAdminKey) {
    return outcome('wrong_kind', withWords('This does not seem to be an admin key.', words), {
      certain: false,
      remedies: [
        'Store it as a standard key and test it again.',
        'Make an admin key in the Claude Console under Settings, Admin keys. Only organizations have them.',
      ],
    })
  }
  if (credential.kind !== 'admin' && isAdminKey) {
    return outcome('wrong_kind', withWords('This is an admin key: it cannot call models.', words), {
      certain: false,
      reportedKind: 'admin',
      remedies: ['Change its kind to admin key and test it again.'],
    })
  }
  return null
}

export const anthropicSyncPolicy: RetryPolicy = {
  ...syncPolicy,
  // Without `retry-after` a 429 is the monthly cap, which no wait of ours outlasts.
  retryable: (answer) => (answer.status === 429 && answer.retryAfterMs === null ? 0 : syncPolicy.retryable(answer)),
}
