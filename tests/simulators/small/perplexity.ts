import { bearerOf, html, json, type SimulatedProvider } from './simulated-provider.ts'

/** The invalid model the probe asks for must never name a model that exists: that would be billed. */
const knownModels = ['sonar', 'sonar-pro', 'sonar-reasoning-pro', 'sonar-deep-research']

function modelOf(body: string): string | null {
  const match = /"model"\s*:\s*"([^"]*)"/.exec(body)
  return match?.[1] ?? null
}

export const perplexitySimulator: SimulatedProvider = {
  basePath: '',
  keyShape: (digits) => ['pplx', digits.slice(0, 48)].join('-'),
  keyOf: bearerOf,
  cases: ['good', 'revoked', 'json-401', 'other-400', 'limited'],
  answer(name, request) {
    if (request.method !== 'POST' || request.path !== '/chat/completions') return html(404, '404 Not Found')
    const model = modelOf(request.body)
    switch (name) {
      case 'good':
        if (model === null || knownModels.includes(model)) {
          return json(200, {
            id: 'x',
            model,
            choices: [{ index: 0, message: { role: 'assistant', content: 'billed' } }],
          })
        }
        return json(400, {
          error: {
            message: `Invalid model '${model}'. Permitted models can be found in the documentation.`,
            type: 'invalid_model',
            code: 400,
          },
        })
      case 'json-401':
        return json(401, { error: { message: 'Invalid API key provided.', type: 'authentication_error', code: 401 } })
      case 'other-400':
        return json(400, { error: { message: 'Field required: messages', type: 'bad_request', code: 400 } })
      case 'limited':
        return json(429, { error: { message: 'Request rate limit exceeded.', type: 'rate_limit', code: 429 } })
      default:
        return html(401, '401 Authorization Required')
    }
  },
}
