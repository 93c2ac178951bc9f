import { bearerOf, html, json, type SimulatedProvider } from './simulated-provider.ts'

const rateHeaders = {
  'x-ratelimit-limit-req-minute': '60',
  'x-ratelimit-remaining-req-minute': '58',
  'x-ratelimit-limit-tokens-minute': '500000',
  'x-ratelimit-remaining-tokens-minute': '499000',
  'x-ratelimit-tokens-query-cost': '12',
}

export const mistralSimulator: SimulatedProvider = {
  basePath: '/v1',
  keyShape: (digits) => digits.slice(0, 32),
  keyOf: bearerOf,
  cases: ['good', 'revoked', 'revoked-message', 'revoked-no-body', 'gateway-401', 'limited', 'other-403'],
  answer(name, request) {
    if (request.method !== 'GET' || request.path !== '/models') {
      return json(404, { message: 'no Route matched with those values', request_id: 'r-1' })
    }
    switch (name) {
      case 'good':
        return json(200, { object: 'list', data: [{ id: 'mistral-x', object: 'model' }] }, rateHeaders)
      case 'revoked-message':
        return json(401, { message: 'Unauthorized', request_id: 'r-2' })
      case 'revoked-no-body':
        return { status: 401, body: '' }
      case 'gateway-401':
        return html(401, '401 Proxy Login')
      case 'limited':
        return json(
          429,
          { message: 'Requests rate limit exceeded' },
          { ...rateHeaders, 'x-ratelimit-remaining-req-minute': '0' },
        )
      case 'other-403':
        return json(403, { message: 'Something new.' })
      default:
        return json(401, { detail: 'Unauthorized' })
    }
  },
}
