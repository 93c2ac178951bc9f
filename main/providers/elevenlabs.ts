import { z } from 'zod'
import type { Balance } from '../../shared/contract/keys.ts'
import { formatNanos } from '../../shared/money.ts'
import { HttpFailure, type HttpRequest } from '../http/http-client.ts'
import { fieldsOf, outcome, textOf } from './answers.ts'
import { type Answer, sendWithRetry, testKey, testPolicy, withWords } from './calls.ts'
import type { CallContext, Credential, ProviderAdapter, ValidationResult } from './provider.ts'
import { decimalNanosSchema, labelOf, usualOutcome } from './usual-answers.ts'

const NAME = 'ElevenLabs'

/** The last second a date can have. */
const LAST_SECOND = 8_640_000_000_000

const userSchema = z.object({ user_id: z.string().min(1), first_name: z.string().nullish() })

/** `GET /v1/user/subscription`, elevenlabs.io/docs. Counts are credits, the reset is in epoch seconds. */
const subscriptionSchema = z.object({
  tier: z.string(),
  character_count: z.int().nonnegative(),
  character_limit: z.int().nonnegative(),
  next_character_count_reset_unix: z.int().nonnegative().max(LAST_SECOND).nullish(),
  current_overage: z.object({ amount: decimalNanosSchema, currency: z.string().regex(/^[A-Za-z]{3}$/) }).nullish(),
})

/**
 * ElevenLabs. A 401 has two meanings: the key is refused, or it is good but lacks a permission; `detail.status`
 * tells which, in older answers `detail.code`, and `detail` may be a plain string. A second call reads the credits.
 */
export const elevenlabsAdapter: ProviderAdapter = {
  id: 'elevenlabs',
  validate: async (credential, context) => {
    const result = await testKey(credential, context, {
      provider: NAME,
      request: request(credential, `${context.baseUrl}/user`),
      read: (answer) => {
        const user = userSchema.safeParse(answer.value)
        if (answer.status === 200 && user.success) {
          return outcome('valid', 'ElevenLabs accepts this key.', { owner: labelOf(user.data.first_name, credential) })
        }
        return answer.status === 401 ? readRefusal(answer, credential) : usualOutcome(NAME, answer)
      },
    })
    if (result.outcome !== 'valid') return result
    const credits = await readCredits(credential, context)
    return { ...result, message: `${result.message} ${credits.message}`, balances: credits.balances }
  },
}

function request(credential: Credential, url: string): HttpRequest {
  return { method: 'GET', url, headers: { 'xi-api-key': credential.secret, accept: 'application/json' } }
}

function readRefusal(answer: Answer & { readonly value: unknown }, credential: Credential): ValidationResult {
  const detail = fieldsOf(answer.value).detail
  const { status, code } = fieldsOf(detail)
  const tells = (word: string) => textOf(status) === word || textOf(code) === word
  if (tells('missing_permissions')) {
    const named = /permission (\w+)/.exec(answer.words ?? '')?.[1]
    const scope = labelOf(named, credential)
    return outcome(
      'valid_limited',
      withWords('ElevenLabs accepts this key, but it lacks a permission.', answer.words),
      {
        missingScopes: scope === null ? [] : [scope],
        remedies: [
          `Give the key the permission ${scope ?? 'user_read'} at ElevenLabs, if its credits are to be read.`,
          'If the key is meant to be restricted, there is nothing to do.',
        ],
      },
    )
  }
  if (tells('invalid_api_key') || (typeof detail === 'string' && /invalid api key/i.test(detail))) {
    return outcome('invalid', 'ElevenLabs does not accept this key.')
  }
  if (tells('quota_exceeded')) {
    return outcome('no_credit', 'ElevenLabs accepts this key, but its credits are used up.')
  }
  if (tells('detected_unusual_activity')) {
    return outcome('blocked', 'ElevenLabs has blocked the free plan of this account for unusual activity.', {
      certain: false,
      remedies: ['Turn off a proxy or VPN and test again.', 'Look at the account at ElevenLabs.'],
    })
  }
  if (tells('api_key_not_verifiable')) {
    return outcome('unknown', 'ElevenLabs could not verify this key just now.')
  }
  return usualOutcome(NAME, answer)
}

interface Credits {
  readonly message: string
  readonly balances: Balance[]
}

async function readCredits(credential: Credential, context: CallContext): Promise<Credits> {
  const unread: Credits = { message: 'Its credits could not be read.', balances: [] }
  try {
    const url = `${context.baseUrl}/user/subscription`
    const answer = await sendWithRetry(context, credential, request(credential, url), testPolicy)
    if (answer.status !== 200 || answer.json.kind !== 'json') return unread
    const subscription = subscriptionSchema.safeParse(answer.json.value)
    return subscription.success ? creditsOf(subscription.data) : unread
  } catch (error) {
    if (error instanceof HttpFailure && error.kind !== 'aborted') return unread
    throw error
  }
}

function creditsOf(subscription: z.infer<typeof subscriptionSchema>): Credits {
  const { character_limit: limit, character_count: used, current_overage: overage } = subscription
  const left = Math.max(0, limit - used)
  const reset = subscription.next_character_count_reset_unix
  const until = reset ? ` until ${new Date(reset * 1_000).toISOString().slice(0, 10)}` : ''
  return {
    message: `${left} of ${limit} credits are left${until}.`,
    balances: [
      { label: 'left', amount: String(left), unit: 'credits' },
      { label: 'included', amount: String(limit), unit: 'credits' },
      ...(overage
        ? [{ label: 'overage', amount: formatNanos(overage.amount), unit: overage.currency.toUpperCase() }]
        : []),
    ],
  }
}
