import type { z } from 'zod'
import { changedKeySchema, type KeyFields, newKeySchema } from '../../shared/contract/keys.ts'
import { maskKey, readPaste } from '../../shared/key-formats.ts'
import { invalidField, invalidInput, notFound } from '../../shared/problems.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Audit, Caller } from '../audit/audit.ts'
import type { Changes } from '../changes.ts'
import type { Clock } from '../host.ts'
import type { Store } from '../store/store.ts'
import { type KeyLabel, labelled } from './key-labels.ts'
import { changedParts, duplicateProblem, keptValidation, requireLink, requireNoKeys, tidyFields } from './key-rules.ts'
import { keySearchLine } from './key-search.ts'
import type { KeySecrets } from './key-secrets.ts'
import type { RecentTests } from './recent-tests.ts'
import type { KeyRows, KeyValidation, StoredKey } from './rows.ts'

type RequiredField = 'accountId' | 'name' | 'provider' | 'kind'

/** A key to be stored. `secret` is the paste: what stands around the key itself is taken off. */
export type NewKey = Pick<KeyFields, RequiredField> &
  Partial<Omit<KeyFields, RequiredField>> & {
    readonly secret: string
    readonly allowDuplicate?: boolean
  }

/** A key of a generated or taken-over inventory, which may come with the result of a test. */
export type ImportedKey = NewKey & { readonly validation?: KeyValidation | null }

export type ChangedKey = z.output<typeof changedKeySchema>

export interface KeyRecordsDependencies {
  readonly store: Store
  readonly rows: KeyRows
  readonly secrets: KeySecrets
  readonly accounts: Accounts
  readonly audit: Audit
  readonly changes: Changes
  readonly clock: Clock
  readonly tests: RecentTests
}

/** Every change of the records of keys: rules, secret, links, search line and log in one transaction each. */
export class KeyRecords {
  readonly #deps: KeyRecordsDependencies

  constructor(deps: KeyRecordsDependencies) {
    this.#deps = deps
  }

  create(caller: Caller, input: NewKey): number {
    const source = caller.source === 'api' ? 'api' : 'manual'
    const id = this.#deps.store.transaction(() => this.#insert(caller, input, source, this.#tested(input)))
    this.#announce()
    return id
  }

  createMany(caller: Caller, inputs: readonly ImportedKey[], source: 'import' | 'sample'): number[] {
    const ids = this.#deps.store.transaction(() =>
      inputs.map(({ validation = null, ...input }) => this.#insert(caller, input, source, validation)),
    )
    if (ids.length > 0) this.#announce()
    return ids
  }

  update(caller: Caller, input: ChangedKey): void {
    const { rows, secrets, store, clock } = this.#deps
    const { id, secret: paste, allowDuplicate, ...given } = readInput(changedKeySchema, input)
    const fields = tidyFields(given)
    const value = paste === undefined ? null : readPaste(paste).value
    requireNoKeys(fields, value)
    store.transaction(() => {
      const before = this.#stored(id)
      const account = this.#accountLabel(fields.accountId)
      requireLink(fields, id, (other) => rows.get(other))
      if (value !== null && !allowDuplicate) this.#requireNew(secrets.fingerprint(value), id)
      const sealed = value === null ? null : secrets.seal(id, value)
      const parts = changedParts(before, fields)
      if (sealed !== null) parts.unshift('secret')
      if (parts.length === 0) return
      const sameIdentity = before.provider === fields.provider && before.kind === fields.kind
      const unlinked = before.kind === 'admin' && !sameIdentity ? this.#unlinkAll(id) : 0
      const record = { ...fields, validation: sameIdentity && sealed === null ? before.validation : null }
      const search = keySearchLine(record, sealed?.masked ?? before.masked, account)
      rows.update(id, { ...record, search }, clock.now())
      if (sealed !== null) rows.setSecret(id, sealed)
      this.#record(caller, 'key.updated', { id, name: fields.name }, `Changed: ${parts.join(', ')}.${lost(unlinked)}`)
    })
    this.#announce()
  }

  /** Returns how many keys lost their link to it. */
  delete(caller: Caller, id: number): number {
    const unlinked = this.#deps.store.transaction(() => this.#delete(caller, this.#stored(id)))
    this.#announce()
    return unlinked
  }

  deleteAllOf(caller: Caller, accountId: number): number {
    const owned = this.#deps.rows.ofAccount(accountId)
    for (const key of owned) this.#delete(caller, key)
    return owned.length
  }

  moveAll(caller: Caller, from: number, to: number): number {
    const { rows, clock } = this.#deps
    const { email } = this.#accountLabel(to)
    const owned = rows.ofAccount(from)
    for (const key of owned) {
      rows.setAccount(key.id, to, clock.now())
      this.reindex(key.id)
      this.#record(caller, 'key.updated', key, `Moved to the account ${email}.`)
    }
    return owned.length
  }

  accountChanged(accountId: number): void {
    for (const { id } of this.#deps.rows.ofAccount(accountId)) this.reindex(id)
  }

  /** Writes the search line of a key anew, from what is stored. */
  reindex(id: number): void {
    const key = this.#stored(id)
    this.#deps.rows.setSearch(id, keySearchLine(key, key.masked, this.#accountLabel(key.accountId)))
  }

  /** At most 50, oldest first. */
  withFingerprint(fingerprint: Buffer, except: number | null): KeyLabel[] {
    return labelled(
      this.#deps.accounts,
      this.#deps.rows.withFingerprint(fingerprint, except),
      ({ id, name }, accountEmail) => ({ id, name, accountEmail }),
    )
  }

  /** The result of a test of exactly this key, made a moment ago. */
  #tested({ secret, provider, kind }: NewKey): KeyValidation | null {
    return this.#deps.tests.recall({ secret: readPaste(secret).value, provider, kind })
  }

  #insert(caller: Caller, input: NewKey, source: StoredKey['source'], validation: KeyValidation | null): number {
    const { rows, secrets, clock } = this.#deps
    const { secret: paste, allowDuplicate, ...given } = readInput(newKeySchema, input)
    const fields = tidyFields(given)
    const { value } = readPaste(paste)
    requireNoKeys(fields, value)
    const account = this.#accountLabel(fields.accountId)
    requireLink(fields, null, (id) => rows.get(id))
    const fingerprint = secrets.fingerprint(value)
    if (!allowDuplicate) this.#requireNew(fingerprint, null)
    const masked = maskKey(value)
    const record = { ...fields, validation: validation === null ? null : keptValidation(validation, value, masked) }
    const search = keySearchLine(record, masked, account)
    const id = rows.insert({ ...record, search, source, masked, fingerprint, at: clock.now() })
    rows.setSecret(id, secrets.seal(id, value))
    this.#record(caller, 'key.created', { id, name: fields.name })
    return id
  }

  #delete(caller: Caller, key: { id: number; name: string }): number {
    const unlinked = this.#unlinkAll(key.id)
    this.#deps.rows.delete(key.id)
    this.#record(caller, 'key.deleted', key, lost(unlinked).trim())
    return unlinked
  }

  #unlinkAll(adminKeyId: number): number {
    const linked = this.#deps.rows.linkedTo(adminKeyId)
    for (const id of linked) {
      this.#deps.rows.unlink(id)
      this.reindex(id)
    }
    return linked.length
  }

  #stored(id: number): StoredKey {
    const key = this.#deps.rows.get(id)
    if (key === null) throw notFound('key', id)
    return key
  }

  #accountLabel(accountId: number): { email: string; organization: string | null } {
    const label = this.#deps.accounts.labels([accountId]).get(accountId)
    if (label === undefined) {
      throw invalidField('accountId', `There is no account with the id ${accountId}. Choose one from the list.`)
    }
    return label
  }

  #requireNew(fingerprint: Buffer, self: number | null): void {
    const present = this.withFingerprint(fingerprint, self)
    if (present.length > 0) throw duplicateProblem(present)
  }

  #record(
    caller: Caller,
    action: 'key.created' | 'key.updated' | 'key.deleted',
    { id, name }: { id: number; name: string },
    detail = '',
  ): void {
    this.#deps.audit.record(caller, {
      action,
      subject: { kind: 'key', id, name },
      ...(detail === '' ? {} : { detail }),
    })
  }

  #announce(): void {
    this.#deps.changes.announce('keys', 'accounts')
  }
}

/** Doors have parsed the input already; imports and the sample workspace come straight to the domain. */
function readInput<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const parsed = schema.safeParse(input)
  if (!parsed.success) throw invalidInput(parsed.error.issues)
  return parsed.data
}

function lost(unlinked: number): string {
  if (unlinked === 0) return ''
  return unlinked === 1 ? ' 1 key lost its admin key.' : ` ${unlinked} keys lost their admin key.`
}
