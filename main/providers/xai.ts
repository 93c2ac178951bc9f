import { z } from 'zod'
import { fieldsOf, outcome, textOf } from './answers.ts'
import { testKey } from './calls.ts'
import type { ProviderAdapter, ValidationResult } from './provider.ts'
import { labelOf, usualOutcome } from './usual-answers.ts'

const NAME = 'xAI'

/** `GET /v1/api-key`, docs.x.ai. The three flags count as not set when they are left out. */
const infoSchema = z.object({
  api_key_id: z.string(),
  name: z.string().nullish(),
  team_id: z.string().nullish(),
  team_blocked: z.boolean().nullish(),
  api_key_blocked: z.boolean().nullish(),
  api_key_disabled: z.boolean().nullish(),
})

/**
 * xAI (Grok). `GET /api-key` is free and tells whether the key, or its team, is blocked although it is accepted.
 * A wrong key is answered with 400, sometimes 401, and recognised by its text. Management keys are a separate kind
 * that only the management API at another address takes.
 */
export const xaiAdapter: ProviderAdapter = {
  id: 'xai',
  validate: (credential, context) =>
    testKey(credential, context, {
      provider: NAME,
      request: {
        method: 'GET',
        url: `${context.baseUrl}/api-key`,
        headers: { authorization: `Bearer ${credential.secret}`, accept: 'application/json' },
      },
      read: (answer) => {
        const info = infoSchema.safeParse(answer.value)
        if (answer.status === 200 && info.success) {
          return { ...readInfo(info.data), owner: labelOf(teamOf(info.data), credential) }
        }
        const said = textOf(fieldsOf(answer.value).error) ?? answer.words ?? ''
        if ((answer.status === 400 || answer.status === 401) && /incorrect api key provided/i.test(said)) {
          return credential.kind === 'admin' ? managementKeyOutcome() : invalidOutcome()
        }
        if (
          (answer.status === 403 || answer.status === 429) &&
          /available credits|monthly spending limit/i.test(said)
        ) {
          return outcome(
            'no_credit',
            'The key is accepted, but its team has used all credit or reached its monthly spending limit.',
            {
              certain: false,
              remedies: ['Buy credit or raise the monthly spending limit of the team in the xAI console.'],
            },
          )
        }
        return usualOutcome(NAME, answer)
      },
    }),
}

type Info = z.infer<typeof infoSchema>

const teamOf = (info: Info) => (info.team_id ? `Team ${info.team_id}` : null)

function readInfo(info: Info): ValidationResult {
  if (info.api_key_disabled) {
    return outcome('blocked', 'xAI knows this key, but it is disabled.', {
      remedies: ['Enable the key in the xAI console, or use another one.'],
    })
  }
  if (info.api_key_blocked) {
    return outcome('blocked', 'xAI knows this key, but has blocked it.', {
      remedies: ['Look at the key in the xAI console, or make a new one.'],
    })
  }
  if (info.team_blocked) {
    return outcome('blocked', 'xAI knows this key, but the team it belongs to is blocked.', {
      remedies: ['Look at billing and notices of the team in the xAI console.'],
    })
  }
  return outcome('valid', 'xAI accepts this key.')
}

function invalidOutcome(): ValidationResult {
  return outcome('invalid', 'xAI does not know this key.', {
    remedies: [
      'Check that the whole key was pasted.',
      'If it was revoked, make a new key in the xAI console and replace the value here.',
      'A management key is refused here too: store a key for inference instead.',
    ],
  })
}

function managementKeyOutcome(): ValidationResult {
  return outcome('wrong_kind', 'xAI takes management keys only at its management API, which a test does not ask.', {
    certain: false,
    remedies: ['Store a key for inference if it is to be tested here.', 'Check a management key in the xAI console.'],
  })
}
