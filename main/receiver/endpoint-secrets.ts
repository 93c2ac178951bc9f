import { notFound, Problem } from '../../shared/problems.ts'
import type { SecretPlace, Secrets } from '../vault/vault.ts'
import type { EndpointSecretValue } from './ports.ts'
import type { EndpointRows, StoredSecret } from './rows.ts'

/** Characters of a secret that may be seen, and how long it must be for that to say nothing about the rest. */
const HINT = 4
const HINT_FROM = 16

/** Signing secrets of endpoints, sealed and opened. One that cannot be read is left as it is and named. */
export class EndpointSecrets {
  readonly #rows: EndpointRows
  readonly #vault: Secrets & { isReady(): boolean }

  constructor(rows: EndpointRows, vault: Secrets & { isReady(): boolean }) {
    this.#rows = rows
    this.#vault = vault
  }

  isReady(): boolean {
    return this.#vault.isReady()
  }

  requireReady(): void {
    this.#vault.requireReady()
  }

  /** Call inside a transaction: the row comes first, because the secret is encrypted for its id. */
  add(endpointId: number, label: string, value: string, now: number): void {
    this.#vault.requireReady()
    const id = this.#rows.insertSecret({ endpointId, label, hint: hintOf(value), createdAt: now })
    this.#rows.setSecret(id, this.#vault.encrypt(place(id), value))
  }

  /** Throws like `Secrets.decrypt`. */
  open(stored: StoredSecret): EndpointSecretValue & { readonly endpointId: number } {
    try {
      const secret = this.#vault.decrypt(place(stored.id), stored.secret)
      return { id: stored.id, endpointId: stored.endpointId, label: stored.label, secret }
    } catch (error) {
      throw error instanceof Problem && error.code === 'SECRET_UNREADABLE' ? unreadable(stored, error) : error
    }
  }

  /** Throws NOT_FOUND, and like {@link open}. */
  openById(id: number): EndpointSecretValue & { readonly endpointId: number } {
    const stored = this.#rows.secret(id)
    if (stored === null) throw notFound('signing secret', id)
    return this.open(stored)
  }
}

function hintOf(value: string): string {
  return value.length < HINT_FROM ? '' : value.slice(-HINT).replace(/[^\x21-\x7e]/g, '·')
}

function place(id: number): SecretPlace {
  return { table: 'endpoint_secrets', row: id, field: 'secret' }
}

function unreadable({ label, id }: StoredSecret, cause: Problem): Problem {
  return new Problem(
    'SECRET_UNREADABLE',
    `The stored signing secret "${label}" cannot be read.`,
    {
      cause: cause.details.cause,
      remedies: [
        'Paste the signing secret again and remove this one.',
        'Or bring back a copy from the folder "backups".',
      ],
      relatedIds: [id],
    },
    { cause },
  )
}
