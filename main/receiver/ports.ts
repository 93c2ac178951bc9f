import type { Behaviour, GenericOptions, Retention } from '../../shared/contract/receiver.ts'
import type { SchemeId } from '../../shared/webhook-schemes.ts'

/** An endpoint as the other domains need it. */
export interface EndpointFacts {
  readonly id: number
  readonly slug: string
  readonly name: string
  /** Null: recognised from the headers of each request. */
  readonly scheme: SchemeId | null
  readonly schemeOptions: GenericOptions | null
  readonly behaviour: Behaviour
  readonly retention: Retention
}

export interface EndpointSecretValue {
  readonly id: number
  readonly label: string
  readonly secret: string
}

/** What the other domains may ask about endpoints. */
export interface EndpointBook {
  /** Throws NOT_FOUND. */
  facts(id: number): EndpointFacts
  all(): readonly EndpointFacts[]
  bySlug(slug: string): EndpointFacts | null
  /** Decrypted, in the order they are tried. Throws like `Secrets.requireReady`. */
  secretsOf(endpointId: number): readonly EndpointSecretValue[]
  /** Like {@link secretsOf}, without those that cannot be decrypted. For what one damaged secret must not stop. */
  readableSecretsOf(endpointId: number): readonly EndpointSecretValue[]
  /** One secret with its endpoint. Throws NOT_FOUND, and like `Secrets.requireReady`. */
  secret(secretId: number): EndpointSecretValue & { readonly endpointId: number }
  vaultReady(): boolean
  /** "http://127.0.0.1:4590", null while the receiver does not listen. */
  localUrl(): string | null
  /** Address of the tunnel in force, without a slash at the end; null for none. Never what a sender said. */
  publicUrl(): string | null
  /** Id of the endpoint with this slug; made with the usual behaviour where it is missing. */
  ensure(slug: string): { readonly id: number; readonly made: boolean }
}

/** What is kept of an endpoint's captured requests. */
export interface EndpointTotals {
  of(endpointId: number): { readonly count: number; readonly bytes: number; readonly lastAt: number | null }
  /** How much is to be kept was changed: it is seen to soon. */
  retentionChanged(): void
}
