import { bearerOf, json, type SimulatedProvider } from './simulated-provider.ts'

const rateHeaders = {
  'x-ratelimit-limit-requests': '14400',
  'x-ratelimit-limit-tokens': '18000',
  'x-ratelimit-remaining-requests': '14370',
  'x-ratelimit-remaining-tokens': '17997',
  'x-ratelimit-reset-requests': '2m59.56s',
  'x-ratelimit-reset-tokens': '7.66s',
}

const failure = (message: string, type: string, code?: string) => ({ error: { message, type, code } })

export const groqSimulator: SimulatedProvider = {
  basePath: '/openai/v1',
  keyShape: (digits) => ['gsk', digits.slice(0, 52)].join('_'),
  keyOf: bearerOf,
  cases: ['good', 'revoked', 'plan', 'org-restricted', 'limited', 'other-403'],
  answer(name, request) {
    if (request.method !== 'GET' || request.path !== '/models') {
      return json(404, failure('Unknown request URL', 'invalid_request_error', 'unknown_url'))
    }
    switch (name) {
      case 'good':
        return json(200, { object: 'list', data: [{ id: 'llama-x', object: 'model' }] }, rateHeaders)
      case 'plan':
        return json(
          403,
          failure('This feature is not available for your plan.', 'permissions_error', 'not_available_for_plan'),
        )
      case 'org-restricted':
        return json(
          400,
          failure(
            'Organization has been restricted. Please reach out to support.',
            'invalid_request_error',
            'organization_restricted',
          ),
        )
      case 'limited':
        return json(429, failure('Rate limit reached for model', 'requests', 'rate_limit_exceeded'), {
          ...rateHeaders,
          'retry-after': '7',
        })
      case 'other-403':
        return json(403, failure('Something new.', 'new_error', 'new_code'))
      default:
        return json(401, failure('Invalid API Key', 'invalid_request_error', 'invalid_api_key'))
    }
  },
}
