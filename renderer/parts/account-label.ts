import type { Account } from '../../shared/contract/accounts.ts'

/** An account in one line: e-mail, and the organisation where there is one. */
export function accountLabel(account: Pick<Account, 'email' | 'organization'>): string {
  return account.organization === null ? account.email : `${account.email} (${account.organization})`
}
