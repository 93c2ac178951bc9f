import type { Endpoint } from '../../shared/contract/receiver.ts'
import type { Signing } from '../../shared/contract/sender.ts'
import {
  type DigestAlgorithm,
  type DigestEncoding,
  genericDefaults,
  type SchemeId,
} from '../../shared/webhook-schemes.ts'

/** How something is going to be signed. A secret that is typed stands in its field only. */
export interface SigningDraft {
  /** Null: not at all. */
  readonly scheme: SchemeId | null
  /** What `generic-hmac` needs; the other schemes have no options. */
  readonly options: {
    readonly header: string
    readonly algorithm: DigestAlgorithm
    readonly encoding: DigestEncoding
    readonly prefix: string
  }
  /** Id of a secret of an endpoint, or one that is typed and not stored. */
  readonly secret: number | 'typed'
}

export const unsigned: SigningDraft = { scheme: null, options: genericDefaults, secret: 'typed' }

/** As the calls take it, or what is missing. `typed` is what stands in the field of the secret. */
export function signingOf(draft: SigningDraft, typed: string): { signing: Signing } | { problem: string } {
  const { scheme, secret } = draft
  if (scheme === null) return { signing: null }
  if (secret === 'typed' && typed === '') {
    return { problem: 'The secret is empty. Paste it, choose one of an endpoint, or send the event unsigned.' }
  }
  const options =
    scheme === 'generic-hmac'
      ? { ...draft.options, header: draft.options.header.trim() || genericDefaults.header }
      : null
  return { signing: { scheme, options, ...(secret === 'typed' ? { secret: typed } : { secretId: secret }) } }
}

/** The draft as an endpoint expects to be signed to: its scheme where it has one, and its first secret. */
export function signingFor(
  draft: SigningDraft,
  endpoint: Pick<Endpoint, 'scheme' | 'schemeOptions' | 'secrets'>,
): SigningDraft {
  const { scheme, schemeOptions, secrets } = endpoint
  const [first] = secrets
  return {
    scheme: scheme ?? draft.scheme,
    options:
      scheme === 'generic-hmac' && schemeOptions !== null ? { ...genericDefaults, ...schemeOptions } : draft.options,
    secret: first?.id ?? 'typed',
  }
}
