import { z } from 'zod'
import { errorOf, isErrorBody, outcome, textOf } from '../answers.ts'
import { type ReadAnswer, unrecognisedOutcome, withWords } from '../calls.ts'
import type { Credential } from '../provider.ts'

export const NAME = 'OpenRouter'

const money = z.number().nullish()

/** The answer to `GET /key`. Money is in US dollars. `is_provisioning_key` is the old name of a management key. */
export const keyInfoSchema = z.object({
  data: z.object({
    limit: money,
    limit_remaining: money,
    usage: z.number(),
    usage_daily: money,
    is_free_tier: z.boolean().nullish(),
    is_management_key: z.boolean().nullish(),
    is_provisioning_key: z.boolean().nullish(),
  }),
})
export type KeyInfo = z.output<typeof keyInfoSchema>['data']

export function isManagementKey(info: KeyInfo): boolean {
  return info.is_management_key === true || info.is_provisioning_key === true
}

/**
 * What OpenRouter's answers mean. The code in the error body counts, the status only where there is none: the
 * status may be 200 for an error that came late. Source: OpenRouter API reference, errors, 2026.
 */
export const readOpenRouter: ReadAnswer = (answer) => {
  if (answer.status === 200 && !isErrorBody(answer.value)) return outcome('valid', 'The key works.')
  const { words } = answer
  const code = isErrorBody(answer.value) ? (textOf(errorOf(answer.value).code) ?? String(answer.status)) : ''
  switch (code) {
    case '401':
      return outcome(
        'invalid',
        withWords('OpenRouter does not accept this key: it is wrong, disabled or expired.', words),
      )
    case '402':
      return outcome('no_credit', withWords('The key works, but there is no credit left.', words))
    case '403':
      return /only management keys|only provisioning keys/i.test(words ?? '')
        ? outcome('wrong_kind', withWords('This needs a management key.', words), {
            reportedKind: 'standard',
            remedies: ['Make a management key at OpenRouter under Settings, Management keys, and use that.'],
          })
        : outcome('valid_limited', withWords('The key works, but it is not allowed to do this.', words))
    case '429':
      return outcome('rate_limited', withWords('The key works, but too many calls are made at the moment.', words))
    default:
      return unrecognisedOutcome(NAME, answer)
  }
}

export function bearer(credential: Credential): Record<string, string> {
  return { authorization: `Bearer ${credential.secret}`, accept: 'application/json' }
}
