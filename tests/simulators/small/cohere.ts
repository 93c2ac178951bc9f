import { bearerOf, json, type SimulatedProvider } from './simulated-provider.ts'

export const cohereSimulator: SimulatedProvider = {
  basePath: '/v1',
  keyShape: (digits) => digits.slice(0, 40),
  keyOf: bearerOf,
  cases: ['good', 'revoked', 'not-valid', 'no-verdict', 'other-401', 'limited'],
  answer(name, request) {
    if (request.method !== 'POST' || request.path !== '/check-api-key') return json(404, { message: 'not found' })
    if (request.body !== '') return json(400, { message: 'the body must be empty', id: 'i-0' })
    switch (name) {
      case 'good':
        return json(200, { valid: true, organization_id: 'org-42', owner_id: 'owner-7' })
      case 'not-valid':
        return json(200, { valid: false })
      case 'no-verdict':
        return json(200, { organization_id: 'org-42' })
      case 'other-401':
        return json(401, { reason: 'new' })
      case 'limited':
        return json(429, {
          message:
            'You are using a Trial key, which is limited to 1000 API calls / month. You can continue to use the Trial key.',
          id: 'i-2',
        })
      default:
        return json(401, { message: 'invalid api token', id: 'i-1' })
    }
  },
}
