import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ProviderId } from '../../shared/providers.ts'
import { cohereSimulator } from './small/cohere.ts'
import { deepseekSimulator } from './small/deepseek.ts'
import { elevenlabsSimulator } from './small/elevenlabs.ts'
import { applyFault, faultNames, isFault } from './small/faults.ts'
import { geminiSimulator } from './small/gemini.ts'
import { githubSimulator } from './small/github.ts'
import { groqSimulator } from './small/groq.ts'
import { mistralSimulator } from './small/mistral.ts'
import { perplexitySimulator } from './small/perplexity.ts'
import {
  digitsFor,
  type SimulatedAnswer,
  type SimulatedProvider,
  type SimulatedRequest,
} from './small/simulated-provider.ts'
import { stripeSimulator } from './small/stripe.ts'
import { xaiSimulator } from './small/xai.ts'

const simulators = {
  xai: xaiSimulator,
  gemini: geminiSimulator,
  mistral: mistralSimulator,
  groq: groqSimulator,
  perplexity: perplexitySimulator,
  deepseek: deepseekSimulator,
  github: githubSimulator,
  stripe: stripeSimulator,
  elevenlabs: elevenlabsSimulator,
  cohere: cohereSimulator,
} as const satisfies Partial<Record<ProviderId, SimulatedProvider>>

export type SmallProviderId = keyof typeof simulators
export const smallProviderIds = Object.keys(simulators) as SmallProviderId[]

/** Keys of one provider by what happens when they are used: the provider's own cases and the faults. */
export type SimulatedKeys = Readonly<Record<string, string>> & { readonly good: string; readonly revoked: string }

export interface RecordedRequest extends SimulatedRequest {
  readonly provider: SmallProviderId
  readonly url: string
}

export interface SmallProvidersSimulator {
  /** Base address of every provider, to be set in place of the real one. No slash at the end. */
  readonly urls: Readonly<Record<SmallProviderId, string>>
  readonly keys: Readonly<Record<SmallProviderId, SimulatedKeys>>
  /** The key for one case; throws for a case the provider does not have. */
  key(provider: SmallProviderId, name: string): string
  /** A GitHub App's token; it differs from the other keys in its prefix and in what may be asked with it. */
  readonly installationToken: string
  /** Every request so far, oldest first. */
  readonly requests: readonly RecordedRequest[]
  close(): Promise<void>
}

/**
 * One real HTTP server that behaves as ten providers, each under its own path. A key decides what happens: `good`
 * works, `revoked` is refused in the provider's own way, and so on for each case of `small/<provider>.ts` and each
 * fault of `small/faults.ts`. Any other key is answered as unknown, none at all as unauthorised.
 */
export async function startSmallProvidersSimulator(): Promise<SmallProvidersSimulator> {
  const keys = Object.fromEntries(smallProviderIds.map((id) => [id, keysOf(id)])) as Record<
    SmallProviderId,
    SimulatedKeys
  >
  const installationToken = keys.github.installation?.replace(/^ghp/, 'ghs') ?? ''
  const requests: RecordedRequest[] = []
  const hits = new Map<string, number>()

  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const url = request.url ?? ''
      const provider = smallProviderIds.find((id) => url.startsWith(`/${id}${simulators[id].basePath}/`))
      if (provider === undefined) {
        send(response, { status: 404, body: 'There is no simulated provider here.' })
        return
      }
      const path = url.slice(`/${provider}${simulators[provider].basePath}`.length)
      const seen = { method: request.method ?? '', path, headers: request.headers, body }
      requests.push({ ...seen, provider, url })
      answer(provider, seen, response)
    })
  })

  function answer(provider: SmallProviderId, request: SimulatedRequest, response: ServerResponse): void {
    const simulator = simulators[provider]
    const key = simulator.keyOf(request) ?? ''
    const name = key === installationToken ? 'installation' : nameOf(provider, key)
    hits.set(key, (hits.get(key) ?? 0) + 1)
    if (!isFault(name)) {
      send(response, simulator.answer(name, request, key))
      return
    }
    const good = simulator.answer('good', request, key)
    const odd = applyFault(name, response, { key, good, hits: hits.get(key) ?? 1 })
    if (odd !== null) send(response, odd)
  }

  function nameOf(provider: SmallProviderId, key: string): string {
    return Object.entries(keys[provider]).find(([, value]) => value === key)?.[0] ?? 'unknown'
  }

  const port = await listen(server)
  const urls = Object.fromEntries(
    smallProviderIds.map((id) => [id, `http://127.0.0.1:${port}/${id}${simulators[id].basePath}`]),
  ) as Record<SmallProviderId, string>

  return {
    urls,
    keys,
    installationToken,
    requests,
    key(provider, name) {
      const key = keys[provider][name]
      if (key === undefined) throw new Error(`The simulated ${provider} has no case "${name}".`)
      return key
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function keysOf(id: SmallProviderId): SimulatedKeys {
  const simulator: SimulatedProvider = simulators[id]
  const make = (name: string) => simulator.keyShape(digitsFor(`${id}/${name}`))
  const names = [...simulator.cases, ...faultNames]
  return {
    ...Object.fromEntries(names.map((name) => [name, make(name)])),
    good: make('good'),
    revoked: make('revoked'),
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  request.setEncoding('utf8')
  for await (const chunk of request) body += String(chunk)
  return body
}

function send(response: ServerResponse, answer: SimulatedAnswer): void {
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
  const type = answer.type ?? (typeof answer.body === 'string' ? 'text/plain' : 'application/json; charset=utf-8')
  response.writeHead(answer.status, { 'content-type': type, ...answer.headers })
  response.end(text)
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve())
  })
  return (server.address() as AddressInfo).port
}
