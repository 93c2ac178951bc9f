import type { SystemInfo } from '../shared/contract/system.ts'

/**
 * What the workspace may ask of the host it runs in. Two hosts implement it: `hosts/desktop.ts` (Electron) and
 * `hosts/browser.ts` (plain Node). Ask for an ability (`clipboard !== null`), never for a platform.
 */
export interface Host {
  readonly kind: SystemInfo['host']
  readonly version: string
  /** Null where main has no clipboard of its own. */
  readonly clipboard: HostClipboard | null
  /** The operating system's key store, or null on a host without one. */
  readonly secretStore: OsSecretStore | null
}

export interface HostClipboard {
  readText(): Promise<string>
  writeText(text: string): Promise<void>
  clear(): Promise<void>
}

/**
 * The operating system's key store as the vault sees it: it wraps and unwraps a small blob. `backend` and
 * `identity` are recorded with every wrap, so that a change of either is noticed before anything is decrypted.
 */
export interface OsSecretStore {
  availability(): Promise<OsSecretAvailability>
  wrap(plain: Buffer): Promise<Buffer>
  /** Throws {@link OsSecretStoreError}. `rewrap` asks the caller to wrap again and store the result. */
  unwrap(wrapped: Buffer): Promise<{ plain: Buffer; rewrap: boolean }>
}

export type OsSecretAvailability =
  | { readonly kind: 'protected'; readonly backend: string; readonly identity: string }
  /** A store is there but protects nothing (Linux `basic_text`, a fixed built-in key). */
  | { readonly kind: 'unprotected'; readonly backend: string; readonly identity: string; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly temporary: boolean; readonly reason: string }

export class OsSecretStoreError extends Error {
  override readonly name = 'OsSecretStoreError'
  /** `temporary`: ask again later. `refused`: this blob was wrapped by another key. */
  readonly kind: 'temporary' | 'refused'

  constructor(kind: 'temporary' | 'refused', message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

/** Time as a dependency, so that tests can move it. */
export interface Clock {
  /** UTC epoch milliseconds. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }
