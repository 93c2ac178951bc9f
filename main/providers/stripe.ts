import { z } from 'zod'
import type { Balance } from '../../shared/contract/keys.ts'
import { formatNanos } from '../../shared/money.ts'
import { errorOf, outcome, textOf } from './answers.ts'
import { type Answer, testKey, unrecognisedOutcome, withWords } from './calls.ts'
import type { Credential, ProviderAdapter, ValidationResult } from './provider.ts'
import { labelOf, rateLimitedOutcome, usualOutcome } from './usual-answers.ts'

const NAME = 'Stripe'

const amountSchema = z.object({
  /** Minor units of the currency. */
  amount: z.int(),
  currency: z.string().regex(/^[A-Za-z]{3}$/),
})

/** `GET /v1/balance`, docs.stripe.com/api/balance. */
const balanceSchema = z.object({
  object: z.literal('balance'),
  livemode: z.boolean(),
  available: z.array(amountSchema),
  pending: z.array(amountSchema),
})

/** Currencies whose minor unit is not a hundredth, docs.stripe.com/currencies. ISK, HUF, TWD and UGX are hundredths there. */
const decimals: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    ['BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'].map(
      (currency) => [currency, 0],
    ),
  ),
  ...Object.fromEntries(['BHD', 'JOD', 'KWD', 'OMR', 'TND'].map((currency) => [currency, 3])),
}

/**
 * Stripe. `GET /balance` tests a secret or restricted key and gives the balances of the account. Publishable keys
 * are public and webhook signing secrets are never sent anywhere: neither is tested by a call.
 */
export const stripeAdapter: ProviderAdapter = {
  id: 'stripe',
  validate: async (credential, context) =>
    notTestable(credential) ??
    testKey(credential, context, {
      provider: NAME,
      request: {
        method: 'GET',
        url: `${context.baseUrl}/balance`,
        headers: { authorization: `Bearer ${credential.secret}`, accept: 'application/json' },
      },
      read: (answer) => {
        const balance = balanceSchema.safeParse(answer.value)
        if (answer.status === 200 && balance.success) {
          const mode = balance.data.livemode ? 'live' : 'test'
          return outcome('valid', `Stripe accepts this key in ${mode} mode.`, {
            balances: [
              ...balancesOf('available', balance.data.available),
              ...balancesOf('pending', balance.data.pending),
            ],
          })
        }
        return readFailure(answer, credential)
      },
    }),
}

function notTestable({ secret }: Credential): ValidationResult | null {
  if (secret.startsWith('pk_')) {
    return outcome('unknown', 'This is a publishable key: it is public by design, so there is nothing to test.', {
      certain: true,
      remedies: ['Nothing needs to be done.'],
      reportedKind: 'publishable',
    })
  }
  if (/^wh(sec|sk|pk)_/.test(secret)) {
    return outcome('unknown', 'This is a signing secret for webhooks: no call exists that could test it.', {
      certain: true,
      remedies: ['To see whether it is the right one, verify the signature of a delivered event with it.'],
      reportedKind: 'signing-secret',
    })
  }
  return null
}

function balancesOf(label: string, amounts: readonly z.infer<typeof amountSchema>[]): Balance[] {
  return amounts.map(({ amount, currency }) => {
    const unit = currency.toUpperCase()
    return { label, amount: formatNanos(BigInt(amount) * 10n ** BigInt(9 - (decimals[unit] ?? 2))), unit }
  })
}

function readFailure(answer: Answer & { readonly value: unknown }, credential: Credential): ValidationResult {
  const error = errorOf(answer.value)
  const code = textOf(error.code)
  const said = textOf(error.message) ?? ''
  if (code === 'api_key_expired' || code === 'platform_api_key_expired') {
    return outcome('invalid', 'This key has expired.', {
      remedies: [
        'Make a new key in the Stripe dashboard and replace the value here.',
        'Keys made by the Stripe command line end after 90 days: log in there again.',
      ],
    })
  }
  if (code === 'secret_key_required') {
    return outcome('wrong_kind', 'Stripe wants a secret key here, and this one is publishable.', {
      remedies: ['Paste the secret or restricted key, or store this one as a publishable key.'],
    })
  }
  if (code === 'lock_timeout') return unrecognisedOutcome(NAME, answer)
  if (answer.status === 429 || (answer.status === 400 && code === 'rate_limit')) {
    return rateLimitedOutcome(NAME, answer, answer.retryAfterMs)
  }
  if (answer.status === 401 && /invalid api key/i.test(said)) {
    return outcome('invalid', 'Stripe does not accept this key: it is wrong, revoked or rolled.')
  }
  if (answer.status === 403 && /\bIP address\b/i.test(said)) {
    return outcome('blocked', 'Stripe knows this key, but it may not be used from this IP address.', {
      certain: false,
      remedies: ['Look at the IP addresses allowed for the key in the Stripe dashboard.'],
    })
  }
  const aboutPermission = /permission/i.test(said)
  if (answer.status === 403 || (answer.status === 400 && aboutPermission)) {
    const scope = labelOf(/'(rak_\w+)'/.exec(said)?.[1], credential)
    return outcome(
      'valid_limited',
      withWords('Stripe accepts this key, but it may not read the balance.', answer.words),
      {
        certain: answer.status === 403 && aboutPermission,
        missingScopes: scope === null ? [] : [scope],
      },
    )
  }
  return usualOutcome(NAME, answer)
}
