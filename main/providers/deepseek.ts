import { z } from 'zod'
import type { Balance } from '../../shared/contract/keys.ts'
import { formatNanos } from '../../shared/money.ts'
import { errorOf, outcome, textOf } from './answers.ts'
import { testKey } from './calls.ts'
import type { ProviderAdapter } from './provider.ts'
import { decimalNanosSchema, usualOutcome } from './usual-answers.ts'

const NAME = 'DeepSeek'

/** `GET /user/balance`, api-docs.deepseek.com. One entry per currency: CNY, USD or both. */
const balanceSchema = z.object({
  is_available: z.boolean(),
  balance_infos: z.array(
    z.object({
      currency: z.string().regex(/^[A-Za-z]{3}$/),
      total_balance: decimalNanosSchema,
      granted_balance: decimalNanosSchema,
      topped_up_balance: decimalNanosSchema,
    }),
  ),
})

/**
 * DeepSeek. One free call tells whether the key works and what credit is left. A refused key carries the code
 * `invalid_request_error`, as everything does: the type decides.
 */
export const deepseekAdapter: ProviderAdapter = {
  id: 'deepseek',
  validate: (credential, context) =>
    testKey(credential, context, {
      provider: NAME,
      request: {
        method: 'GET',
        url: `${context.baseUrl}/user/balance`,
        headers: { authorization: `Bearer ${credential.secret}`, accept: 'application/json' },
      },
      read: (answer) => {
        const balance = balanceSchema.safeParse(answer.value)
        if (answer.status === 200 && balance.success) {
          const balances = balancesOf(balance.data)
          return balance.data.is_available
            ? outcome('valid', 'DeepSeek accepts this key.', { balances })
            : outcome('no_credit', 'DeepSeek accepts this key, but there is no credit left to use it.', { balances })
        }
        if (answer.status === 401 && textOf(errorOf(answer.value).type) === 'authentication_error') {
          return outcome('invalid', 'DeepSeek does not accept this key.')
        }
        if (answer.status === 402) {
          return outcome('no_credit', 'DeepSeek accepts this key, but there is no credit left to use it.')
        }
        return usualOutcome(NAME, answer)
      },
    }),
}

function balancesOf(balance: z.output<typeof balanceSchema>): Balance[] {
  return balance.balance_infos.flatMap((info) => {
    const unit = info.currency.toUpperCase()
    return [
      { label: 'available', amount: formatNanos(info.total_balance), unit },
      { label: 'granted', amount: formatNanos(info.granted_balance), unit },
      { label: 'topped up', amount: formatNanos(info.topped_up_balance), unit },
    ]
  })
}
