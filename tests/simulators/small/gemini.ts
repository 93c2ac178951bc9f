import { json, type SimulatedProvider } from './simulated-provider.ts'

function failure(code: number, status: string, message: string, reason?: string, details: readonly unknown[] = []) {
  const errorInfo = {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason,
    domain: 'googleapis.com',
    metadata: { service: 'generativelanguage.googleapis.com' },
  }
  return { error: { code, message, status, details: reason ? [errorInfo, ...details] : details } }
}

const denied = (reason: string, message: string) => json(403, failure(403, 'PERMISSION_DENIED', message, reason))

export const geminiSimulator: SimulatedProvider = {
  basePath: '/v1',
  keyShape: (digits) => `AIza${digits.slice(0, 35)}`,
  keyOf: (request) => request.headers['x-goog-api-key']?.toString() ?? null,
  cases: [
    'good',
    'revoked',
    'revoked-array',
    'expired',
    'leaked',
    'service-blocked',
    'service-disabled',
    'other-403',
    'ip-blocked',
    'suspended',
    'billing-disabled',
    'location',
    'other-400',
    'limited',
  ],
  answer(name, request) {
    if (request.method !== 'GET' || request.path !== '/models') {
      return json(404, failure(404, 'NOT_FOUND', 'Requested entity was not found.'))
    }
    switch (name) {
      case 'good':
        return json(200, { models: [{ name: 'models/gemini-x', displayName: 'Gemini X' }], nextPageToken: 'abc' })
      case 'revoked-array':
        return json(400, [
          failure(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', 'API_KEY_INVALID'),
        ])
      case 'expired':
        return json(
          400,
          failure(400, 'INVALID_ARGUMENT', 'API key expired. Please renew the API key.', 'API_KEY_INVALID'),
        )
      case 'leaked':
        return json(
          403,
          failure(403, 'PERMISSION_DENIED', 'Your API key was reported as leaked. Please use another API key.'),
        )
      case 'service-blocked':
        return denied('API_KEY_SERVICE_BLOCKED', 'Requests to this API are blocked.')
      case 'service-disabled':
        return denied(
          'SERVICE_DISABLED',
          'Generative Language API has not been used in project 1 before or it is disabled.',
        )
      case 'other-403':
        return json(403, failure(403, 'PERMISSION_DENIED', 'The caller does not have permission'))
      case 'ip-blocked':
        return denied('API_KEY_IP_ADDRESS_BLOCKED', 'The provided API key has an IP address restriction.')
      case 'suspended':
        return denied('CONSUMER_SUSPENDED', 'Permission denied: Consumer has been suspended.')
      case 'billing-disabled':
        return denied('BILLING_DISABLED', 'This API method requires billing to be enabled.')
      case 'location':
        return json(400, failure(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'))
      case 'other-400':
        return json(400, failure(400, 'INVALID_ARGUMENT', 'Invalid value at page_size.'))
      case 'limited':
        return json(
          429,
          failure(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota.', undefined, [
            { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '41s' },
          ]),
        )
      default:
        return json(
          400,
          failure(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', 'API_KEY_INVALID'),
        )
    }
  },
}
