import { bearerOf, json, type SimulatedProvider } from './simulated-provider.ts'

const dollars = { currency: 'USD', total_balance: '9.80', granted_balance: '0.30', topped_up_balance: '9.50' }
const yuan = { currency: 'CNY', total_balance: '110.00', granted_balance: '10.00', topped_up_balance: '100.00' }

const failure = (message: string, type: string) => ({
  error: { message, type, param: null, code: 'invalid_request_error' },
})

export const deepseekSimulator: SimulatedProvider = {
  basePath: '',
  keyShape: (digits) => ['sk', digits.slice(0, 32)].join('-'),
  keyOf: bearerOf,
  cases: ['good', 'revoked', 'two-currencies', 'no-credit', 'no-credit-402', 'odd-balance', 'other-401', 'limited'],
  answer(name, request, key) {
    if (request.method !== 'GET' || request.path !== '/user/balance')
      return json(404, failure('Not found', 'not_found'))
    switch (name) {
      case 'good':
        return json(200, { is_available: true, balance_infos: [dollars] })
      case 'two-currencies':
        return json(200, { is_available: true, balance_infos: [yuan, dollars] })
      case 'no-credit':
        return json(200, {
          is_available: false,
          balance_infos: [
            { currency: 'USD', total_balance: '0.00', granted_balance: '0.00', topped_up_balance: '0.00' },
          ],
        })
      case 'no-credit-402':
        return json(402, failure('Insufficient Balance', 'unknown_error'))
      case 'odd-balance':
        return json(200, { is_available: true, balance_infos: [{ ...dollars, total_balance: 'plenty' }] })
      case 'other-401':
        return json(401, failure('Something new.', 'new_error'))
      case 'limited':
        return json(429, failure('Rate limit reached', 'rate_limit_error'))
      default:
        return json(
          401,
          failure(`Authentication Fails, Your api key: ****${key.slice(-4)} is invalid`, 'authentication_error'),
        )
    }
  },
}
