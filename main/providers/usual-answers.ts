import { z } from 'zod'
import { parseNanos } from '../../shared/money.ts'
import { waitInWords } from '../../shared/words.ts'
import { outcome } from './answers.ts'
import { type Answer, unrecognisedOutcome, withWords } from './calls.ts'
import type { Credential, ValidationResult } from './provider.ts'
import { shorten, withoutSecret } from './provider-text.ts'

/** Longest name of an owner or a permission that is kept. */
const MAX_LABEL = 200

/**
 * What a JSON answer means at every provider, for adapters to end with once their own cases are through: 429 is a
 * rate limit, 401 most likely a refused key (not certain, as the body was not one the provider is known for), and
 * anything else says nothing about the key.
 */
export function usualOutcome(provider: string, answer: Answer): ValidationResult {
  if (answer.status === 429) return rateLimitedOutcome(provider, answer, answer.retryAfterMs)
  if (answer.status === 401) {
    return outcome('invalid', withWords(`${provider} refused this key.`, answer.words), { certain: false })
  }
  return unrecognisedOutcome(provider, answer)
}

/** `waitMs`: milliseconds until the next try, or null if the provider did not say. */
export function rateLimitedOutcome(provider: string, answer: Answer, waitMs: number | null): ValidationResult {
  const sentence = `${provider} is limiting requests at the moment, so the key could not be tested.`
  return outcome('rate_limited', withWords(sentence, answer.words), {
    remedies: [waitMs === null ? 'Wait a moment and try again.' : `Try again in ${waitInWords(waitMs)}.`],
  })
}

/**
 * A name the provider gave (an owner, a permission) as it may be kept and shown: on one line, of bounded length and
 * without anything of the key. Null if nothing is left.
 */
export function labelOf(text: string | null | undefined, credential: Credential): string | null {
  const label = shorten(withoutSecret(text ?? '', credential.secret)).slice(0, MAX_LABEL)
  return label === '' ? null : label
}

/** A decimal string of main units of a currency, as nanos. */
export const decimalNanosSchema = z.string().transform((text, context) => {
  const nanos = parseNanos(text)
  if (nanos !== null) return nanos
  context.addIssue({ code: 'custom', message: 'not a decimal number' })
  return z.NEVER
})
