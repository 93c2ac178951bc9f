import type { ValidationOutcome } from '../../../shared/providers.ts'
import { errorOf, isErrorBody, outcome, textOf } from '../answers.ts'
import {
  type Answer,
  type ReadAnswer,
  type RetryPolicy,
  syncPolicy,
  testPolicy,
  unrecognisedOutcome,
  withWords,
} from '../calls.ts'
import type { Credential, ValidationResult } from '../provider.ts'

export const NAME = 'OpenAI'

/**
 * Error codes that decide by themselves, whatever the status. The billing codes all come as 429 and may carry the
 * type `insufficient_quota`, so the code is read before the type.
 * Source: OpenAI error code guide and API reference, 2026.
 */
const BY_CODE: Readonly<Record<string, readonly [ValidationOutcome, string]>> = {
  invalid_api_key: ['invalid', 'OpenAI does not accept this key: it is wrong, or it was revoked.'],
  credit_balance_exhausted: ['no_credit', 'The key works, but the credit of its OpenAI organization is used up.'],
  organization_spend_limit_exceeded: [
    'spend_limit',
    'The key works, but its organization has reached its spend limit.',
  ],
  project_spend_limit_exceeded: ['spend_limit', 'The key works, but its project has reached its spend limit.'],
  organization_usage_limit_exceeded: [
    'spend_limit',
    'The key works, but its organization has reached the usage limit OpenAI set for it.',
  ],
  insufficient_quota: ['no_credit', 'The key works, but its organization has no credit left.'],
  rate_limit_exceeded: ['rate_limited', 'The key works, but too many calls are made at the moment.'],
  slow_down: ['unknown', 'OpenAI asks to slow down.'],
  server_is_overloaded: ['unknown', 'OpenAI is overloaded at the moment.'],
}

const BLOCKED = [
  /must be a member of an organization/i,
  /\bIP\b.*not authorized|not authorized.*\bIP\b|ip_not_authorized/i,
  /country, region, or territory not supported/i,
]

/** What OpenAI's answers mean for the key that was sent. Errors are read from the body under any status. */
export function readOpenAi(credential: Credential): ReadAnswer {
  return (answer) => {
    if (answer.status === 200 && !isErrorBody(answer.value)) {
      return outcome('valid', 'The key works.', { owner: answer.headers['openai-organization'] ?? null })
    }
    return readError(answer, answer.value, credential)
  }
}

function readError(answer: Answer, value: unknown, credential: Credential): ValidationResult {
  const error = errorOf(value)
  const code = textOf(error.code) ?? ''
  const words = answer.words ?? ''
  const [kind, sentence] = BY_CODE[code] ?? []
  if (kind !== undefined && sentence !== undefined) return outcome(kind, withWords(sentence, answer.words))
  if (BLOCKED.some((pattern) => pattern.test(words)) || code === 'unsupported_country_region_territory') {
    return outcome('blocked', withWords('OpenAI blocks this key or the place it is used from.', answer.words))
  }
  if (isScopeError(answer, code)) return readMissingScopes(answer, credential)
  if (answer.status === 429) {
    if (textOf(error.type) === 'insufficient_quota') {
      return outcome('no_credit', withWords('The key works, but its organization has no credit left.', answer.words))
    }
    return outcome('rate_limited', withWords('The key works, but too many calls are made at the moment.', answer.words))
  }
  if (/Incorrect API key provided/i.test(words)) {
    return outcome(
      'invalid',
      withWords('OpenAI does not accept this key: it is wrong, or it was revoked.', answer.words),
    )
  }
  if (answer.status === 401) {
    return outcome('invalid', withWords('OpenAI does not accept this key.', answer.words), { certain: false })
  }
  return unrecognisedOutcome(NAME, answer)
}

function isScopeError(answer: Answer, code: string): boolean {
  if (answer.status !== 401 && answer.status !== 403) return code === 'insufficient_scope'
  return code === 'insufficient_scope' || /insufficient permissions for this operation/i.test(answer.words ?? '')
}

/** "Missing scopes: a.read, b.read. Check that …" */
export function missingScopes(words: string): string[] {
  const list = /Missing scopes?:\s*([\w.:-]+(?:\s*,\s*[\w.:-]+)*)/i.exec(words)?.[1] ?? ''
  return list.split(',').flatMap((scope) => {
    const name = scope.trim().replace(/\.+$/, '')
    return name === '' ? [] : [name]
  })
}

function readMissingScopes(answer: Answer, credential: Credential): ValidationResult {
  const scopes = missingScopes(answer.words ?? '')
  const isAdminKey = credential.secret.startsWith('sk-admin-')
  if (credential.kind === 'admin' && !isAdminKey) {
    return outcome(
      'wrong_kind',
      withWords('This is not an admin key: it may not read the organization.', answer.words),
      {
        missingScopes: scopes,
        remedies: [
          'Store it as a project key.',
          'Make an admin key at OpenAI under Organization, Admin keys, and add that for usage and costs.',
        ],
      },
    )
  }
  if (credential.kind !== 'admin' && isAdminKey) {
    return outcome('wrong_kind', withWords('This is an admin key: it cannot call models.', answer.words), {
      missingScopes: scopes,
      reportedKind: 'admin',
      remedies: ['Change its kind to admin key.', 'For calls to models use a key of a project.'],
    })
  }
  const sentence = 'The key works, but it is not allowed to do this.'
  return outcome('valid_limited', withWords(sentence, answer.words), {
    missingScopes: scopes,
    certain: scopes.length > 0,
  })
}

/**
 * "You have insufficient permissions for this operation." without the scopes that are missing comes from OpenAI's
 * gateway now and then for keys in perfect order: it is only believed when it keeps coming.
 */
function isGatewayHiccup(answer: Answer): boolean {
  const words = answer.words ?? ''
  return (
    (answer.status === 401 || answer.status === 403) &&
    /insufficient permissions for this operation/i.test(words) &&
    !/Missing scope/i.test(words)
  )
}

const BILLING_CODES = new Set(
  Object.entries(BY_CODE).flatMap(([code, [kind]]) => (kind === 'no_credit' || kind === 'spend_limit' ? [code] : [])),
)

/** A 429 about money does not go away by waiting. */
function isBilling(answer: Answer): boolean {
  if (answer.json.kind !== 'json') return false
  const error = errorOf(answer.json.value)
  return BILLING_CODES.has(textOf(error.code) ?? '') || textOf(error.type) === 'insufficient_quota'
}

function withOpenAiRules(policy: RetryPolicy): RetryPolicy {
  return {
    ...policy,
    retryable: (answer) => (isGatewayHiccup(answer) ? 3 : isBilling(answer) ? 0 : policy.retryable(answer)),
  }
}

export const openAiTestPolicy = withOpenAiRules(testPolicy)
export const openAiSyncPolicy = withOpenAiRules(syncPolicy)

export function bearer(credential: Credential): Record<string, string> {
  return { authorization: `Bearer ${credential.secret}`, accept: 'application/json' }
}
