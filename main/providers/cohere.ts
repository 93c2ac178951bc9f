import { z } from 'zod'
import { fieldsOf, outcome } from './answers.ts'
import { testKey } from './calls.ts'
import type { ProviderAdapter } from './provider.ts'
import { labelOf, usualOutcome } from './usual-answers.ts'

const NAME = 'Cohere'

/** `POST /v1/check-api-key`, docs.cohere.com. */
const verdictSchema = z.object({
  valid: z.boolean(),
  organization_id: z.string().nullish(),
})

/** Cohere has a call of its own for this: a 200 may still say `valid: false`. */
export const cohereAdapter: ProviderAdapter = {
  id: 'cohere',
  validate: (credential, context) =>
    testKey(credential, context, {
      provider: NAME,
      request: {
        method: 'POST',
        url: `${context.baseUrl}/check-api-key`,
        headers: { authorization: `Bearer ${credential.secret}`, accept: 'application/json' },
      },
      read: (answer) => {
        const verdict = verdictSchema.safeParse(answer.value)
        if (answer.status === 200 && verdict.success) {
          if (!verdict.data.valid) return outcome('invalid', 'Cohere says that this key is not valid.')
          const organization = verdict.data.organization_id
          return outcome('valid', 'Cohere accepts this key.', {
            owner: labelOf(organization ? `Organisation ${organization}` : null, credential),
          })
        }
        const { message, id } = fieldsOf(answer.value)
        if (answer.status === 401 && typeof message === 'string' && typeof id === 'string') {
          return outcome('invalid', 'Cohere does not accept this key.')
        }
        if (answer.status === 429 && /trial key/i.test(answer.words ?? '')) {
          return outcome('rate_limited', 'Cohere accepts this trial key, but its calls for now are used up.', {
            remedies: [
              'Wait for the limit to start over (1000 calls a month, fewer per minute), or use a production key.',
            ],
          })
        }
        return usualOutcome(NAME, answer)
      },
    }),
}
