import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Problem } from '../../shared/problems.ts'
import { type OsSecretAvailability, type OsSecretStore, OsSecretStoreError } from '../host.ts'
import { KEY_LENGTH } from './cipher.ts'
import { parseJson, wrapBinding } from './protectors.ts'
import type { ProtectorRecord } from './rows.ts'
import type { VaultKey } from './vault-key.ts'

const parametersSchema = z.object({ backend: z.string(), identity: z.string() })

/** How the recorded OS protector stands towards the key store of this host now. */
export type OsSituation =
  | { readonly kind: 'usable'; readonly backend: string }
  | { readonly kind: 'unprotected'; readonly backend: string; readonly reason: string }
  /** This host has no key store at all. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unavailable'; readonly temporary: boolean; readonly reason: string }
  | { readonly kind: 'backend-changed'; readonly was: string; readonly now: string }
  | { readonly kind: 'identity-changed'; readonly was: string; readonly now: string }
  /** Same store, same identity, but it did not give back what was wrapped. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'damaged' }

export type OsUnwrap =
  | { readonly kind: 'opened'; readonly bytes: Buffer; readonly rewrap: boolean }
  | { readonly kind: 'failed'; readonly situation: OsSituation }

/**
 * The operating system's key store as a protector. What it wraps is the vault key behind a digest of the vault id:
 * such stores bind a blob to nothing, so an old or foreign one would otherwise open unnoticed.
 */
export class OsProtector {
  readonly #secretStore: OsSecretStore | null
  readonly #answerMs: number
  #asked: Promise<OsSecretAvailability> | null = null
  #refused: Buffer | null = null

  /** `answerMs`: how long {@link availability} waits; the store may be showing a prompt of its own. */
  constructor(secretStore: OsSecretStore | null, answerMs: number) {
    this.#secretStore = secretStore
    this.#answerMs = answerMs
  }

  get exists(): boolean {
    return this.#secretStore !== null
  }

  /** Never throws, and answers within the time given even if the store does not; `onLate` is called when it then does. */
  async availability(onLate?: () => void): Promise<OsSecretAvailability> {
    const asked = this.#ask()
    const waited = Promise.withResolvers<null>()
    const timer = setTimeout(() => waited.resolve(null), this.#answerMs)
    const answer = await Promise.race([asked, waited.promise])
    clearTimeout(timer)
    if (answer !== null) return answer
    if (onLate !== undefined) void asked.then(onLate)
    return { kind: 'unavailable', temporary: true, reason: 'It has not answered yet. It may be asking for a password.' }
  }

  /** Compares what was recorded with what answers now; decrypts nothing. */
  situationOf(record: ProtectorRecord, now: OsSecretAvailability): OsSituation {
    if (this.#secretStore === null) return { kind: 'absent' }
    if (now.kind === 'unavailable') return now
    const recorded = parametersSchema.safeParse(parseJson(record.parameters)).data
    if (recorded === undefined) return { kind: 'damaged' }
    if (recorded.backend !== now.backend) return { kind: 'backend-changed', was: recorded.backend, now: now.backend }
    if (recorded.identity !== now.identity) {
      return { kind: 'identity-changed', was: recorded.identity, now: now.identity }
    }
    if (this.#refused?.equals(record.wrapped)) return { kind: 'refused' }
    if (now.kind === 'unprotected') return { kind: 'unprotected', backend: now.backend, reason: now.reason }
    return { kind: 'usable', backend: now.backend }
  }

  /** Waits as long as the store takes: a person may be answering its prompt. */
  async unwrap(vaultId: string, record: ProtectorRecord): Promise<OsUnwrap> {
    const situation = this.situationOf(record, await this.#ask())
    if (this.#secretStore === null) return { kind: 'failed', situation }
    if (situation.kind !== 'usable' && situation.kind !== 'unprotected' && situation.kind !== 'refused') {
      return { kind: 'failed', situation }
    }
    try {
      const { plain, rewrap } = await this.#secretStore.unwrap(record.wrapped)
      const bytes = keyIn(plain, vaultId)
      plain.fill(0)
      if (bytes === null) return this.#refuse(record)
      this.#refused = null
      return { kind: 'opened', bytes, rewrap }
    } catch (error) {
      if (error instanceof OsSecretStoreError && error.kind === 'refused') return this.#refuse(record)
      const temporary = error instanceof OsSecretStoreError
      const reason = error instanceof Error ? error.message : String(error)
      return { kind: 'failed', situation: { kind: 'unavailable', temporary, reason } }
    }
  }

  /** Wraps the vault key and has the wrap opened again before anybody relies on it. Throws {@link Problem}. */
  async wrap(vaultId: string, key: VaultKey, now: number): Promise<ProtectorRecord> {
    if (this.#secretStore === null) throw unsupported()
    const available = await this.#ask()
    if (available.kind !== 'protected') throw notProtecting(available)
    const { backend, identity } = available
    const bytes = key.copy()
    const plain = Buffer.concat([digestOf(vaultId), bytes])
    try {
      const wrapped = await this.#secretStore.wrap(plain)
      const again = keyIn((await this.#secretStore.unwrap(wrapped)).plain, vaultId)
      if (again === null || !again.equals(bytes)) throw new Error('It did not give back what it was given.')
      again.fill(0)
      return { kind: 'os', parameters: JSON.stringify({ backend, identity }), wrapped, createdAt: now }
    } catch (error) {
      throw new Problem(
        'VAULT_UNAVAILABLE',
        'The key store of the operating system failed its trial, so it was not used.',
        {
          cause: error instanceof Error ? error.message : String(error),
          remedies: ['Unlock the key store of your system and try again.', 'Use a passphrase instead.'],
        },
        { cause: error },
      )
    } finally {
      plain.fill(0)
      bytes.fill(0)
    }
  }

  #refuse(record: ProtectorRecord): OsUnwrap {
    this.#refused = record.wrapped
    return { kind: 'failed', situation: { kind: 'refused' } }
  }

  #ask(): Promise<OsSecretAvailability> {
    if (this.#secretStore === null) {
      return Promise.resolve({ kind: 'unavailable', temporary: false, reason: 'This host has no key store.' })
    }
    this.#asked ??= askOnce(this.#secretStore).finally(() => {
      this.#asked = null
    })
    return this.#asked
  }
}

/** The backend a stored OS protector was made with, or null when its record is damaged. */
export function recordedBackend(record: ProtectorRecord): string | null {
  return parametersSchema.safeParse(parseJson(record.parameters)).data?.backend ?? null
}

async function askOnce(secretStore: OsSecretStore): Promise<OsSecretAvailability> {
  try {
    return await secretStore.availability()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { kind: 'unavailable', temporary: error instanceof OsSecretStoreError && error.kind === 'temporary', reason }
  }
}

function digestOf(vaultId: string): Buffer {
  return createHash('sha256').update(wrapBinding(vaultId, 'os')).digest()
}

function keyIn(plain: Buffer, vaultId: string): Buffer | null {
  const digest = digestOf(vaultId)
  if (plain.length !== digest.length + KEY_LENGTH) return null
  if (!plain.subarray(0, digest.length).equals(digest)) return null
  return Buffer.from(plain.subarray(digest.length))
}

function unsupported(): Problem {
  return new Problem('UNSUPPORTED', 'This host has no key store of an operating system.', {
    cause: 'Only the desktop application can reach it.',
    remedies: ['Use a passphrase.'],
  })
}

function notProtecting(available: Exclude<OsSecretAvailability, { kind: 'protected' }>): Problem {
  return available.kind === 'unavailable'
    ? new Problem('VAULT_UNAVAILABLE', 'The key store of the operating system cannot be used now.', {
        cause: available.reason,
        remedies: ['Unlock the key store of your system and try again.', 'Use a passphrase instead.'],
      })
    : new Problem('VAULT_UNAVAILABLE', 'The key store of this system would not protect the vault key.', {
        cause: `The backend is "${available.backend}". ${available.reason}`,
        remedies: ['Use a passphrase instead.', 'Set up a keyring (GNOME Keyring or KWallet), then try again.'],
      })
}
