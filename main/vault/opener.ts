import type { AuditAction } from '../../shared/contract/audit.ts'
import type { ProtectorKind } from '../../shared/contract/vault.ts'
import type { Store } from '../store/store.ts'
import type { Attempts } from './attempts.ts'
import type { KdfPolicy } from './kdf.ts'
import type { OsProtector, OsSituation } from './os-protector.ts'
import {
  checkValueDamaged,
  notAProtector,
  onlyWeakOsLeft,
  protectorNames,
  wrongPassphrase,
  wrongRecoveryCode,
} from './problems.ts'
import {
  newPassphraseKey,
  putVerifiedWrap,
  putWrap,
  storedPassphraseKey,
  storedRecoveryKey,
  unwrap,
} from './protectors.ts'
import { parseRecoveryCode } from './recovery-code.ts'
import { type ProtectorRecord, sameRecord, type VaultRecord, type VaultRows } from './rows.ts'
import { osProblem, problemOfState } from './state.ts'
import { VaultKey } from './vault-key.ts'

export interface OpenerParts {
  readonly store: Store
  readonly rows: VaultRows
  readonly os: OsProtector
  readonly attempts: Attempts
  readonly kdf: KdfPolicy
  readonly audit: (action: AuditAction, detail?: string) => void
  readonly hasSecrets: () => boolean
}

/** Gets the vault key out of a protector. It holds no key itself: whoever gets one owns it and wipes it. */
export class Opener {
  readonly #parts: OpenerParts
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: OpenerParts) {
    this.#parts = parts
  }

  /**
   * One try, subject to the delay. Throws TOO_EARLY, WRONG_PASSPHRASE naming `field`, or STORE_FAILED for a damaged
   * record, which is no failed try. A wrap made at a lower cost than today's is made anew; `record` is the one in force.
   */
  withPassphrase(field: string, passphrase: string): Promise<{ key: VaultKey; record: ProtectorRecord }> {
    // One after the other, so that the delay of one failure holds for the next try.
    const result = this.#turn.then(() => this.#tryPassphrase(field, passphrase))
    this.#turn = result.catch(() => undefined)
    return result
  }

  /** Never delayed: 160 random bits cannot be guessed. Throws INVALID_INPUT for a typing mistake, WRONG_PASSPHRASE. */
  withRecovery(code: string): VaultKey {
    const { vault, record } = this.#recorded('recovery')
    const secret = parseRecoveryCode(code)
    const wrapKey = storedRecoveryKey(record, secret)
    const bytes = unwrap(vault.id, wrapKey, record.wrapped)
    secret.fill(0)
    wrapKey.bytes.fill(0)
    if (bytes === null) {
      this.#parts.audit('vault.unlock-failed', protectorNames.recovery)
      throw wrongRecoveryCode()
    }
    this.#parts.attempts.succeeded()
    return checked(vault, bytes)
  }

  /** Throws VAULT_UNAVAILABLE or UNSUPPORTED; `onTrouble` hears why, as data. A wrap the store wants renewed is renewed. */
  async withOs(detail: string, onTrouble: (situation: OsSituation) => void): Promise<VaultKey> {
    const { os, audit } = this.#parts
    const { vault, record } = this.#recorded('os')
    const result = await os.unwrap(vault.id, record)
    if (result.kind === 'failed') {
      onTrouble(result.situation)
      audit('vault.unlock-failed', `${detail}: ${result.situation.kind}`)
      throw osProblem(result.situation, this.#otherKinds())
    }
    const key = checked(vault, result.bytes)
    if (result.rewrap) await this.#rewrapWithOs(vault, record, key)
    return key
  }

  /** Throws IN_USE unless the operating system alone, without `removed`, protects and opens the vault right now. */
  async requireOsOpens(removed: ProtectorKind, key: VaultKey): Promise<void> {
    const { os } = this.#parts
    const { vault, record } = this.#recorded('os')
    const situation = os.situationOf(record, await os.availability())
    if (situation.kind !== 'usable') throw onlyWeakOsLeft(removed, osProblem(situation, []).details.cause)
    const result = await os.unwrap(vault.id, record)
    if (result.kind === 'failed') throw onlyWeakOsLeft(removed, osProblem(result.situation, []).details.cause)
    const opens = key.equals(result.bytes)
    result.bytes.fill(0)
    if (!opens) throw onlyWeakOsLeft(removed, 'The key store gave back another key than the one of this vault.')
  }

  async #tryPassphrase(field: string, passphrase: string): Promise<{ key: VaultKey; record: ProtectorRecord }> {
    const { attempts, kdf, audit } = this.#parts
    const { vault, record } = this.#recorded('passphrase')
    const attempt = attempts.begin()
    let bytes: Buffer | null
    let outdated: boolean
    try {
      const derived = await storedPassphraseKey(record, passphrase, kdf)
      bytes = unwrap(vault.id, derived.key, record.wrapped)
      derived.key.bytes.fill(0)
      outdated = derived.outdated
    } catch (error) {
      attempt.undone()
      throw error
    }
    if (bytes === null) {
      const retryAfterMs = attempts.failed()
      audit('vault.unlock-failed', protectorNames.passphrase)
      throw wrongPassphrase(field, retryAfterMs)
    }
    attempts.succeeded()
    const key = checked(vault, bytes)
    if (!outdated) return { key, record }
    await this.#raiseCost(vault, record, passphrase, key)
    return { key, record: this.#parts.rows.protector('passphrase') ?? record }
  }

  async #raiseCost(vault: VaultRecord, record: ProtectorRecord, passphrase: string, key: VaultKey): Promise<void> {
    const wrapKey = await newPassphraseKey(passphrase, this.#parts.kdf)
    this.#replaceIfSame(record, () => putWrap(this.#parts.rows, vault.id, wrapKey, key, record.createdAt))
    wrapKey.bytes.fill(0)
  }

  async #rewrapWithOs(vault: VaultRecord, record: ProtectorRecord, key: VaultKey): Promise<void> {
    const next = await this.#parts.os.wrap(vault.id, key, record.createdAt).catch(() => null)
    if (next !== null) this.#replaceIfSame(record, () => putVerifiedWrap(this.#parts.rows, next))
  }

  /** A renewal nobody asked for must not keep the vault shut: if it fails, the old wrap stays and still opens. */
  #replaceIfSame(record: ProtectorRecord, put: () => void): void {
    const { store, rows } = this.#parts
    try {
      store.transaction(() => {
        if (sameRecord(record, rows.protector(record.kind))) put()
      })
    } catch {
      return
    }
  }

  #recorded(kind: ProtectorKind): { vault: VaultRecord; record: ProtectorRecord } {
    const { rows, hasSecrets } = this.#parts
    const vault = rows.vault()
    const record = rows.protector(kind)
    if (vault !== null && record !== null) return { vault, record }
    const protectors = rows.protectors().map((other) => other.kind)
    if (vault !== null && protectors.length > 0) throw notAProtector(kind)
    throw problemOfState({ recorded: vault !== null, hasSecrets, protectors, open: false, os: null })
  }

  #otherKinds(): ProtectorKind[] {
    return this.#parts.rows
      .protectors()
      .map(({ kind }) => kind)
      .filter((kind) => kind !== 'os')
  }
}

/** The unwrapped bytes as the vault key, once they match the check value. */
function checked(vault: VaultRecord, bytes: Buffer): VaultKey {
  const key = new VaultKey(bytes, vault.id)
  if (key.passes(vault.checkValue)) return key
  key.wipe()
  throw checkValueDamaged()
}
