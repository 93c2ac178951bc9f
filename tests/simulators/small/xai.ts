import { bearerOf, json, type SimulatedProvider } from './simulated-provider.ts'

const info = {
  redacted_api_key: 'xai-...b14o',
  api_key_id: '5c7f6a1e-0000-4000-8000-000000000001',
  name: 'Build agent',
  user_id: 'user-1',
  team_id: 'team-7',
  acls: ['api-key:model:*', 'api-key:endpoint:*'],
  create_time: '2026-01-05T10:00:00.000000Z',
  modify_time: '2026-01-05T10:00:00.000000Z',
  modified_by: 'user-1',
  team_blocked: false,
  api_key_blocked: false,
  api_key_disabled: false,
}

const creditText =
  'Your team team-7 has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit.'

function incorrect(status: number, key: string, code: string) {
  const error = `Incorrect API key provided: ${key.slice(0, 2)}***${key.slice(-2)}. You can obtain an API key from https://console.x.ai.`
  return json(status, { code, error })
}

export const xaiSimulator: SimulatedProvider = {
  basePath: '/v1',
  keyShape: (digits) => ['xai', digits.slice(0, 80)].join('-'),
  keyOf: bearerOf,
  cases: [
    'good',
    'revoked',
    'revoked-401',
    'other-400',
    'key-disabled',
    'key-blocked',
    'team-blocked',
    'no-credit',
    'no-credit-429',
    'limited',
    'other-403',
  ],
  answer(name, request, key) {
    if (request.method !== 'GET' || request.path !== '/api-key')
      return json(404, { code: 'not-found', error: 'Not found' })
    switch (name) {
      case 'good':
        return json(200, info)
      case 'key-disabled':
        return json(200, { ...info, api_key_disabled: true })
      case 'key-blocked':
        return json(200, { ...info, api_key_blocked: true })
      case 'team-blocked':
        return json(200, { ...info, team_blocked: true })
      case 'revoked-401':
        return incorrect(401, key, 'unauthenticated')
      case 'other-400':
        return json(400, { code: 'invalid-argument', error: 'The header x-something is malformed.' })
      case 'no-credit':
        return json(403, {
          code: 'The caller does not have permission to execute the specified operation',
          error: creditText,
        })
      case 'no-credit-429':
        return json(429, { code: 'Some resource has been exhausted', error: creditText })
      case 'limited':
        return json(429, { code: 'Some resource has been exhausted', error: 'Too many requests for team team-7.' })
      case 'other-403':
        return json(403, { code: 'permission-denied', error: 'Something new.' })
      default:
        return incorrect(400, key, 'Client specified an invalid argument')
    }
  },
}
