import { z } from 'zod'
import { outcome } from './answers.ts'
import { type Answer, testKey, withWords } from './calls.ts'
import type { Credential, ProviderAdapter, ValidationResult } from './provider.ts'
import { parseReset, readPlainRateLimits } from './rate-limits.ts'
import { labelOf, rateLimitedOutcome, usualOutcome } from './usual-answers.ts'

const NAME = 'GitHub'
const HOUR_SECONDS = 3_600

const userSchema = z.object({ login: z.string().min(1), id: z.number() })
const installationSchema = z.object({ total_count: z.number(), repositories: z.array(z.unknown()) })

/**
 * GitHub. `GET /user` tells who a token belongs to, its scopes (classic tokens only) and when it ends. Installation
 * tokens of apps have no user and are asked for their repositories instead; that this is the right probe for them is
 * not documented, so the outcome is marked as such. A 403 has many meanings, told apart by headers and text.
 */
export const githubAdapter: ProviderAdapter = {
  id: 'github',
  validate: (credential, context) => {
    const installation = credential.secret.startsWith('ghs_')
    return testKey(credential, context, {
      provider: NAME,
      request: {
        method: 'GET',
        url: `${context.baseUrl}${installation ? '/installation/repositories?per_page=1' : '/user'}`,
        headers: {
          authorization: `Bearer ${credential.secret}`,
          accept: 'application/vnd.github+json',
        },
      },
      rateLimits: (headers, now) => readPlainRateLimits(headers, now, 'requests', HOUR_SECONDS),
      read: (answer) => {
        if (answer.status === 200) {
          const user = userSchema.safeParse(answer.value)
          if (user.success) return acceptedOutcome(answer, credential, user.data.login)
          if (installation && installationSchema.safeParse(answer.value).success) {
            return { ...acceptedOutcome(answer, credential, null), certain: false }
          }
        }
        if (answer.status === 401 && /bad credentials/i.test(answer.words ?? '')) {
          return outcome('invalid', 'GitHub does not accept this token: it is wrong, revoked or expired.')
        }
        if (answer.status === 403) return readForbidden(answer, context.clock.now())
        return usualOutcome(NAME, answer)
      },
    })
  },
}

function acceptedOutcome(answer: Answer, credential: Credential, login: string | null): ValidationResult {
  const owner = labelOf(login, credential)
  const scopes = labelOf(answer.headers['x-oauth-scopes'], credential)
  const ends = /^\d{4}-\d\d-\d\d/.exec(answer.headers['github-authentication-token-expiration'] ?? '')?.[0]
  const sentences = [
    owner === null ? 'GitHub accepts this token.' : `GitHub accepts this token of ${owner}.`,
    ...(scopes ? [`Its scopes: ${scopes}.`] : []),
    ...(ends === undefined ? [] : [`It expires on ${ends}.`]),
  ]
  return outcome('valid', sentences.join(' '), { owner })
}

function readForbidden(answer: Answer, now: number): ValidationResult {
  const said = answer.words ?? ''
  if (answer.headers['x-github-sso'] !== undefined || /SAML enforcement/i.test(said)) {
    return outcome(
      'valid_limited',
      'GitHub knows this token, but an organisation wants it authorised for single sign-on.',
      {
        certain: false,
        remedies: ['Open the token in the GitHub settings, choose "Configure SSO" and authorise the organisation.'],
      },
    )
  }
  const exhausted = answer.headers['x-ratelimit-remaining']?.trim() === '0'
  if (exhausted || answer.retryAfterMs !== null || /rate limit/i.test(said)) {
    const reset = exhausted ? parseReset(answer.headers['x-ratelimit-reset'] ?? '', now) : null
    return rateLimitedOutcome(NAME, answer, answer.retryAfterMs ?? (reset === null ? null : Math.max(0, reset - now)))
  }
  if (/account was suspended/i.test(said)) {
    return outcome('blocked', 'GitHub has suspended the account this token belongs to.', {
      certain: false,
      remedies: ['Ask the support of GitHub about the account.'],
    })
  }
  if (/resource not accessible/i.test(said)) {
    return outcome(
      'valid_limited',
      withWords('GitHub knows this token, but it may not read its own user.', answer.words),
      {
        certain: false,
      },
    )
  }
  return usualOutcome(NAME, answer)
}
