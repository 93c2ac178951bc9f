import { bearerOf, json, type SimulatedProvider } from './simulated-provider.ts'

const balance = {
  object: 'balance',
  livemode: false,
  available: [
    { amount: 123_456, currency: 'usd', source_types: { card: 123_456 } },
    { amount: 5_000, currency: 'jpy' },
    { amount: 1_250, currency: 'kwd' },
  ],
  pending: [{ amount: -250, currency: 'usd' }],
}

const failure = (fields: Readonly<Record<string, string>>) => ({
  error: { type: 'invalid_request_error', request_log_url: 'https://dashboard.stripe.com/logs/req_1', ...fields },
})

const permission = (permissionName: string) =>
  failure({
    message: `The provided key 'rk_test_*****abcd' does not have the required permissions for this endpoint on account 'acct_1'. Having the '${permissionName}' permission would allow this request to continue.`,
  })

export const stripeSimulator: SimulatedProvider = {
  basePath: '/v1',
  keyShape: (digits) => ['sk', 'test', digits.slice(0, 99)].join('_'),
  keyOf: bearerOf,
  cases: [
    'good',
    'good-live',
    'revoked',
    'expired',
    'platform-expired',
    'secret-required',
    'restricted',
    'restricted-400',
    'ip-blocked',
    'other-403',
    'other-400',
    'other-401',
    'limited',
    'limited-400',
    'lock-timeout',
    'card',
  ],
  answer(name, request, key) {
    if (request.method !== 'GET' || request.path !== '/balance') {
      return json(404, failure({ message: `Unrecognized request URL (${request.method}: ${request.path}).` }))
    }
    switch (name) {
      case 'good':
        return json(200, balance)
      case 'good-live':
        return json(200, { ...balance, livemode: true })
      case 'expired':
        return json(401, failure({ code: 'api_key_expired', message: 'Expired API Key provided: sk_test_*****abcd' }))
      case 'platform-expired':
        return json(401, failure({ code: 'platform_api_key_expired', message: 'The platform key has expired.' }))
      case 'secret-required':
        return json(
          401,
          failure({ code: 'secret_key_required', message: 'This API call cannot be made with a publishable API key.' }),
        )
      case 'restricted':
        return json(403, permission('rak_balance_read'))
      case 'restricted-400':
        return json(400, permission('rak_balance_read'))
      case 'ip-blocked':
        return json(403, failure({ message: 'The API key provided does not allow requests from your IP address.' }))
      case 'other-403':
        return json(403, failure({ message: 'Something new.' }))
      case 'other-400':
        return json(400, failure({ code: 'parameter_unknown', message: 'Received unknown parameter: x' }))
      case 'other-401':
        return json(401, failure({ message: 'Something new.' }))
      case 'limited':
        return json(429, failure({ code: 'rate_limit', message: 'Too many requests hit the API too quickly.' }))
      case 'limited-400':
        return json(400, failure({ code: 'rate_limit', message: 'Too many requests hit the API too quickly.' }))
      case 'lock-timeout':
        return json(429, failure({ code: 'lock_timeout', message: 'This object cannot be accessed right now.' }), {
          'stripe-should-retry': 'true',
        })
      case 'card':
        return json(402, { error: { type: 'card_error', code: 'card_declined', message: 'Your card was declined.' } })
      default:
        return json(401, failure({ message: `Invalid API Key provided: ${key.slice(0, 8)}*****${key.slice(-4)}` }))
    }
  },
}
