import type { ProtectorKind, VaultStatus } from '../../shared/contract/vault.ts'

/** Where a secret lives. It is bound to this place: moved anywhere else it does not open. */
export interface SecretPlace {
  readonly table: string
  readonly row: number | string
  readonly field: string
}

/** What the other domains may ask of the vault. */
export interface Secrets {
  /** Throws VAULT_UNINITIALISED, VAULT_LOCKED, VAULT_UNAVAILABLE or VAULT_KEY_LOST unless the vault is ready. */
  requireReady(): void
  /** Encrypts for one place. Throws like {@link requireReady}. */
  encrypt(place: SecretPlace, plaintext: string): Buffer
  /** Throws like {@link requireReady}, and SECRET_UNREADABLE for a damaged or moved blob. */
  decrypt(place: SecretPlace, blob: Buffer): string
  /** Keyed, stable fingerprint (32 bytes) to find duplicates without decrypting. Throws like {@link requireReady}. */
  fingerprint(plaintext: string): Buffer
}

export type UnlockInput =
  | { readonly with: 'passphrase'; readonly passphrase: string }
  | { readonly with: 'recovery'; readonly recoveryCode: string }
  | { readonly with: 'os' }

/** How the vault is worked by the router. */
export interface VaultControl extends Secrets {
  status(): Promise<VaultStatus>
  /** Calls back after every change of state; returns the function that ends it. */
  onChange(listener: () => void): () => void
  initialise(input: {
    passphrase: string | null
    useOs: boolean
  }): Promise<{ recoveryCode: string; status: VaultStatus }>
  unlock(input: UnlockInput): Promise<VaultStatus>
  lock(): Promise<VaultStatus>
  setPassphrase(input: { current: string | null; next: string }): Promise<VaultStatus>
  renewRecoveryCode(): Promise<{ recoveryCode: string }>
  addOsProtector(): Promise<VaultStatus>
  removeProtector(kind: ProtectorKind): Promise<VaultStatus>
  touch(): void
  setAutoLockMinutes(minutes: number): void
  /** Wipes the vault key and stops the timers. */
  close(): void
}
