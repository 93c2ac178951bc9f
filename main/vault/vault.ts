import { randomBytes, randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { ProtectorKind, VaultStatus } from '../../shared/contract/vault.ts'
import { Problem } from '../../shared/problems.ts'
import type { Clock } from '../host.ts'
import type { Store } from '../store/store.ts'
import { Attempts } from './attempts.ts'
import { KEY_LENGTH } from './cipher.ts'
import { IdleLock } from './idle-lock.ts'
import { type KdfPolicy, productionKdf } from './kdf.ts'
import { Opener } from './opener.ts'
import type { VaultOptions } from './options.ts'
import { OsProtector, type OsSituation, recordedBackend } from './os-protector.ts'
import {
  alreadyInitialised,
  changedMeanwhile,
  checkNewPassphrase,
  checkValueDamaged,
  currentPassphraseMissing,
  lastProtector,
  lockedMeanwhile,
  noProtectorChosen,
  noSuchProtector,
  protectorNames,
} from './problems.ts'
import { newPassphraseKey, newRecoveryKey, putVerifiedWrap, putWrap, type WrapKey } from './protectors.ts'
import { formatRecoveryCode, mintRecoverySecret } from './recovery-code.ts'
import { type ProtectorRecord, sameRecord, sameRecords, type VaultRecord, VaultRows } from './rows.ts'
import type { SecretPlace, UnlockInput, VaultControl } from './secrets.ts'
import { describeState, problemOfState, type VaultFacts } from './state.ts'
import { VaultKey } from './vault-key.ts'

export type { SecretPlace, Secrets, VaultControl } from './secrets.ts'

const OS_ANSWER_MS = 2_000

/** The detail in the audit log of a lock that somebody asked for; any other lock happened by itself. */
export const ON_REQUEST = 'on request'

/**
 * The vault: one random key that encrypts every secret, wrapped by one or more protectors, any of which opens it.
 * The key is in memory only while the vault is ready, in one buffer that is zeroed when it locks.
 */
export class Vault implements VaultControl {
  readonly #store: Store
  readonly #rows: VaultRows
  readonly #clock: Clock
  readonly #audit: VaultOptions['onAudit']
  readonly #hasSecrets: () => boolean
  readonly #kdf: KdfPolicy
  readonly #os: OsProtector
  readonly #attempts: Attempts
  readonly #opener: Opener
  readonly #idle: IdleLock
  readonly #emitter = new EventEmitter().setMaxListeners(0)
  #key: VaultKey | null = null
  /** Counts locks: an unlock that began before a lock must not undo it. */
  #locks = 0
  #osSeen: OsSituation | null = null

  constructor(options: VaultOptions) {
    this.#store = options.store
    this.#rows = new VaultRows(options.store.db)
    this.#clock = options.clock
    this.#audit = options.onAudit
    this.#hasSecrets = options.hasSecrets
    this.#kdf = options.kdf ?? productionKdf
    this.#os = new OsProtector(options.secretStore, options.osAnswerMs ?? OS_ANSWER_MS)
    this.#attempts = new Attempts(options.store, this.#rows, options.clock)
    this.#opener = new Opener({
      store: this.#store,
      rows: this.#rows,
      os: this.#os,
      attempts: this.#attempts,
      kdf: this.#kdf,
      audit: this.#audit,
      hasSecrets: this.#hasSecrets,
    })
    this.#idle = new IdleLock(options.clock, options.autoLockMinutes, () => this.#lockIfIdle())
  }

  requireReady(): void {
    this.#ready()
  }

  isReady(): boolean {
    return this.#key !== null
  }

  encrypt(place: SecretPlace, plaintext: string): Buffer {
    return this.#ready().encrypt(place, plaintext)
  }

  decrypt(place: SecretPlace, blob: Buffer): string {
    return this.#ready().decrypt(place, blob)
  }

  fingerprint(plaintext: string): Buffer {
    return this.#ready().fingerprint(plaintext)
  }

  async status(): Promise<VaultStatus> {
    const available = await this.#os.availability(() => this.#changed())
    this.#lockIfIdle()
    const records = this.#rows.protectors()
    const os = records.find(({ kind }) => kind === 'os')
    this.#osSeen = os === undefined ? null : this.#os.situationOf(os, available)
    const { state, message, remedies } = describeState(this.#facts(records))
    return {
      state,
      message,
      remedies: [...remedies],
      protectors: records.map((record) => ({
        kind: record.kind,
        createdAt: record.createdAt,
        backend: record.kind === 'os' ? recordedBackend(record) : null,
      })),
      osProtector: {
        available: available.kind === 'protected',
        reason: available.kind === 'protected' ? null : available.reason,
        backend: available.kind === 'unavailable' ? null : available.backend,
      },
      retryAfterMs: this.#attempts.retryAfterMs(),
      autoLockMinutes: this.#idle.minutes,
    }
  }

  onChange(listener: () => void): () => void {
    this.#emitter.on('change', listener)
    return () => this.#emitter.off('change', listener)
  }

  /**
   * Makes the vault key, once. Throws INVALID_INPUT for a bad passphrase or no protector at all, CONFLICT when a
   * vault is recorded, VAULT_KEY_LOST when secrets are stored but no vault is, VAULT_UNAVAILABLE or UNSUPPORTED when
   * the operating system was asked to protect it and cannot.
   */
  async initialise(input: { passphrase: string | null; useOs: boolean }) {
    const { passphrase, useOs } = input
    if (passphrase !== null) checkNewPassphrase('passphrase', passphrase)
    else if (!useOs) throw noProtectorChosen()
    this.#requireUnrecorded()
    const vaultId = randomUUID()
    const key = new VaultKey(randomBytes(KEY_LENGTH), vaultId)
    const secret = mintRecoverySecret()
    const locks = this.#locks
    const wrapKeys: WrapKey[] = [newRecoveryKey(secret)]
    try {
      const os = useOs ? await this.#os.wrap(vaultId, key, this.#clock.now()) : null
      if (passphrase !== null) wrapKeys.unshift(await newPassphraseKey(passphrase, this.#kdf))
      this.#store.transaction(() => {
        this.#requireUnrecorded()
        const now = this.#clock.now()
        this.#rows.insertVault({ id: vaultId, checkValue: key.makeCheckValue(), createdAt: now })
        if (!key.passes(this.#vault().checkValue)) throw checkValueDamaged()
        for (const wrapKey of wrapKeys) putWrap(this.#rows, vaultId, wrapKey, key, now)
        if (os !== null) putVerifiedWrap(this.#rows, os)
        this.#attempts.succeeded()
        const names = this.#rows.protectors().map(({ kind }) => protectorNames[kind])
        this.#audit('vault.initialised', names.join(', '))
      })
      if (locks === this.#locks) this.#hold(key)
      else key.wipe()
      this.#changed()
      return { recoveryCode: formatRecoveryCode(secret), status: await this.status() }
    } catch (error) {
      if (this.#key !== key) key.wipe()
      throw error
    } finally {
      secret.fill(0)
      for (const { bytes } of wrapKeys) bytes.fill(0)
    }
  }

  /**
   * Throws WRONG_PASSPHRASE and TOO_EARLY (both with `retryAfterMs`), INVALID_INPUT for a mistyped recovery code,
   * VAULT_UNAVAILABLE when the operating system does not give the key, CONFLICT for a protector that is not set up.
   */
  async unlock(input: UnlockInput): Promise<VaultStatus> {
    const locks = this.#locks
    try {
      this.#adopt(await this.#keyFrom(input), locks, protectorNames[input.with])
    } finally {
      this.#changed()
    }
    return this.status()
  }

  /**
   * For the start of a host: opens the vault if the operating system protects it and gives the key, and otherwise
   * leaves it locked; the status says why. It may wait for a prompt of the key store, so do not hold up a window for it.
   */
  async unlockAutomatically(): Promise<void> {
    const locks = this.#locks
    if (this.#key !== null || this.#rows.vault() === null) return
    const record = this.#rows.protector('os')
    if (record === null) return
    this.#osSeen = this.#os.situationOf(record, await this.#os.availability(() => this.#changed()))
    if (this.#osSeen.kind !== 'usable') return
    try {
      const detail = `${protectorNames.os}, at start`
      this.#adopt(await this.#opener.withOs(detail, this.#noteOs), locks, detail)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
    } finally {
      this.#changed()
    }
  }

  async lock(): Promise<VaultStatus> {
    this.#lockNow(ON_REQUEST)
    return this.status()
  }

  /** Throws WRONG_PASSPHRASE and TOO_EARLY like {@link unlock}; the passphrase in force stays until the new one was verified. */
  async setPassphrase(input: { current: string | null; next: string }): Promise<VaultStatus> {
    checkNewPassphrase('next', input.next)
    this.#ready()
    try {
      await this.#replacePassphrase(input.current, input.next)
    } finally {
      this.#changed()
    }
    return this.status()
  }

  async renewRecoveryCode(): Promise<{ recoveryCode: string }> {
    const key = this.#ready()
    const secret = mintRecoverySecret()
    const wrapKey = newRecoveryKey(secret)
    try {
      this.#store.transaction(() => {
        putWrap(this.#rows, this.#vault().id, wrapKey, key, this.#clock.now())
        this.#audit('vault.recovery-renewed')
      })
      this.#changed()
      return { recoveryCode: formatRecoveryCode(secret) }
    } finally {
      secret.fill(0)
      wrapKey.bytes.fill(0)
    }
  }

  /** Adds the key store of the operating system, or wraps anew where it is a protector already. Refuses one that protects nothing. */
  async addOsProtector(): Promise<VaultStatus> {
    const record = await this.#os.wrap(this.#vault().id, this.#ready(), this.#clock.now())
    this.#store.transaction(() => {
      this.#ready()
      putVerifiedWrap(this.#rows, record)
      this.#audit('vault.protector-added', `operating system, ${recordedBackend(record)}`)
    })
    this.#changed()
    return this.status()
  }

  async removeProtector(kind: ProtectorKind): Promise<VaultStatus> {
    const key = this.#ready()
    const before = this.#rows.protectors()
    if (!before.some((record) => record.kind === kind)) throw noSuchProtector(kind)
    const [first, ...more] = before.filter((record) => record.kind !== kind)
    if (first === undefined) throw lastProtector(kind)
    if (first.kind === 'os' && more.length === 0) await this.#opener.requireOsOpens(kind, key)
    this.#store.transaction(() => {
      this.#ready()
      if (!sameRecords(before, this.#rows.protectors())) throw changedMeanwhile()
      this.#rows.deleteProtector(kind)
      if (kind === 'passphrase') this.#attempts.succeeded()
      this.#audit('vault.protector-removed', protectorNames[kind])
    })
    this.#changed()
    return this.status()
  }

  touch(): void {
    this.#lockIfIdle()
    this.#idle.touch()
  }

  setAutoLockMinutes(minutes: number): void {
    this.#lockIfIdle()
    this.#idle.setMinutes(minutes)
    this.#changed()
  }

  close(): void {
    this.#locks++
    this.#idle.stop()
    this.#key?.wipe()
    this.#key = null
    this.#emitter.removeAllListeners()
  }

  async #keyFrom(input: UnlockInput): Promise<VaultKey> {
    if (input.with === 'os') return this.#opener.withOs(protectorNames.os, this.#noteOs)
    if (input.with === 'recovery') return this.#opener.withRecovery(input.recoveryCode)
    return (await this.#opener.withPassphrase('passphrase', input.passphrase)).key
  }

  readonly #noteOs = (situation: OsSituation): void => {
    this.#osSeen = situation
  }

  async #replacePassphrase(current: string | null, next: string): Promise<void> {
    let before = this.#rows.protector('passphrase')
    if (before !== null) {
      if (current === null) throw currentPassphraseMissing()
      const verified = await this.#opener.withPassphrase('current', current)
      verified.key.wipe()
      before = verified.record
    }
    const wrapKey = await newPassphraseKey(next, this.#kdf)
    try {
      this.#store.transaction(() => {
        const key = this.#ready()
        if (!sameRecord(before, this.#rows.protector('passphrase'))) throw changedMeanwhile()
        putWrap(this.#rows, this.#vault().id, wrapKey, key, this.#clock.now())
        this.#audit('vault.passphrase-set')
      })
    } finally {
      wrapKey.bytes.fill(0)
    }
  }

  /** Takes the key over, or wipes it when the vault was locked since the unlock began. */
  #adopt(key: VaultKey, locks: number, detail: string): void {
    if (locks !== this.#locks) {
      key.wipe()
      throw lockedMeanwhile()
    }
    if (this.#key !== null) {
      key.wipe()
      this.#idle.touch()
      return
    }
    this.#audit('vault.unlocked', detail)
    this.#hold(key)
  }

  #hold(key: VaultKey): void {
    this.#key = key
    this.#idle.start()
  }

  #lockNow(detail: string): void {
    this.#locks++
    if (this.#key === null) return
    this.#key.wipe()
    this.#key = null
    this.#idle.stop()
    this.#audit('vault.locked', detail)
    this.#changed()
  }

  #lockIfIdle(): void {
    if (this.#idle.isOver()) this.#lockNow(`after ${this.#idle.minutes} minutes without activity`)
  }

  #ready(): VaultKey {
    this.#lockIfIdle()
    if (this.#key === null) throw problemOfState(this.#facts(this.#rows.protectors()))
    return this.#key
  }

  #facts(records: readonly ProtectorRecord[]): VaultFacts {
    const protectors = records.map(({ kind }) => kind)
    return {
      recorded: this.#rows.vault() !== null,
      hasSecrets: this.#hasSecrets,
      protectors,
      open: this.#key !== null,
      os: protectors.includes('os') ? this.#osSeen : null,
    }
  }

  #vault(): VaultRecord {
    const vault = this.#rows.vault()
    if (vault === null) throw problemOfState(this.#facts([]))
    return vault
  }

  #requireUnrecorded(): void {
    if (this.#rows.vault() !== null) throw alreadyInitialised()
    if (this.#hasSecrets()) throw problemOfState(this.#facts([]))
  }

  #changed(): void {
    this.#emitter.emit('change')
  }
}
