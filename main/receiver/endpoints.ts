import type { Endpoint } from '../../shared/contract/receiver.ts'
import { receiverLimits } from '../../shared/limits.ts'
import { invalidField, notFound, Problem } from '../../shared/problems.ts'
import { usualBehaviour, usualRetention } from '../../shared/receiver-defaults.ts'
import { type SchemeId, schemes } from '../../shared/webhook-schemes.ts'
import { generateSecret, secretProblem } from '../../shared/webhook-signatures.ts'
import { withoutUndefined } from '../../shared/without-undefined.ts'
import type { Audit, Caller } from '../audit/audit.ts'
import type { Clock } from '../host.ts'
import type { Store } from '../store/store.ts'
import type { EndpointSecrets } from './endpoint-secrets.ts'
import type { EndpointFacts, EndpointSecretValue } from './ports.ts'
import type { EndpointRows, StoredEndpoint, StoredSecret } from './rows.ts'

const MAX_ENDPOINTS = 1_000

type Given<T> = { [K in keyof T]?: T[K] | undefined }
type Fields = Pick<StoredEndpoint, 'slug' | 'name' | 'note' | 'scheme' | 'schemeOptions' | 'behaviour' | 'retention'>

export interface NewEndpoint extends Given<Omit<Fields, 'slug' | 'behaviour'>> {
  readonly slug: string
  readonly secret?: string | undefined
  readonly behaviour?: Given<StoredEndpoint['behaviour']> | undefined
}

interface EndpointDependencies {
  readonly store: Store
  readonly rows: EndpointRows
  readonly secrets: EndpointSecrets
  readonly audit: Audit
  readonly clock: Clock
  /** Called after every change, when it is in the database. */
  readonly onChange: () => void
}

/**
 * The endpoints and their signing secrets. All of them are kept in memory as well (without plain secrets): the
 * receiver asks for them with every change, and there are at most {@link MAX_ENDPOINTS}.
 */
export class Endpoints {
  readonly #deps: EndpointDependencies
  #all: ReadonlyMap<number, StoredEndpoint>
  #secrets: ReadonlyMap<number, readonly StoredSecret[]>

  constructor(dependencies: EndpointDependencies) {
    this.#deps = dependencies
    this.#all = new Map()
    this.#secrets = new Map()
    this.#reload()
  }

  /** Oldest first. */
  list(): readonly StoredEndpoint[] {
    return [...this.#all.values()]
  }

  /** Throws NOT_FOUND. */
  get(id: number): StoredEndpoint {
    const endpoint = this.#all.get(id)
    if (endpoint === undefined) throw notFound('endpoint', id)
    return endpoint
  }

  bySlug(slug: string): StoredEndpoint | null {
    return this.list().find((endpoint) => endpoint.slug === slug) ?? null
  }

  facts(endpoint: StoredEndpoint): EndpointFacts {
    const { id, slug, name, scheme, schemeOptions, behaviour, retention } = endpoint
    return { id, slug, name, scheme, schemeOptions, behaviour, retention }
  }

  /** What may be shown of the secrets of an endpoint, newest first. */
  secretsShown(endpointId: number): Endpoint['secrets'] {
    return this.#storedSecrets(endpointId).map(({ id, label, createdAt, hint }) => ({ id, label, createdAt, hint }))
  }

  /** Decrypted, newest first. Throws like `Secrets.requireReady`, and SECRET_UNREADABLE. */
  secretsOf(endpointId: number): EndpointSecretValue[] {
    this.#deps.secrets.requireReady()
    return this.#storedSecrets(endpointId).map((stored) => this.#deps.secrets.open(stored))
  }

  /** Throws NOT_FOUND, and like {@link secretsOf}. */
  secretById(secretId: number): EndpointSecretValue & { readonly endpointId: number } {
    return this.#deps.secrets.openById(secretId)
  }

  /** Like {@link secretsOf}, without those that cannot be read, which `onUnreadable` hears of; null while locked. */
  readableSecrets(endpointId: number, onUnreadable: (problem: Problem) => void): EndpointSecretValue[] | null {
    if (!this.#deps.secrets.isReady()) return null
    return this.#storedSecrets(endpointId).flatMap((stored) => {
      try {
        return [this.#deps.secrets.open(stored)]
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        onUnreadable(error)
        return []
      }
    })
  }

  /** Throws ALREADY_EXISTS for a slug that is taken, INVALID_INPUT, and VAULT_* where a secret comes with it. */
  create(caller: Caller, { slug, secret, behaviour, ...given }: NewEndpoint): StoredEndpoint {
    const { store, rows, secrets, clock } = this.#deps
    if (this.#all.size >= MAX_ENDPOINTS) {
      throw new Problem('CONFLICT', `There are ${MAX_ENDPOINTS} endpoints already.`, {
        remedies: ['Delete endpoints that are no longer needed.'],
      })
    }
    if (secret !== undefined) requireSecret(given.scheme ?? null, secret)
    const now = clock.now()
    const fields = complete({
      slug,
      name: given.name ?? slug,
      note: given.note ?? '',
      scheme: given.scheme ?? null,
      schemeOptions: given.schemeOptions ?? null,
      behaviour: { ...usualBehaviour, ...withoutUndefined(behaviour ?? {}) },
      retention: given.retention ?? usualRetention,
    })
    const id = store.transaction(() => {
      this.#requireFreeSlug(slug, null)
      const created = rows.insert({ ...fields, createdAt: now, updatedAt: now })
      if (secret !== undefined) secrets.add(created, 'Signing secret', secret, now)
      this.#record(caller, 'endpoint.created', { id: created, slug })
      return created
    })
    this.#changed()
    return this.get(id)
  }

  /** Leaves what is not given as it is. Throws NOT_FOUND, ALREADY_EXISTS, INVALID_INPUT. */
  update(caller: Caller, { id, ...given }: Given<Fields> & { readonly id: number }): StoredEndpoint {
    const { store, rows, clock } = this.#deps
    const before = this.get(id)
    const fields = complete({ ...before, ...withoutUndefined(given) })
    store.transaction(() => {
      this.#requireFreeSlug(fields.slug, id)
      rows.update({ ...fields, updatedAt: clock.now() })
      const detail = before.slug === fields.slug ? undefined : `The slug was ${before.slug}.`
      this.#record(caller, 'endpoint.updated', fields, detail)
    })
    this.#changed()
    return this.get(id)
  }

  /** With its secrets. Throws NOT_FOUND. */
  delete(caller: Caller, id: number, detail: string): void {
    const endpoint = this.get(id)
    this.#deps.store.transaction(() => {
      this.#deps.rows.delete(id)
      this.#record(caller, 'endpoint.deleted', endpoint, detail)
    })
    this.#changed()
  }

  /** Of one whose deletion was begun in a former run, unless it is gone already. */
  finishDeletion(id: number): void {
    const endpoint = this.#all.get(id)
    if (endpoint === undefined) return
    this.delete({ source: 'system' }, id, `/h/${endpoint.slug}. The deletion was begun before Keyhold ended.`)
  }

  /** Throws NOT_FOUND, INVALID_INPUT for one that cannot be of the scheme, CONFLICT when there are too many, and VAULT_*. */
  addSecret(caller: Caller, id: number, label: string, value: string): StoredEndpoint {
    requireSecret(this.get(id).scheme, value)
    return this.#addSecret(caller, id, label, value)
  }

  /** Throws NOT_FOUND. */
  removeSecret(caller: Caller, id: number, secretId: number): StoredEndpoint {
    const endpoint = this.get(id)
    const secret = this.#storedSecrets(id).find((stored) => stored.id === secretId)
    if (secret === undefined) throw notFound('signing secret', secretId)
    this.#deps.store.transaction(() => {
      this.#deps.rows.deleteSecret(secretId)
      this.#record(caller, 'endpoint.secret-removed', endpoint, secret.label)
    })
    this.#changed()
    return endpoint
  }

  /** A new secret in the form of the scheme, stored like any other; it is returned this once. Throws NOT_FOUND, CONFLICT, VAULT_*. */
  generateSecret(caller: Caller, id: number, scheme: SchemeId): { secret: string; publicKey: string | null } {
    const { secret, publicKey } = generateSecret(scheme)
    this.#addSecret(caller, id, `Made for ${schemes[scheme].name}`, secret)
    return { secret, publicKey: publicKey ?? null }
  }

  #addSecret(caller: Caller, id: number, label: string, value: string): StoredEndpoint {
    const { store, secrets, clock } = this.#deps
    const endpoint = this.get(id)
    secrets.requireReady()
    if (this.#storedSecrets(id).length >= receiverLimits.secrets) {
      throw new Problem('CONFLICT', `This endpoint has ${receiverLimits.secrets} signing secrets already.`, {
        cause: 'During a rotation two are enough.',
        remedies: ['Remove one that is no longer used.'],
      })
    }
    const name = label === '' ? 'Signing secret' : label
    store.transaction(() => {
      secrets.add(id, name, value, clock.now())
      this.#record(caller, 'endpoint.secret-added', endpoint, name)
    })
    this.#changed()
    return endpoint
  }

  #storedSecrets(endpointId: number): readonly StoredSecret[] {
    return this.#secrets.get(endpointId) ?? []
  }

  #requireFreeSlug(slug: string, except: number | null): void {
    const other = this.bySlug(slug)
    if (other === null || other.id === except) return
    const message = `There is an endpoint with the slug "${slug}" already.`
    throw new Problem('ALREADY_EXISTS', message, {
      cause: 'The slug is the address, so it can belong to one endpoint only.',
      remedies: ['Use the endpoint that is there.', 'Or choose another slug.'],
      fields: [{ field: 'slug', message: `${message} Choose another one.` }],
      relatedIds: [other.id],
    })
  }

  #changed(): void {
    this.#reload()
    this.#deps.onChange()
  }

  #reload(): void {
    this.#all = new Map(this.#deps.rows.all().map((endpoint) => [endpoint.id, endpoint]))
    const secrets = new Map<number, StoredSecret[]>()
    for (const secret of this.#deps.rows.secrets()) {
      const others = secrets.get(secret.endpointId)
      if (others === undefined) secrets.set(secret.endpointId, [secret])
      else others.push(secret)
    }
    this.#secrets = secrets
  }

  #record(
    caller: Caller,
    action:
      | 'endpoint.created'
      | 'endpoint.updated'
      | 'endpoint.deleted'
      | 'endpoint.secret-added'
      | 'endpoint.secret-removed',
    { id, slug }: { id: number; slug: string },
    detail?: string,
  ): void {
    this.#deps.audit.record(caller, {
      action,
      subject: { kind: 'endpoint', id, name: slug },
      ...(detail === undefined ? {} : { detail }),
    })
  }
}

function requireSecret(scheme: SchemeId | null, secret: string): void {
  const problem = secretProblem(scheme, secret)
  if (problem !== null) throw invalidField('secret', problem)
}

/** The generic scheme can do nothing without its options; every other one has none. */
function complete<T extends Fields>(fields: T): T {
  if (fields.scheme !== 'generic-hmac') return { ...fields, schemeOptions: null }
  if (fields.schemeOptions !== null) return fields
  throw invalidField(
    'schemeOptions',
    'Say in which header the signature is, and how it is made: algorithm, encoding and what stands before it.',
  )
}
