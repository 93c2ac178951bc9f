import { Problem } from '../../shared/problems.ts'
import type { Accounts } from '../accounts/accounts.ts'

/** How a key is named to the operator where several are meant. */
export interface KeyLabel {
  readonly id: number
  readonly name: string
  readonly accountEmail: string
}

/** Joins keys with the e-mail addresses of their accounts, in order. */
export function labelled<K extends { readonly accountId: number }, T>(
  accounts: Accounts,
  keys: readonly K[],
  label: (key: K, accountEmail: string) => T,
): T[] {
  const labels = accounts.labels([...new Set(keys.map(({ accountId }) => accountId))])
  return keys.map((key) => {
    const account = labels.get(key.accountId)
    if (account === undefined) throw ownerMissing(key.accountId)
    return label(key, account.email)
  })
}

function ownerMissing(accountId: number): Problem {
  return new Problem('STORE_FAILED', 'A stored key names an account that does not exist.', {
    cause: `There is no account ${accountId}, although the database does not allow that.`,
    remedies: ['Close Keyhold and put a copy from the folder "backups" in the place of the database.'],
  })
}
