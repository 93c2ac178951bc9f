import { setImmediate } from 'node:timers/promises'
import { maskKey } from '../../shared/key-formats.ts'
import { notFound, Problem } from '../../shared/problems.ts'
import type { SecretPlace, Secrets } from '../vault/vault.ts'
import type { KeyRows, SealedKey, SecretRecord } from './rows.ts'

export interface OpenedKey {
  readonly key: SealedKey
  /** Plain text: for one call, never to be kept. */
  readonly secret: string
}

const CHECK_BATCH = 200

/**
 * Secrets of keys, sealed and opened. It also keeps the record of which ones cannot be read: such a secret is never
 * written over here, only by a new one that the operator gives.
 */
export class KeySecrets {
  readonly #rows: KeyRows
  readonly #secrets: Secrets
  readonly #onStateChange: () => void
  readonly #onUnreadable: (problem: Problem) => void

  /** `onUnreadable` hears of rows that {@link checkAll} had to leave out. */
  constructor(rows: KeyRows, secrets: Secrets, onStateChange: () => void, onUnreadable: (problem: Problem) => void) {
    this.#rows = rows
    this.#secrets = secrets
    this.#onStateChange = onStateChange
    this.#onUnreadable = onUnreadable
  }

  /** For the row `id` and no other. Throws like {@link Secrets.requireReady}. */
  seal(id: number, value: string): SecretRecord {
    return {
      secret: this.#secrets.encrypt(place(id), value),
      fingerprint: this.#secrets.fingerprint(value),
      masked: maskKey(value),
    }
  }

  fingerprint(value: string): Buffer {
    return this.#secrets.fingerprint(value)
  }

  /** Throws NOT_FOUND, SECRET_UNREADABLE (the key is then listed as unreadable), and like {@link Secrets.requireReady}. */
  open(id: number): OpenedKey {
    const key = this.#rows.sealed(id)
    if (key === null) throw notFound('key', id)
    try {
      const secret = this.#secrets.decrypt(place(id), key.secret)
      this.#setState(key, 'stored')
      return { key, secret }
    } catch (error) {
      if (!isUnreadable(error)) throw error
      this.#setState(key, 'unreadable')
      throw unreadable(key, error)
    }
  }

  /** Like {@link open}, but null for a key that was deleted or whose secret cannot be read. */
  openIfReadable(id: number): OpenedKey | null {
    try {
      return this.open(id)
    } catch (error) {
      if (error instanceof Problem && (error.code === 'SECRET_UNREADABLE' || error.code === 'NOT_FOUND')) return null
      throw error
    }
  }

  /**
   * Tries every secret, so that damage is known before it is needed. Gives way to other work in between and stops
   * when `isStopped` says so or the vault is locked meanwhile. Throws like {@link Secrets.requireReady} if it is not
   * ready to begin with.
   */
  async checkAll(isStopped: () => boolean): Promise<{ checked: number; unreadable: number }> {
    this.#secrets.requireReady()
    let checked = 0
    let damaged = 0
    let ids = this.#rows.idsAfter(0, CHECK_BATCH)
    while (ids.length > 0) {
      for (const id of ids) {
        const isSound = this.#check(id)
        if (isSound === null) return { checked, unreadable: damaged }
        if (!isSound) damaged += 1
        checked += 1
      }
      await setImmediate()
      if (isStopped()) break
      ids = this.#rows.idsAfter(ids.at(-1) ?? 0, CHECK_BATCH)
    }
    return { checked, unreadable: damaged }
  }

  /** Null if the vault was locked, so that nothing can be said. */
  #check(id: number): boolean | null {
    try {
      return this.openIfReadable(id) !== null
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.code === 'STORE_FAILED') {
        this.#onUnreadable(error)
        return false
      }
      if (isVaultClosed(error)) return null
      throw error
    }
  }

  #setState(key: SealedKey, state: SealedKey['state']): void {
    if (key.state === state) return
    this.#rows.setState(key.id, state)
    this.#onStateChange()
  }
}

function place(id: number): SecretPlace {
  return { table: 'provider_keys', row: id, field: 'secret' }
}

function isUnreadable(error: unknown): error is Problem {
  return error instanceof Problem && error.code === 'SECRET_UNREADABLE'
}

function isVaultClosed({ code }: Problem): boolean {
  return code === 'VAULT_LOCKED' || code === 'VAULT_UNAVAILABLE' || code === 'VAULT_KEY_LOST'
}

function unreadable(key: SealedKey, cause: Problem): Problem {
  return new Problem(
    'SECRET_UNREADABLE',
    `The stored secret of "${key.name}" cannot be read.`,
    {
      cause: cause.details.cause,
      remedies: [
        'Paste the key again: edit it and enter a new secret. All other keys are unaffected.',
        'Or bring back a copy of the database from the folder "backups".',
      ],
      relatedIds: [key.id],
    },
    { cause },
  )
}
