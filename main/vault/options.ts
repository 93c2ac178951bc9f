import type { AuditAction } from '../../shared/contract/audit.ts'
import type { Clock, OsSecretStore } from '../host.ts'
import type { Store } from '../store/store.ts'
import type { KdfPolicy } from './kdf.ts'

/** What a vault is made with. */
export interface VaultOptions {
  readonly store: Store
  /** Null on a host without a key store of the operating system. */
  readonly secretStore: OsSecretStore | null
  readonly clock: Clock
  /** Called for everything worth a line in the audit log, inside the transaction that does it where there is one. */
  readonly onAudit: (action: AuditAction, detail?: string) => void
  /** 0: never. */
  readonly autoLockMinutes: number
  /** Whether other domains hold secrets. While they do, no vault key is made in place of a lost one. */
  readonly hasSecrets: () => boolean
  /** Tests pass a cheap one; everything else leaves it out. */
  readonly kdf?: KdfPolicy
  /** How long the status waits for the key store of the operating system, in milliseconds. */
  readonly osAnswerMs?: number
}
