import { describe, expect, test } from 'vitest'
import { isAccepted, productionKdf } from '../../../main/vault/kdf.ts'
import type { SecretPlace } from '../../../main/vault/vault.ts'
import { vaultStatusSchema } from '../../../shared/contract/vault.ts'
import { cheapKdf, expectProblem, PASSPHRASE, stored, testVault } from './support.ts'

const place: SecretPlace = { table: 'provider_keys', row: 1, field: 'secret' }
const withPassphrase = { with: 'passphrase', passphrase: PASSPHRASE } as const

async function readyVault(options: Parameters<typeof testVault>[0] = {}) {
  const parts = testVault(options)
  const { recoveryCode } = await parts.vault.initialise({ passphrase: PASSPHRASE, useOs: false })
  return { ...parts, recoveryCode, withRecovery: { with: 'recovery', recoveryCode } as const }
}

describe('making the vault', () => {
  test('starts uninitialised, and then is ready with a recovery code that opens it', async () => {
    const { vault, again, audited } = testVault()
    const before = await vault.status()
    expect(before).toMatchObject({ state: 'uninitialised', protectors: [], retryAfterMs: 0 })
    expect(vaultStatusSchema.parse(before)).toEqual(before)
    await expectProblem('VAULT_UNINITIALISED', () => vault.encrypt(place, 'x'))
    await expectProblem('VAULT_UNINITIALISED', () => vault.unlock(withPassphrase))

    const { recoveryCode, status } = await vault.initialise({ passphrase: PASSPHRASE, useOs: false })
    expect(status.state).toBe('ready')
    expect(status.protectors.map(({ kind }) => kind)).toEqual(['passphrase', 'recovery'])
    expect(vaultStatusSchema.parse(status)).toEqual(status)
    expect(audited).toEqual(['vault.initialised: passphrase, recovery code'])

    const blob = vault.encrypt(place, 'kept')
    const second = again()
    await second.unlock({ with: 'recovery', recoveryCode })
    expect(second.decrypt(place, blob)).toBe('kept')
  })

  test('a second time is a conflict and changes nothing', async () => {
    const { vault, store } = await readyVault()
    const before = stored(store)
    await expectProblem('CONFLICT', () => vault.initialise({ passphrase: 'another passphrase', useOs: false }))
    expect(stored(store)).toEqual(before)
  })

  test('twice at once makes one vault', async () => {
    const { vault, again, store } = testVault()
    const input = { passphrase: PASSPHRASE, useOs: false }
    const results = await Promise.allSettled([
      vault.initialise(input),
      again().initialise(input),
      vault.initialise(input),
    ])
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(store.db.prepare('SELECT count(*) AS n FROM vault').get()).toEqual({ n: 1 })
  })

  test.each([
    ['no protector at all', null],
    ['a passphrase that is too short', 'seven77'],
    ['a passphrase that is too long', 'x'.repeat(1_025)],
  ])('with %s is refused, naming the field', async (_what, passphrase) => {
    const { vault } = testVault()
    const problem = await expectProblem('INVALID_INPUT', () => vault.initialise({ passphrase, useOs: false }))
    expect(problem.details.fields?.[0]?.field).toBe('passphrase')
    expect((await vault.status()).state).toBe('uninitialised')
  })

  test('never happens over stored secrets whose key is not recorded', async () => {
    const { vault, store } = testVault({ hasSecrets: () => true })
    expect((await vault.status()).state).toBe('key-lost')
    const problem = await expectProblem('VAULT_KEY_LOST', () =>
      vault.initialise({ passphrase: PASSPHRASE, useOs: false }),
    )
    expect(problem.details.remedies.join(' ')).toContain('backup')
    await expectProblem('VAULT_KEY_LOST', () => vault.requireReady())
    await expectProblem('VAULT_KEY_LOST', () => vault.unlock(withPassphrase))
    expect(stored(store)).toEqual({ vault: [], protectors: [] })
  })

  test('secrets that appear while the passphrase is derived stop it as well', async () => {
    let secrets = false
    const { vault, store } = testVault({ hasSecrets: () => secrets })
    const making = vault.initialise({ passphrase: PASSPHRASE, useOs: false })
    secrets = true
    await expectProblem('VAULT_KEY_LOST', () => making)
    expect(stored(store)).toEqual({ vault: [], protectors: [] })
    await expectProblem('VAULT_KEY_LOST', () => vault.requireReady())
  })

  test('a recorded vault without protectors is lost, not new', async () => {
    const { store, again } = await readyVault()
    store.db.exec('DELETE FROM vault_protectors')
    const vault = again()
    expect((await vault.status()).state).toBe('key-lost')
    await expectProblem('VAULT_KEY_LOST', () => vault.unlock(withPassphrase))
    await expectProblem('CONFLICT', () => vault.initialise({ passphrase: PASSPHRASE, useOs: false }))
  })
})

describe('locking and unlocking', () => {
  test('a locked vault gives nothing and keeps what is stored', async () => {
    const { vault, store, audited } = await readyVault()
    const blob = vault.encrypt(place, 'kept')
    const before = stored(store)
    expect((await vault.lock()).state).toBe('locked')
    for (const work of [
      () => vault.requireReady(),
      () => vault.encrypt(place, 'new'),
      () => vault.decrypt(place, blob),
      () => vault.fingerprint('x'),
      () => vault.setPassphrase({ current: PASSPHRASE, next: 'another passphrase' }),
      () => vault.renewRecoveryCode(),
      () => vault.addOsProtector(),
      () => vault.removeProtector('recovery'),
    ]) {
      const problem = await expectProblem('VAULT_LOCKED', work)
      expect(problem.details.remedies).toContain('Unlock with your passphrase.')
    }
    expect(stored(store)).toEqual(before)
    expect((await vault.unlock(withPassphrase)).state).toBe('ready')
    expect(vault.decrypt(place, blob)).toBe('kept')
    expect(audited).toEqual([
      'vault.initialised: passphrase, recovery code',
      'vault.locked: on request',
      'vault.unlocked: passphrase',
    ])
  })

  test('says so to whoever listens, until they stop', async () => {
    const { vault } = await readyVault()
    let heard = 0
    const stop = vault.onChange(() => heard++)
    await vault.lock()
    expect(heard).toBe(1)
    await vault.unlock(withPassphrase)
    expect(heard).toBe(2)
    stop()
    await vault.lock()
    expect(heard).toBe(2)
  })

  test('a lock during an unlock wins', async () => {
    const { vault } = await readyVault()
    await vault.lock()
    const unlocking = vault.unlock(withPassphrase)
    await vault.lock()
    await expectProblem('VAULT_LOCKED', () => unlocking)
    expect((await vault.status()).state).toBe('locked')
  })

  test('closing during an unlock leaves nothing open', async () => {
    const { vault } = await readyVault()
    await vault.lock()
    const unlocking = vault.unlock(withPassphrase)
    vault.close()
    await expectProblem('VAULT_LOCKED', () => unlocking)
    await expectProblem('VAULT_LOCKED', () => vault.requireReady())
  })

  test('a wrong recovery code is told from a mistyped one, and both from a wrong passphrase', async () => {
    const { vault, recoveryCode } = await readyVault()
    const other = await readyVault()
    await vault.lock()
    const foreign = await expectProblem('WRONG_PASSPHRASE', () => vault.unlock(other.withRecovery))
    expect(foreign.details.retryAfterMs).toBe(0)
    const mistyped = recoveryCode.replace(/.$/, (last) => (last === '0' ? '2' : '0'))
    await expectProblem('INVALID_INPUT', () => vault.unlock({ with: 'recovery', recoveryCode: mistyped }))
    expect((await vault.status()).retryAfterMs).toBe(0)
  })

  test('the passphrase appears in no problem and no audit line', async () => {
    const { vault, audited } = await readyVault()
    await vault.lock()
    const wrong = `canary ${'q'.repeat(12)}`
    const problem = await expectProblem('WRONG_PASSPHRASE', () =>
      vault.unlock({ with: 'passphrase', passphrase: wrong }),
    )
    expect(JSON.stringify([problem.toData(), problem.stack, audited])).not.toContain('canary')
  })

  test('a protector that is not set up is a conflict, not a wrong passphrase', async () => {
    const { vault, withRecovery } = await readyVault()
    await vault.removeProtector('passphrase')
    await vault.lock()
    await expectProblem('CONFLICT', () => vault.unlock(withPassphrase))
    await expectProblem('CONFLICT', () => vault.unlock({ with: 'os' }))
    expect((await vault.unlock(withRecovery)).state).toBe('ready')
  })
})

describe('the passphrase', () => {
  const next = 'a new passphrase'

  test('is replaced only with the present one', async () => {
    const { vault, store, audited } = await readyVault()
    const before = stored(store)
    const missing = await expectProblem('INVALID_INPUT', () => vault.setPassphrase({ current: null, next }))
    expect(missing.details.fields?.[0]?.field).toBe('current')
    const wrong = await expectProblem('WRONG_PASSPHRASE', () => vault.setPassphrase({ current: 'not this one', next }))
    expect(wrong.details.fields?.[0]?.field).toBe('current')
    expect(wrong.details.retryAfterMs).toBeGreaterThan(0)
    await expectProblem('TOO_EARLY', () => vault.setPassphrase({ current: PASSPHRASE, next }))
    const short = await expectProblem('INVALID_INPUT', () =>
      vault.setPassphrase({ current: PASSPHRASE, next: 'short' }),
    )
    expect(short.details.fields?.[0]?.field).toBe('next')
    expect(stored(store)).toEqual(before)
    expect(audited.at(-1)).toBe('vault.unlock-failed: passphrase')
  })

  test('once replaced opens, and the old one does not; rows are untouched', async () => {
    const { vault, clock } = await readyVault()
    const blob = vault.encrypt(place, 'kept')
    await vault.setPassphrase({ current: PASSPHRASE, next })
    await vault.lock()
    await expectProblem('WRONG_PASSPHRASE', () => vault.unlock(withPassphrase))
    clock.advance(60_000)
    await vault.unlock({ with: 'passphrase', passphrase: next })
    expect(vault.decrypt(place, blob)).toBe('kept')
  })

  test('forgotten: the recovery code opens, the passphrase is removed and set anew', async () => {
    const { vault, withRecovery } = await readyVault()
    await vault.lock()
    await vault.unlock(withRecovery)
    await vault.removeProtector('passphrase')
    await vault.setPassphrase({ current: null, next })
    await vault.lock()
    expect((await vault.unlock({ with: 'passphrase', passphrase: next })).state).toBe('ready')
  })

  test('replaced twice at once: one wins, and the vault opens with it', async () => {
    const { vault } = await readyVault()
    const nexts = ['first new one', 'second new one']
    const results = await Promise.allSettled(
      nexts.map((text) => vault.setPassphrase({ current: PASSPHRASE, next: text })),
    )
    const winners = nexts.filter((_text, index) => results[index]?.status === 'fulfilled')
    expect(winners).toHaveLength(1)
    await vault.lock()
    expect((await vault.unlock({ with: 'passphrase', passphrase: winners[0] ?? '' })).state).toBe('ready')
  })

  test('is not replaced when the vault locks meanwhile', async () => {
    const { vault, store } = await readyVault()
    const before = stored(store)
    const setting = vault.setPassphrase({ current: PASSPHRASE, next })
    await vault.lock()
    await expectProblem('VAULT_LOCKED', () => setting)
    expect(stored(store)).toEqual(before)
  })

  test('spaces and line ends count', async () => {
    const { vault } = testVault()
    await vault.initialise({ passphrase: ' spaced out ', useOs: false })
    await vault.lock()
    await expectProblem('WRONG_PASSPHRASE', () => vault.unlock({ with: 'passphrase', passphrase: 'spaced out' }))
  })
})

describe('the cost of a passphrase', () => {
  const dearKdf = { ...cheapKdf, cost: { N: 512, r: 8, p: 1 } }

  test('in production is at least what OWASP asks for, and never more than 256 MiB', () => {
    expect(productionKdf.cost.N * productionKdf.cost.r).toBeGreaterThanOrEqual(2 ** 17 * 8)
    expect(isAccepted(productionKdf, productionKdf.cost)).toBe(true)
    expect(isAccepted(productionKdf, { N: 2 ** 16, r: 8, p: 1 })).toBe(false)
    expect(isAccepted(productionKdf, { N: 2 ** 17, r: 1, p: 1 })).toBe(false)
    expect(isAccepted(productionKdf, { N: 2 ** 18, r: 8, p: 1 })).toBe(true)
    expect(isAccepted(productionKdf, { N: 2 ** 19, r: 8, p: 1 })).toBe(false)
    expect(isAccepted(productionKdf, { N: 2 ** 17, r: 9, p: 1 })).toBe(false)
    expect(isAccepted(productionKdf, { N: 2 ** 17, r: 8, p: 2 })).toBe(false)
    expect(isAccepted(productionKdf, { N: 2 ** 17 + 1, r: 8, p: 1 })).toBe(false)
  })

  test('rises with the next unlock, and the protector keeps its date', async () => {
    const { vault, again, store, clock } = await readyVault()
    await vault.lock()
    clock.advance(86_400_000)
    const newer = again({ kdf: dearKdf })
    const before = (await newer.status()).protectors
    await newer.unlock(withPassphrase)
    expect((await newer.status()).protectors).toEqual(before)
    const parameters = store.db.prepare("SELECT parameters FROM vault_protectors WHERE kind = 'passphrase'").pluck()
    expect(JSON.parse(String(parameters.get()))).toMatchObject({ N: 512 })
    const after = stored(store)
    await newer.lock()
    await newer.unlock(withPassphrase)
    expect(stored(store)).toEqual(after)
    // And back in the older version: it opens, and nothing is made cheaper.
    expect((await vault.unlock(withPassphrase)).state).toBe('ready')
    expect(stored(store)).toEqual(after)
  })

  test.each([
    ['below the floor', { kdf: 'scrypt', N: 64, r: 8, p: 1 }],
    ['above the ceiling', { kdf: 'scrypt', N: 2 ** 30, r: 8, p: 1 }],
    ['no power of two', { kdf: 'scrypt', N: 1_000, r: 8, p: 1 }],
    ['negative', { kdf: 'scrypt', N: -128, r: 8, p: 1 }],
    ['another function', { kdf: 'md5', N: 128, r: 8, p: 1 }],
    ['not there', {}],
  ])('%s is refused without a try being counted, and the recovery code still opens', async (_what, change) => {
    const { vault, store, withRecovery } = await readyVault()
    await vault.lock()
    store.db
      .prepare("UPDATE vault_protectors SET parameters = ? WHERE kind = 'passphrase'")
      .run(JSON.stringify({ salt: Buffer.alloc(16).toString('base64'), ...change }))
    await expectProblem('STORE_FAILED', () => vault.unlock(withPassphrase))
    expect((await vault.status()).retryAfterMs).toBe(0)
    expect((await vault.unlock(withRecovery)).state).toBe('ready')
  })
})

describe('protectors', () => {
  test('a renewed recovery code replaces the old one', async () => {
    const { vault, withRecovery, audited } = await readyVault()
    const { recoveryCode } = await vault.renewRecoveryCode()
    expect(recoveryCode).not.toBe(withRecovery.recoveryCode)
    await vault.lock()
    await expectProblem('WRONG_PASSPHRASE', () => vault.unlock(withRecovery))
    expect((await vault.unlock({ with: 'recovery', recoveryCode })).state).toBe('ready')
    expect(audited).toContain('vault.recovery-renewed')
  })

  test('come and go, but the last one stays', async () => {
    const { vault, audited } = await readyVault()
    await expectProblem('NOT_FOUND', () => vault.removeProtector('os'))
    const status = await vault.removeProtector('recovery')
    expect(status.protectors.map(({ kind }) => kind)).toEqual(['passphrase'])
    const problem = await expectProblem('IN_USE', () => vault.removeProtector('passphrase'))
    expect(problem.details.remedies).not.toEqual([])
    await vault.renewRecoveryCode()
    expect((await vault.removeProtector('passphrase')).protectors.map(({ kind }) => kind)).toEqual(['recovery'])
    expect(audited.filter((line) => line.startsWith('vault.protector-removed'))).toEqual([
      'vault.protector-removed: recovery code',
      'vault.protector-removed: passphrase',
    ])
  })

  test('moved to another vault does not open there', async () => {
    const one = await readyVault()
    const other = await readyVault()
    const row = one.store.db.prepare("SELECT * FROM vault_protectors WHERE kind = 'passphrase'").get()
    other.store.db.exec("DELETE FROM vault_protectors WHERE kind = 'passphrase'")
    other.store.db.prepare('INSERT INTO vault_protectors VALUES (@kind, @parameters, @wrapped, @created_at)').run(row)
    await other.vault.lock()
    await expectProblem('WRONG_PASSPHRASE', () => other.vault.unlock(withPassphrase))
  })

  test('that are cut off are called damaged, not wrong', async () => {
    const { vault, store } = await readyVault()
    store.db.exec("UPDATE vault_protectors SET wrapped = x'0100' WHERE kind = 'passphrase'")
    await vault.lock()
    await expectProblem('STORE_FAILED', () => vault.unlock(withPassphrase))
    expect((await vault.status()).retryAfterMs).toBe(0)
  })

  test('a damaged check value is told from a wrong passphrase, and nothing opens', async () => {
    const { vault, store, withRecovery } = await readyVault()
    await vault.lock()
    store.db.exec('UPDATE vault SET check_value = zeroblob(49)')
    const before = stored(store)
    await expectProblem('STORE_FAILED', () => vault.unlock(withPassphrase))
    await expectProblem('STORE_FAILED', () => vault.unlock(withRecovery))
    expect((await vault.status()).state).toBe('locked')
    expect(stored(store)).toEqual(before)
  })

  test('are kept when the audit line cannot be written', async () => {
    let broken = false
    const { vault, store } = await readyVault({
      onAudit: () => {
        if (broken) throw new Error('the log is full')
      },
    })
    const before = stored(store)
    broken = true
    await expect(vault.setPassphrase({ current: PASSPHRASE, next: 'another one' })).rejects.toThrow('the log is full')
    await expect(vault.renewRecoveryCode()).rejects.toThrow('the log is full')
    await expect(vault.removeProtector('recovery')).rejects.toThrow('the log is full')
    expect(stored(store)).toEqual(before)
  })
})
