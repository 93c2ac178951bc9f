import type { Account, AccountFields } from '../../shared/contract/accounts.ts'
import { MAX_PAGE } from '../../shared/limits.ts'
import { invalidField } from '../../shared/problems.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Caller } from '../audit/audit.ts'
import type { SourceAccount } from './source.ts'

/** The account for rows whose source names none. */
export type AccountChoice = { readonly id: number } | { readonly create: AccountFields }

/** Finds or makes the accounts of one import. Lives as long as its transaction. */
export class AccountResolver {
  readonly #accounts: Accounts
  readonly #caller: Caller
  readonly #choice: AccountChoice | null
  #chosenId: number | null = null
  #byEmail: Map<string, Account[]> | null = null
  /** How many were made so far. */
  created = 0

  constructor(accounts: Accounts, caller: Caller, choice: AccountChoice | null) {
    this.#accounts = accounts
    this.#caller = caller
    this.#choice = choice
  }

  /**
   * Id of the account with this e-mail address, made if there is none; for null that of the chosen account.
   * Throws INVALID_INPUT (field "account") if one must be chosen, and what `Accounts.create` throws.
   */
  idFor(account: SourceAccount | null): number {
    if (account === null) {
      this.#chosenId ??= this.#chosen()
      return this.#chosenId
    }
    const known = this.#known(account)
    if (known !== null) return known.id
    return this.#create({ ...account, contactNote: null, allowSameEmail: false })
  }

  #chosen(): number {
    if (this.#choice === null) {
      throw invalidField('account', 'Some of the rows name no account. Choose one for them.')
    }
    if ('id' in this.#choice) return this.#accounts.get(this.#choice.id).id
    return this.#create(this.#choice.create)
  }

  #create(fields: AccountFields): number {
    const made = this.#accounts.create(this.#caller, fields)
    this.created += 1
    if (this.#byEmail !== null) remember(this.#byEmail, made)
    return made.id
  }

  /** Accounts are merged by e-mail address; where several share one, the organisation decides. */
  #known(account: SourceAccount): Account | null {
    this.#byEmail ??= this.#load()
    const candidates = this.#byEmail.get(account.email.toLowerCase()) ?? []
    const organization = account.organization?.toLowerCase() ?? null
    return (
      candidates.find((candidate) => (candidate.organization?.toLowerCase() ?? null) === organization) ??
      candidates.find((candidate) => candidate.organization === null) ??
      candidates[0] ??
      null
    )
  }

  #load(): Map<string, Account[]> {
    const byEmail = new Map<string, Account[]>()
    let cursor: string | undefined
    do {
      const page = this.#accounts.list({ sort: 'email', limit: MAX_PAGE, cursor })
      for (const account of page.items) remember(byEmail, account)
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    return byEmail
  }
}

function remember(byEmail: Map<string, Account[]>, account: Account): void {
  const email = account.email.toLowerCase()
  byEmail.set(email, [...(byEmail.get(email) ?? []), account])
}
