import { z } from 'zod'
import { fieldsOf, outcome, textOf } from './answers.ts'
import { testKey } from './calls.ts'
import type { ProviderAdapter, ValidationResult } from './provider.ts'
import { readNamedWindowRateLimits } from './rate-limits.ts'
import { usualOutcome } from './usual-answers.ts'

const NAME = 'Mistral'

const modelsSchema = z.object({ data: z.array(z.object({ id: z.string() })) })

/**
 * Mistral. A refused key is answered with 401 and one of three bodies: `{detail}`, `{message, request_id}` or none.
 * A key that was just made may be refused for some minutes; Codestral keys work only at the Codestral address.
 */
export const mistralAdapter: ProviderAdapter = {
  id: 'mistral',
  validate: (credential, context) =>
    testKey(credential, context, {
      provider: NAME,
      request: {
        method: 'GET',
        url: `${context.baseUrl}/models`,
        headers: { authorization: `Bearer ${credential.secret}`, accept: 'application/json' },
      },
      rateLimits: readNamedWindowRateLimits,
      read: (answer) => {
        if (answer.status === 200 && modelsSchema.safeParse(answer.value).success) {
          return outcome('valid', 'Mistral accepts this key.')
        }
        if (answer.status === 401) {
          const body = fieldsOf(answer.value)
          const said = textOf(body.detail) ?? textOf(body.message) ?? ''
          if (/unauthorized/i.test(said)) return invalidOutcome(true)
        }
        return usualOutcome(NAME, answer)
      },
      readNotJson: (answer) => {
        const empty = answer.json.kind === 'not-json' && answer.json.looksLike === 'empty'
        return answer.status === 401 && empty ? invalidOutcome(false) : null
      },
    }),
}

function invalidOutcome(certain: boolean): ValidationResult {
  return outcome('invalid', 'Mistral does not accept this key.', {
    certain,
    remedies: [
      'If the key was made just now, wait a few minutes and test it again.',
      'Check that the whole key was pasted.',
      'A Codestral key works only at the Codestral address: set that address for Mistral in Settings.',
      'If it was revoked or has expired, make a new key at Mistral and replace the value here.',
    ],
  })
}
