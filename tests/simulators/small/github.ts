import {
  bearerOf,
  json,
  type SimulatedAnswer,
  type SimulatedProvider,
  type SimulatedRequest,
} from './simulated-provider.ts'

/** Epoch seconds, as GitHub sends it: 2030-01-01T00:00:00Z. */
export const githubReset = 1_893_456_000

const rateHeaders = {
  'x-ratelimit-limit': '5000',
  'x-ratelimit-remaining': '4987',
  'x-ratelimit-used': '13',
  'x-ratelimit-reset': String(githubReset),
  'x-ratelimit-resource': 'core',
}

const docs = 'https://docs.github.com/rest'
const user = { login: 'octo-operator', id: 7, type: 'User', name: 'Octo Operator' }

export const githubSimulator: SimulatedProvider = {
  basePath: '',
  keyShape: (digits) => ['ghp', digits.slice(0, 36)].join('_'),
  keyOf: bearerOf,
  cases: [
    'good',
    'revoked',
    'fine-grained',
    'expires',
    'installation',
    'limited',
    'secondary-limit',
    'secondary-limit-text',
    'sso',
    'saml-text',
    'no-permission',
    'suspended',
    'other-403',
    'other-401',
  ],
  answer(name, request, key) {
    if (!request.headers['user-agent']) {
      return {
        status: 403,
        body: 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.',
      }
    }
    if (name === 'installation') return installation(request)
    if (name === 'unknown') return answerUser(name, key)
    if (request.method !== 'GET' || request.path !== '/user')
      return json(404, { message: 'Not Found', documentation_url: docs })
    return answerUser(name, key)
  },
}

function installation(request: SimulatedRequest): SimulatedAnswer {
  if (request.path.startsWith('/installation/repositories')) {
    return json(200, { total_count: 1, repositories: [{ id: 1, name: 'r' }] }, rateHeaders)
  }
  return json(403, { message: 'Resource not accessible by integration', documentation_url: docs }, rateHeaders)
}

function forbidden(message: string, headers: Readonly<Record<string, string>> = {}): SimulatedAnswer {
  return json(403, { message, documentation_url: docs }, { ...rateHeaders, ...headers })
}

function answerUser(name: string, key: string): SimulatedAnswer {
  switch (name) {
    case 'good':
      return json(200, user, { ...rateHeaders, 'x-oauth-scopes': 'repo, read:org' })
    case 'fine-grained':
      return json(200, user, rateHeaders)
    case 'expires':
      return json(200, user, {
        ...rateHeaders,
        'x-oauth-scopes': 'repo',
        'github-authentication-token-expiration': '2030-02-03 04:05:06 UTC',
      })
    case 'limited':
      return forbidden('API rate limit exceeded for user ID 7.', { 'x-ratelimit-remaining': '0' })
    case 'secondary-limit':
      return forbidden('You have exceeded a secondary rate limit.', { 'retry-after': '60' })
    case 'secondary-limit-text':
      return forbidden('You have exceeded a secondary rate limit. Please wait a few minutes.')
    case 'sso':
      return forbidden('This organization asks for more.', {
        'x-github-sso': `required; url=https://github.com/orgs/octo-org/sso?authorization_request=${key.slice(-12)}`,
      })
    case 'saml-text':
      return forbidden('Resource protected by organization SAML enforcement. You must grant access.')
    case 'no-permission':
      return forbidden('Resource not accessible by personal access token')
    case 'suspended':
      return forbidden('Sorry. Your account was suspended')
    case 'other-403':
      return forbidden('Something new.')
    case 'other-401':
      return json(401, { message: 'Requires authentication', documentation_url: docs }, rateHeaders)
    default:
      return json(401, { message: 'Bad credentials', documentation_url: docs, status: '401' })
  }
}
