import { z } from 'zod'
import { errorOf, outcome, textOf } from './answers.ts'
import { testKey } from './calls.ts'
import type { ProviderAdapter, ValidationResult } from './provider.ts'
import { rateLimitedOutcome, usualOutcome } from './usual-answers.ts'

const NAME = 'Perplexity'

/** No model has this name, so the request ends before anything is computed. */
const NO_SUCH_MODEL = 'keyhold-key-check'

const completionSchema = z.object({ choices: z.array(z.unknown()).min(1) })

/**
 * Perplexity has no call to check a key. A request for a model that does not exist is refused with 400 if the key
 * is accepted, and with a 401 page in HTML if it is not. The same page has been seen for accounts without credit,
 * and nothing documents the probe, so neither reading is certain.
 */
export const perplexityAdapter: ProviderAdapter = {
  id: 'perplexity',
  validate: (credential, context) =>
    testKey(credential, context, {
      provider: NAME,
      request: {
        method: 'POST',
        url: `${context.baseUrl}/chat/completions`,
        headers: {
          authorization: `Bearer ${credential.secret}`,
          'content-type': 'application/json',
          accept: 'application/json',
        },
        body: JSON.stringify({ model: NO_SUCH_MODEL, max_tokens: 1, messages: [{ role: 'user', content: 'ping' }] }),
      },
      read: (answer) => {
        if (answer.status === 200 && completionSchema.safeParse(answer.value).success) {
          return outcome('valid', 'Perplexity accepts this key.')
        }
        if (answer.status === 400) {
          const type = textOf(errorOf(answer.value).type)
          if (type === 'invalid_model' || /\binvalid model\b/i.test(answer.words ?? '')) return probablyValid()
        }
        if (answer.status === 401) return probablyInvalid()
        if (answer.status === 429) {
          return { ...rateLimitedOutcome(NAME, answer, answer.retryAfterMs), certain: false }
        }
        return usualOutcome(NAME, answer)
      },
      readNotJson: (answer) => {
        const page = answer.json.kind === 'not-json' && answer.json.looksLike === 'html'
        return answer.status === 401 && page ? probablyInvalid() : null
      },
    }),
}

function probablyValid(): ValidationResult {
  return outcome('valid', 'Perplexity most likely accepts this key.', {
    certain: false,
    remedies: ['To be sure, make one real request with the key.'],
  })
}

function probablyInvalid(): ValidationResult {
  return outcome('invalid', 'Perplexity most likely does not accept this key.', {
    certain: false,
    remedies: [
      'Check whether the account at Perplexity has API credit: without any, good keys have been refused too.',
      'Check that the whole key was pasted.',
      'If it was revoked, make a new key at Perplexity and replace the value here.',
    ],
  })
}
