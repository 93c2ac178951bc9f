import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { type OsSecretAvailability, type OsSecretStore, OsSecretStoreError } from '../../../main/host.ts'
import { openStore, type Store } from '../../../main/store/store.ts'
import type { KdfPolicy } from '../../../main/vault/kdf.ts'
import type { VaultOptions } from '../../../main/vault/options.ts'
import { Vault } from '../../../main/vault/vault.ts'
import type { ProblemCode } from '../../../shared/problem-codes.ts'
import { Problem } from '../../../shared/problems.ts'

/** The same code as in production at a thousandth of the cost. */
export const cheapKdf: KdfPolicy = {
  cost: { N: 128, r: 8, p: 1 },
  floor: { N: 128, r: 8, p: 1 },
  ceiling: { N: 4_096, r: 8, p: 4 },
}

export const PASSPHRASE = 'correct horse battery'

export class TestClock {
  time = Date.UTC(2026, 0, 15)

  now(): number {
    return this.time
  }

  advance(milliseconds: number): void {
    this.time += milliseconds
  }
}

type Mode = 'works' | 'temporary' | 'refuses' | 'throws' | 'returns-garbage' | 'returns-another-key' | 'hangs'

/** A key store of an operating system that can do everything a real one was seen doing. */
export class FakeSecretStore implements OsSecretStore {
  available: OsSecretAvailability = { kind: 'protected', backend: 'gnome_libsecret', identity: 'keyhold' }
  mode: Mode = 'works'
  rewrap = false
  wraps = 0
  #key = randomBytes(32)

  /** What a reset keychain, a new `Local State` or another computer does. */
  replaceKey(): void {
    this.#key = randomBytes(32)
  }

  async availability(): Promise<OsSecretAvailability> {
    if (this.mode === 'hangs') return new Promise(() => undefined)
    if (this.mode === 'throws') throw new Error('the bus is gone')
    return this.available
  }

  async wrap(plain: Buffer): Promise<Buffer> {
    this.wraps++
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv, { authTagLength: 16 })
    return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  }

  async unwrap(wrapped: Buffer): Promise<{ plain: Buffer; rewrap: boolean }> {
    if (this.mode === 'temporary') throw new OsSecretStoreError('temporary', 'temporarily unavailable')
    if (this.mode === 'refuses') throw new OsSecretStoreError('refused', 'cannot decrypt')
    if (this.mode === 'throws') throw new Error('the bus is gone')
    if (this.mode === 'returns-garbage') return { plain: randomBytes(7), rewrap: false }
    const decipher = createDecipheriv('aes-256-gcm', this.#key, wrapped.subarray(0, 12), { authTagLength: 16 })
    decipher.setAuthTag(wrapped.subarray(-16))
    try {
      const plain = Buffer.concat([decipher.update(wrapped.subarray(12, -16)), decipher.final()])
      if (this.mode === 'returns-another-key') randomBytes(32).copy(plain, 32)
      return { plain, rewrap: this.rewrap }
    } catch (error) {
      throw new OsSecretStoreError('refused', 'cannot decrypt', { cause: error })
    }
  }
}

export interface TestVault {
  readonly vault: Vault
  readonly store: Store
  readonly clock: TestClock
  readonly audited: string[]
  readonly dataDir: string
  /** Another vault over the same database, as after a restart or in a second program. */
  again(options?: Partial<VaultOptions>): Vault
}

/** A vault in a new data directory, closed and removed with the test. */
export function testVault(options: Partial<VaultOptions> = {}): TestVault {
  const dataDir = mkdtempSync(join(tmpdir(), 'keyhold-vault-'))
  const store = openStore(dataDir)
  const clock = new TestClock()
  const audited: string[] = []
  const open: Vault[] = []
  const again = (more: Partial<VaultOptions> = {}): Vault => {
    const vault = new Vault({
      store,
      secretStore: null,
      clock,
      onAudit: (action, detail) => audited.push(detail === undefined ? action : `${action}: ${detail}`),
      autoLockMinutes: 0,
      hasSecrets: () => false,
      kdf: cheapKdf,
      osAnswerMs: 50,
      ...options,
      ...more,
    })
    open.push(vault)
    return vault
  }
  onTestFinished(() => {
    for (const vault of open) vault.close()
    store.close()
    rmSync(dataDir, { recursive: true, force: true })
  })
  return { vault: again(), store, clock, audited, dataDir, again }
}

/** Everything the vault keeps in the database, to see that nothing of it changed. */
export function stored(store: Store): unknown {
  return {
    vault: store.db.prepare('SELECT * FROM vault').all(),
    protectors: store.db.prepare('SELECT * FROM vault_protectors ORDER BY kind').all(),
  }
}

/** The problem that `work` ends with. Anything else fails the test. */
export async function problemOf(work: () => unknown): Promise<Problem> {
  try {
    await work()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('It succeeded, but a problem was expected.')
}

export async function expectProblem(code: ProblemCode, work: () => unknown): Promise<Problem> {
  const problem = await problemOf(work)
  expect(problem.code, problem.message).toBe(code)
  return problem
}
