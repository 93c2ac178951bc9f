import type { Validation } from '../../shared/contract/keys.ts'
import { detectKey } from '../../shared/key-formats.ts'
import { Problem } from '../../shared/problems.ts'
import { type KeyKind, type ProviderId, providerInfo } from '../../shared/providers.ts'
import type { Clock } from '../host.ts'
import type { HttpClient } from '../http/http-client.ts'
import type { Settings } from '../settings/settings.ts'
import { guarded } from './guarded.ts'
import type { CallContext, Credential, ProviderAdapter } from './provider.ts'
import { adapters } from './registry.ts'

/**
 * The door to every provider. It decides which address a key is sent to: the provider's own, or the one the
 * operator set instead; an admin key goes to a replaced address only where the operator allowed exactly that.
 */
export class Providers {
  readonly #http: HttpClient
  readonly #settings: Settings
  readonly #clock: Clock
  readonly #sample: boolean
  readonly #adapters = new Map<ProviderId, ProviderAdapter>()

  /** In a sample workspace no key is real, so none is sent to a provider; only to an address that was set by hand. */
  constructor(deps: { http: HttpClient; settings: Settings; clock: Clock; sample?: boolean }) {
    this.#sample = deps.sample ?? false
    this.#http = deps.http
    this.#settings = deps.settings
    this.#clock = deps.clock
  }

  /** Behind the boundary that cleans what providers say. Null for `custom`, which no call exists for. */
  adapter(id: ProviderId): ProviderAdapter | null {
    if (id === 'custom') return null
    const known = this.#adapters.get(id)
    if (known !== undefined) return known
    const adapter = guarded(providerInfo(id).name, adapters[id])
    this.#adapters.set(id, adapter)
    return adapter
  }

  /** Throws FORBIDDEN for an admin key and a replaced address that is not allowed for it, UNSUPPORTED for `custom`. */
  context(id: ProviderId, kind: KeyKind, signal?: AbortSignal): CallContext {
    const { name } = providerInfo(id)
    const { baseUrl, allowAdminKey, defaultBaseUrl } = this.#settings.provider(id)
    if (defaultBaseUrl === null) throw unsupported(name)
    if (this.#sample && baseUrl === null) {
      throw new Problem('UNSUPPORTED', 'The sample workspace does not call providers.', {
        cause: 'Its keys are generated, so no provider would know them.',
        remedies: ['Start Keyhold without --sample and add a key of your own.'],
      })
    }
    if (baseUrl !== null && kind === 'admin' && !allowAdminKey) {
      throw new Problem('FORBIDDEN', `The ${name} admin key was not sent to ${new URL(baseUrl).host}.`, {
        cause: `The address of ${name} is replaced in Settings, and admin keys are not allowed for the replacement.`,
        remedies: [
          'If you trust that address with an admin key, tick "Allow admin keys for this address" in Settings, Providers.',
          `Or remove the replaced address, so that the key goes to ${name} itself.`,
        ],
      })
    }
    return {
      http: this.#http,
      baseUrl: baseUrl ?? defaultBaseUrl,
      clock: this.#clock,
      ...(signal === undefined ? {} : { signal }),
    }
  }

  /**
   * Tests a key at its provider. What the provider or the network does is an outcome, not an exception; throws
   * only like {@link context}, and CANCELLED when `signal` ends it.
   */
  async validate(id: ProviderId, credential: Credential, signal?: AbortSignal): Promise<Validation> {
    const adapter = this.adapter(id)
    if (adapter === null) throw unsupported(providerInfo(id).name)
    const context = this.context(id, strictestKind(credential), signal)
    const started = performance.now()
    const result = await adapter.validate(credential, context).catch((error: unknown) => {
      if (signal?.aborted) {
        throw new Problem('CANCELLED', 'The test was cancelled.', {}, { cause: error })
      }
      throw error
    })
    return { ...result, testedAt: this.#clock.now(), durationMs: Math.round(performance.now() - started) }
  }
}

/** An admin key is one by its form, whatever it was stored or pasted as. */
function strictestKind({ secret, kind }: Credential): KeyKind {
  return detectKey(secret).kind === 'admin' ? 'admin' : kind
}

function unsupported(name: string): Problem {
  return new Problem('UNSUPPORTED', `${name} keys cannot be tested.`, {
    cause: 'Keyhold knows no call that would tell whether such a key works.',
    remedies: ['If the key belongs to a provider in the list, choose that provider and test again.'],
  })
}
