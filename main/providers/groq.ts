import { z } from 'zod'
import { errorOf, outcome, textOf } from './answers.ts'
import { testKey } from './calls.ts'
import type { ProviderAdapter } from './provider.ts'
import { readSplitRateLimits } from './rate-limits.ts'
import { usualOutcome } from './usual-answers.ts'

const NAME = 'Groq'
const DAY_SECONDS = 86_400
const MINUTE_SECONDS = 60

const modelsSchema = z.object({ data: z.array(z.object({ id: z.string() })) })

/**
 * Groq. The rate-limit headers have OpenAI's names but other windows: requests are counted per day, tokens per
 * minute. Limits belong to the organisation, not to the key.
 */
export const groqAdapter: ProviderAdapter = {
  id: 'groq',
  validate: (credential, context) =>
    testKey(credential, context, {
      provider: NAME,
      request: {
        method: 'GET',
        url: `${context.baseUrl}/models`,
        headers: { authorization: `Bearer ${credential.secret}`, accept: 'application/json' },
      },
      rateLimits: (headers, now) =>
        readSplitRateLimits(headers, now, { requests: DAY_SECONDS, tokens: MINUTE_SECONDS }),
      read: (answer) => {
        if (answer.status === 200 && modelsSchema.safeParse(answer.value).success) {
          return outcome('valid', 'Groq accepts this key.')
        }
        const error = errorOf(answer.value)
        const code = textOf(error.code)
        if (code === 'not_available_for_plan') {
          return outcome(
            'valid_limited',
            'Groq accepts this key, but the plan of its organisation lacks this feature.',
            {
              remedies: ['Change the plan of the organisation in the Groq console, if the feature is needed.'],
            },
          )
        }
        if (code === 'organization_restricted') {
          return outcome('blocked', 'Groq has restricted the organisation this key belongs to.', {
            remedies: ['Ask the support of Groq why the organisation is restricted.'],
          })
        }
        if (answer.status === 401 && (code === 'invalid_api_key' || /invalid api key/i.test(answer.words ?? ''))) {
          return outcome('invalid', 'Groq does not accept this key.')
        }
        return usualOutcome(NAME, answer)
      },
    }),
}
