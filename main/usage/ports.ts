import type { KeyKind, ProviderId } from '../../shared/providers.ts'
import type { CallContext, Credential, ProviderAdapter } from '../providers/provider.ts'

/** A stored key whose provider and kind can be asked for usage. */
export interface SourceKey {
  readonly id: number
  readonly name: string
  readonly provider: ProviderId
  readonly kind: KeyKind
  readonly accountId: number
  readonly accountEmail: string
}

export interface KeyLabel {
  readonly name: string
  readonly provider: ProviderId
  readonly accountId: number
}

/** What usage asks of the stored keys. */
export interface UsageKeys {
  usageSources(): readonly SourceKey[]
  /** Decrypts for one call. Throws a Problem (VAULT_LOCKED, SECRET_UNREADABLE, NOT_FOUND, …). */
  credential(id: number): Credential
  /** Remote id → stored key, only where it is unambiguous. */
  matchRemote(
    adminKeyId: number,
    items: readonly { remoteId: string; redacted: string | null; name: string | null }[],
  ): ReadonlyMap<string, number>
  /** Keys that do not exist are not in the answer. */
  labels(ids: number[]): ReadonlyMap<number, KeyLabel>
  /** Keys that are associated with an admin key: it brings their usage. */
  linkedKeys(): ReadonlySet<number>
  /** The first keys by name; for naming those that cannot be asked for usage. */
  list(input: { sort: 'name'; limit: number }): {
    readonly items: readonly { id: number; name: string; provider: ProviderId }[]
    readonly total: number
  }
}

/** What usage asks of the accounts. */
export interface UsageAccounts {
  /** E-mail and organisation of the accounts that exist among `ids`. */
  labels(ids: readonly number[]): ReadonlyMap<number, { email: string; organization: string | null }>
}

/** What usage asks of the providers. */
export interface UsageProviders {
  adapter(id: ProviderId): ProviderAdapter | null
  /** Throws FORBIDDEN for an admin key and a replaced address that is not allowed for it. */
  context(id: ProviderId, kind: KeyKind, signal?: AbortSignal): CallContext
}
