import type { Endpoint } from '../../shared/contract/receiver.ts'
import type { Signing } from '../../shared/contract/sender.ts'
import {
  type DigestAlgorithm,
  type DigestEncoding,
  genericDefaults,
  type SchemeId,
  schemes,
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

/** Whether a request of this scheme carries the secret itself, in plain. */
export function sendsSecret(scheme: SchemeId | null): boolean {
  return scheme === 'gitlab-token'
}

/** The draft with another scheme. A secret of an endpoint whose scheme is another one does not come along. */
export function withScheme(
  draft: SigningDraft,
  scheme: SchemeId | null,
  endpoints: readonly Pick<Endpoint, 'scheme' | 'secrets'>[],
): SigningDraft {
  const owner = endpoints.find(({ secrets }) => secrets.some(({ id }) => id === draft.secret))
  const fits = owner === undefined || owner.scheme === scheme || (owner.scheme === null && !sendsSecret(scheme))
  return { ...draft, scheme, secret: fits ? draft.secret : 'typed' }
}

/** Host and port of an address, for saying where something goes; null while it is not whole. */
export function hostOf(url: string): string | null {
  return URL.parse(url.trim())?.host || null
}

/** What to paste for signing: the private key where verifying takes the public one. */
export function signingHint(scheme: SchemeId): string {
  const { secretKind, secretHint } = schemes[scheme]
  if (secretKind !== 'public-key') return secretHint
  return scheme === 'discord'
    ? 'Signing needs the private key: 128 hexadecimal characters, the seed and then the public key.'
    : 'Signing needs the private key: PKCS 8 in PEM or base64.'
}
