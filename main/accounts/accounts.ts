import { type Account, type AccountFields, accountFieldsSchema } from '../../shared/contract/accounts.ts'
import { holdsKey } from '../../shared/key-formats.ts'
import { invalidField, invalidInput, notFound, Problem } from '../../shared/problems.ts'
import { countOf } from '../../shared/words.ts'
import type { Audit, Caller } from '../audit/audit.ts'
import type { Changes } from '../changes.ts'
import type { Clock } from '../host.ts'
import { searchLine, searchTerms } from '../store/search.ts'
import type { Store } from '../store/store.ts'
import { AccountRows, type StoredAccount } from './rows.ts'

/** What accounts ask of the keys they own. `Keys` implements it; all calls join the transaction of the caller. */
export interface AccountKeys {
  countOf(accountId: number): number
  /** Accounts without keys are not in the answer. */
  countsOf(accountIds: readonly number[]): Map<number, number>
  /** Deletes all keys of the account with their secrets; returns how many. */
  deleteAllOf(caller: Caller, accountId: number): number
  /** Gives all keys of one account to another; returns how many. */
  moveAll(caller: Caller, from: number, to: number): number
  /** E-mail or organisation changed: keys are found by them. */
  accountChanged(accountId: number): void
}

export interface AccountDependencies {
  readonly store: Store
  readonly audit: Audit
  readonly changes: Changes
  readonly clock: Clock
}

export interface AccountListInput {
  readonly query?: string | undefined
  readonly sort: 'email' | 'created'
  readonly cursor?: string | undefined
  readonly limit: number
}

/** The owners of provider keys: an e-mail address, perhaps an organisation, and notes. */
export class Accounts {
  readonly #store: Store
  readonly #rows: AccountRows
  readonly #audit: Audit
  readonly #changes: Changes
  readonly #clock: Clock
  #keys: AccountKeys | null = null

  constructor({ store, audit, changes, clock }: AccountDependencies) {
    this.#store = store
    this.#rows = new AccountRows(store.db)
    this.#audit = audit
    this.#changes = changes
    this.#clock = clock
  }

  /** Accounts and keys know each other; the keys are made second and introduced here, before anything is asked. */
  attachKeys(keys: AccountKeys): void {
    this.#keys = keys
  }

  list(input: AccountListInput): { items: Account[]; nextCursor: string | null; total: number } {
    const { items, nextCursor, total } = this.#rows.page({
      terms: searchTerms(input.query),
      sort: input.sort,
      cursor: input.cursor,
      limit: input.limit,
    })
    const counts = this.#ownedKeys().countsOf(items.map(({ id }) => id))
    return { items: items.map((item) => ({ ...item, keyCount: counts.get(item.id) ?? 0 })), nextCursor, total }
  }

  /** Throws NOT_FOUND. */
  get(id: number): Account {
    return { ...this.#stored(id), keyCount: this.#ownedKeys().countOf(id) }
  }

  /** E-mail and organisation of the accounts that exist among `ids`. */
  labels(ids: readonly number[]): Map<number, { email: string; organization: string | null }> {
    return new Map(this.#rows.many(ids).map(({ id, email, organization }) => [id, { email, organization }]))
  }

  /**
   * Throws INVALID_INPUT naming the field; ALREADY_EXISTS naming the account that has the e-mail address, unless
   * `allowSameEmail` is set and the organisation is another one.
   */
  create(caller: Caller, input: AccountFields): Account {
    const fields = readFields(input)
    const id = this.#store.transaction(() => {
      this.#requireFreeEmail(fields, null)
      const now = this.#clock.now()
      const created = this.#rows.insert({ ...ownFields(fields), createdAt: now, updatedAt: now })
      this.#record(caller, 'account.created', { id: created, email: fields.email })
      return created
    })
    this.#changes.announce('accounts')
    return this.get(id)
  }

  /** Replaces all fields. Throws like {@link create}, and NOT_FOUND. */
  update(caller: Caller, { id, ...input }: AccountFields & { id: number }): Account {
    const fields = readFields(input)
    const relabelled = this.#store.transaction(() => {
      const before = this.#stored(id)
      this.#requireFreeEmail(fields, before)
      this.#rows.update({ id, ...ownFields(fields), updatedAt: this.#clock.now() })
      const changed = before.email !== fields.email || before.organization !== fields.organization
      if (changed) this.#ownedKeys().accountChanged(id)
      this.#record(
        caller,
        'account.updated',
        { id, email: fields.email },
        before.email === fields.email ? null : `The e-mail address was ${before.email}.`,
      )
      return changed
    })
    this.#changes.announce('accounts')
    if (relabelled) this.#changes.announce('keys')
    return this.get(id)
  }

  /**
   * Deletes the account, and its keys or moves them, all or nothing. Throws IN_USE if it has keys and `keys` does
   * not say what happens to them, INVALID_INPUT for a move without a fitting target, NOT_FOUND.
   */
  delete(
    caller: Caller,
    input: { id: number; keys?: 'delete' | 'move' | undefined; moveToAccountId?: number | undefined },
  ): { ok: true; deletedKeys: number; movedKeys: number } {
    const result = this.#store.transaction(() => {
      const account = this.#stored(input.id)
      const owned = this.#ownedKeys()
      const count = owned.countOf(input.id)
      const target = input.keys === 'move' ? this.#moveTarget(input.id, input.moveToAccountId) : null
      if (count > 0 && input.keys === undefined) throw inUse(account, count)
      const movedKeys = target === null ? 0 : owned.moveAll(caller, input.id, target.id)
      const deletedKeys = input.keys === 'delete' ? owned.deleteAllOf(caller, input.id) : 0
      this.#rows.delete(input.id)
      const detail =
        deletedKeys > 0
          ? `${countOf(deletedKeys, 'key')} deleted with it.`
          : target !== null && movedKeys > 0
            ? `${countOf(movedKeys, 'key')} moved to ${target.email}.`
            : null
      this.#record(caller, 'account.deleted', account, detail)
      return { ok: true as const, deletedKeys, movedKeys }
    })
    this.#changes.announce('accounts', 'keys')
    return result
  }

  #stored(id: number): StoredAccount {
    const account = this.#rows.get(id)
    if (account === null) throw notFound('account', id)
    return account
  }

  #ownedKeys(): AccountKeys {
    if (this.#keys === null) throw new Error('attachKeys() was not called')
    return this.#keys
  }

  #moveTarget(from: number, to: number | undefined): StoredAccount {
    if (to === undefined) throw invalidField('moveToAccountId', 'Choose the account that takes over the keys.')
    if (to === from) {
      throw invalidField('moveToAccountId', 'This is the account that is deleted. Choose another one for its keys.')
    }
    const target = this.#rows.get(to)
    if (target === null) {
      throw invalidField('moveToAccountId', `There is no account with the id ${to}. Choose one from the list.`)
    }
    return target
  }

  /** An e-mail address is unique unless the caller says that the same person stands for another organisation. */
  #requireFreeEmail(fields: AccountFields, before: StoredAccount | null): void {
    const others = this.#rows.withEmail(fields.email).filter(({ id }) => id !== before?.id)
    const twin = others.find(({ organization }) => sameText(organization, fields.organization))
    // A pair was allowed once; an edit that leaves the address alone need not allow it again.
    const keepsEmail = before !== null && sameText(before.email, fields.email)
    const other = twin ?? others[0]
    if (other !== undefined && !fields.allowSameEmail && !keepsEmail) throw emailTaken(other, 'email')
    if (twin !== undefined) throw emailTaken(twin, 'organization')
  }

  #record(
    caller: Caller,
    action: 'account.created' | 'account.updated' | 'account.deleted',
    account: { id: number; email: string },
    detail: string | null = null,
  ): void {
    this.#audit.record(caller, {
      action,
      subject: { kind: 'account', id: account.id, name: account.email },
      ...(detail === null ? {} : { detail }),
    })
  }
}

/** Doors have parsed the fields already; imports and the sample workspace come straight to the domain. */
function readFields(input: AccountFields): AccountFields {
  const parsed = accountFieldsSchema.safeParse(input)
  if (!parsed.success) throw invalidInput(parsed.error.issues)
  requireNoKeys(parsed.data)
  return parsed.data
}

/** These texts are not encrypted, so no key may stand in them. */
function requireNoKeys(fields: AccountFields): void {
  const whats = { name: 'name', organization: 'organisation', contactNote: 'note' } as const
  const issues = (['name', 'organization', 'contactNote'] as const).flatMap((field) =>
    holdsKey(fields[field] ?? '')
      ? [
          {
            path: [field],
            message: `There is a key in the ${whats[field]}, which is not encrypted. Store it as a key.`,
          },
        ]
      : [],
  )
  if (issues.length > 0) throw invalidInput(issues)
}

/** As it is stored: half characters (lone surrogates) replaced, a blank note none. */
function ownFields(fields: AccountFields) {
  const { email } = fields
  const name = fields.name?.toWellFormed() ?? null
  const organization = fields.organization?.toWellFormed() ?? null
  const note = fields.contactNote?.toWellFormed() ?? ''
  return {
    email,
    name,
    organization,
    contactNote: note === '' ? null : note,
    search: searchLine([email, name, organization]),
  }
}

function sameText(a: string | null, b: string | null): boolean {
  const plain = (text: string | null) => (text ?? '').normalize('NFKC').toLowerCase().replace(/\s+/g, ' ')
  return plain(a) === plain(b)
}

/** `field` is the one to change: the address, or, where the same address is allowed, the organisation. */
function emailTaken(other: StoredAccount, field: 'email' | 'organization'): Problem {
  const whose = other.organization === null ? 'without an organisation' : `for ${other.organization}`
  const message = `The e-mail address ${other.email} belongs to an account ${whose} already.`
  const fix =
    field === 'email'
      ? 'If this is the same person for another organisation, enter that organisation and allow the same e-mail address.'
      : 'Enter another organisation, or another e-mail address.'
  return new Problem('ALREADY_EXISTS', message, {
    cause: 'An e-mail address stands for one account, except for another organisation.',
    remedies: ['Use the account that is there.', fix],
    fields: [{ field, message: `${message} ${fix}` }],
    relatedIds: [other.id],
  })
}

function inUse(account: StoredAccount, count: number): Problem {
  return new Problem('IN_USE', `The account ${account.email} has ${countOf(count, 'key')}.`, {
    cause: 'Deleting it would leave them without an owner.',
    remedies: ['Move the keys to another account.', 'Or delete the keys together with the account.'],
    fields: [{ field: 'keys', message: 'Say what happens to the keys: "move" or "delete".' }],
  })
}
