import { json, type SimulatedAnswer, type SimulatedProvider } from './simulated-provider.ts'

/** Epoch seconds: 2030-01-01T00:00:00Z. */
export const elevenlabsReset = 1_893_456_000

const subscription = {
  tier: 'creator',
  status: 'active',
  character_count: 12_500,
  character_limit: 100_000,
  next_character_count_reset_unix: elevenlabsReset,
  voice_slots_used: 1,
  voice_limit: 30,
  professional_voice_slots_used: 0,
  professional_voice_limit: 1,
  current_overage: { amount: '1.25', currency: 'usd' },
}

const detail = (fields: Readonly<Record<string, string>>): SimulatedAnswer => json(401, { detail: fields })

export const elevenlabsSimulator: SimulatedProvider = {
  basePath: '/v1',
  keyShape: (digits) => ['sk', digits.slice(0, 48)].join('_'),
  keyOf: (request) => request.headers['xi-api-key']?.toString() ?? null,
  cases: [
    'good',
    'revoked',
    'revoked-code',
    'revoked-string',
    'scoped',
    'scoped-new-reply',
    'subscription-fails',
    'used-up',
    'quota-exceeded',
    'unusual-activity',
    'not-verifiable',
    'other-401',
    'limited',
  ],
  answer(name, request) {
    const known = request.path === '/user' || request.path === '/user/subscription'
    if (request.method !== 'GET' || !known) return json(404, { detail: 'Not Found' })
    if (request.path === '/user/subscription') return answerSubscription(name)
    switch (name) {
      case 'good':
      case 'subscription-fails':
      case 'used-up':
        return json(200, { user_id: 'u-1', first_name: 'Ada', is_new_user: false })
      case 'revoked-code':
        return detail({ type: 'authentication_error', code: 'invalid_api_key', message: 'Invalid API key' })
      case 'revoked-string':
        return json(401, { detail: 'Invalid API key' })
      case 'scoped':
        return detail({
          status: 'missing_permissions',
          message: 'The API key you used is missing the permission user_read to execute this operation.',
        })
      case 'scoped-new-reply':
        return detail({
          type: 'authentication_error',
          code: 'unauthorized',
          status: 'missing_permissions',
          message: 'The API key you used is missing the permission user_read to execute this operation.',
          request_id: 'r-1',
        })
      case 'quota-exceeded':
        return detail({ status: 'quota_exceeded', message: 'This request exceeds your quota of 10000.' })
      case 'unusual-activity':
        return detail({ status: 'detected_unusual_activity', message: 'Unusual activity detected.' })
      case 'not-verifiable':
        return detail({ status: 'api_key_not_verifiable', message: 'The API key could not be verified.' })
      case 'other-401':
        return detail({ status: 'something_new', message: 'Something new.' })
      case 'limited':
        return json(429, {
          detail: { status: 'too_many_concurrent_requests', message: 'Too many concurrent requests.' },
        })
      default:
        return detail({ status: 'invalid_api_key', message: 'Invalid API key' })
    }
  },
}

function answerSubscription(name: string): SimulatedAnswer {
  switch (name) {
    case 'good':
      return json(200, subscription)
    case 'used-up':
      return json(200, { ...subscription, character_count: 100_000 })
    default:
      return json(500, { detail: 'Internal Server Error' })
  }
}
