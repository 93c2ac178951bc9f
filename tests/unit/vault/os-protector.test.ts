import { describe, expect, test } from 'vitest'
import type { OsSecretAvailability } from '../../../main/host.ts'
import type { SecretPlace } from '../../../main/vault/vault.ts'
import { vaultStatusSchema } from '../../../shared/contract/vault.ts'
import { expectProblem, FakeSecretStore, PASSPHRASE, stored, testVault } from './support.ts'

const place: SecretPlace = { table: 'provider_keys', row: 1, field: 'secret' }

/** A vault that the operating system and the recovery code protect, seen again after a restart. */
async function osVault(passphrase: string | null = null) {
  const secretStore = new FakeSecretStore()
  const parts = testVault({ secretStore })
  const { recoveryCode, status } = await parts.vault.initialise({ passphrase, useOs: true })
  const blob = parts.vault.encrypt(place, 'kept')
  parts.vault.close()
  const vault = parts.again()
  return { ...parts, vault, secretStore, blob, status, withRecovery: { with: 'recovery', recoveryCode } as const }
}

describe('an OS protector that works', () => {
  test('opens the vault at start, and records backend and identity', async () => {
    const { vault, status, blob, audited, store } = await osVault()
    expect(status.protectors.find(({ kind }) => kind === 'os')?.backend).toBe('gnome_libsecret')
    expect((await vault.status()).state).toBe('locked')
    await vault.unlockAutomatically()
    expect((await vault.status()).state).toBe('ready')
    expect(vault.decrypt(place, blob)).toBe('kept')
    expect(audited.at(-1)).toBe('vault.unlocked: operating system, at start')
    const parameters = store.db.prepare("SELECT parameters FROM vault_protectors WHERE kind = 'os'").pluck().get()
    expect(JSON.parse(String(parameters))).toEqual({ backend: 'gnome_libsecret', identity: 'keyhold' })
  })

  test('opens after a lock only when asked', async () => {
    const { vault } = await osVault()
    expect((await vault.unlock({ with: 'os' })).state).toBe('ready')
    expect((await vault.lock()).state).toBe('locked')
    expect((await vault.unlock({ with: 'os' })).state).toBe('ready')
  })

  test('does not forgive wrong passphrases', async () => {
    const { vault } = await osVault(PASSPHRASE)
    await expectProblem('WRONG_PASSPHRASE', () => vault.unlock({ with: 'passphrase', passphrase: 'not this one' }))
    expect((await vault.unlock({ with: 'os' })).retryAfterMs).toBe(1_000)
  })

  test('is wrapped anew when the key store asks for it', async () => {
    const { vault, secretStore, store } = await osVault()
    const before = stored(store)
    secretStore.rewrap = true
    await vault.unlock({ with: 'os' })
    expect(stored(store)).not.toEqual(before)
    secretStore.rewrap = false
    await vault.lock()
    expect((await vault.unlock({ with: 'os' })).state).toBe('ready')
  })

  test('is added to a vault with a passphrase, and wrapped anew when added again', async () => {
    const secretStore = new FakeSecretStore()
    const { vault, audited } = testVault({ secretStore })
    await vault.initialise({ passphrase: PASSPHRASE, useOs: false })
    await vault.addOsProtector()
    await vault.lock()
    await vault.unlock({ with: 'os' })
    secretStore.available = { kind: 'protected', backend: 'kwallet6', identity: 'keyhold' }
    const status = await vault.addOsProtector()
    expect(status.protectors.find(({ kind }) => kind === 'os')?.backend).toBe('kwallet6')
    await vault.lock()
    expect((await vault.unlock({ with: 'os' })).state).toBe('ready')
    expect(audited).toContain('vault.protector-added: operating system, kwallet6')
  })
})

interface Trouble {
  readonly name: string
  readonly state: string
  readonly cause: (secretStore: FakeSecretStore) => void
  readonly repair: (secretStore: FakeSecretStore) => void
}

const working: OsSecretAvailability = { kind: 'protected', backend: 'gnome_libsecret', identity: 'keyhold' }
const available = (value: OsSecretAvailability) => (secretStore: FakeSecretStore) => {
  secretStore.available = value
}
const mode = (value: FakeSecretStore['mode']) => (secretStore: FakeSecretStore) => {
  secretStore.mode = value
}

const troubles: Trouble[] = [
  {
    name: 'is temporarily unavailable',
    state: 'os-unavailable',
    cause: available({ kind: 'unavailable', temporary: true, reason: 'The keyring is locked.' }),
    repair: available(working),
  },
  {
    name: 'is unavailable for good',
    state: 'os-unavailable',
    cause: available({ kind: 'unavailable', temporary: false, reason: 'There is no keyring.' }),
    repair: available(working),
  },
  { name: 'throws at every call', state: 'os-unavailable', cause: mode('throws'), repair: mode('works') },
  {
    name: 'is another backend',
    state: 'backend-changed',
    cause: available({ ...working, backend: 'kwallet6' }),
    repair: available(working),
  },
  {
    name: 'fell back to plain text',
    state: 'backend-changed',
    cause: available({ kind: 'unprotected', backend: 'basic_text', identity: 'keyhold', reason: 'No keyring.' }),
    repair: available(working),
  },
  {
    name: 'answers for a renamed application',
    state: 'identity-changed',
    cause: available({ ...working, identity: 'keyhold-next' }),
    repair: available(working),
  },
]

describe.each(troubles)('an OS protector whose key store $name', ({ state, cause, repair }) => {
  test(`is "${state}", decrypts nothing, changes nothing, and opens again afterwards`, async () => {
    const { vault, secretStore, store, blob } = await osVault()
    const before = stored(store)
    cause(secretStore)
    const wraps = secretStore.wraps
    await vault.unlockAutomatically()
    const status = await vault.status()
    expect(status.state).toBe(state)
    expect(status.message).not.toBe('')
    expect(status.remedies).toContain('Unlock with the recovery code you printed or wrote down.')
    expect(vaultStatusSchema.parse(status)).toEqual(status)
    const problem = await expectProblem('VAULT_UNAVAILABLE', () => vault.unlock({ with: 'os' }))
    expect(problem.details.remedies).not.toEqual([])
    await expectProblem('VAULT_LOCKED', () => vault.encrypt(place, 'new'))
    await expectProblem('VAULT_LOCKED', () => vault.decrypt(place, blob))
    await expectProblem('CONFLICT', () => vault.initialise({ passphrase: PASSPHRASE, useOs: true }))
    expect(stored(store)).toEqual(before)
    expect(secretStore.wraps).toBe(wraps)
    repair(secretStore)
    await vault.unlockAutomatically()
    expect(vault.decrypt(place, blob)).toBe('kept')
  })

  test('opens with the recovery code, and can be made anew or stay as it is', async () => {
    const { vault, secretStore, store, blob, withRecovery } = await osVault()
    const before = stored(store)
    cause(secretStore)
    expect((await vault.unlock(withRecovery)).state).toBe('ready')
    expect(vault.decrypt(place, blob)).toBe('kept')
    expect(stored(store)).toEqual(before)
    const problem = await expectProblem('IN_USE', () => vault.removeProtector('recovery'))
    expect(problem.message).toContain('operating system alone is not enough')
    expect(stored(store)).toEqual(before)
  })
})

describe.each(['refuses', 'returns-garbage', 'returns-another-key'] as const)(
  'an OS protector whose key store %s',
  (behaviour) => {
    test('never opens with a wrong key, and changes nothing', async () => {
      const { vault, secretStore, store, blob, withRecovery } = await osVault()
      const before = stored(store)
      secretStore.mode = behaviour
      await vault.unlockAutomatically()
      await expectProblem('VAULT_LOCKED', () => vault.encrypt(place, 'under a wrong key'))
      const code = behaviour === 'returns-another-key' ? 'STORE_FAILED' : 'VAULT_UNAVAILABLE'
      await expectProblem(code, () => vault.unlock({ with: 'os' }))
      expect(stored(store)).toEqual(before)
      await vault.unlock(withRecovery)
      expect(vault.decrypt(place, blob)).toBe('kept')
    })
  },
)

describe('a key store that was reset', () => {
  test('is "identity-changed" once it was asked; protecting anew repairs it', async () => {
    const { vault, secretStore, withRecovery } = await osVault()
    secretStore.replaceKey()
    await vault.unlockAutomatically()
    const status = await vault.status()
    expect(status.state).toBe('identity-changed')
    expect(status.message).toContain('no longer has the key')
    const open = await vault.unlock(withRecovery)
    expect(open.remedies.join(' ')).toContain('anew')
    expect((await vault.addOsProtector()).remedies).toEqual([])
    await vault.lock()
    expect((await vault.unlock({ with: 'os' })).state).toBe('ready')
  })
})

describe('a key store that is busy for a moment', () => {
  test('is said to be so, with a time for the next try', async () => {
    const { vault, secretStore } = await osVault()
    secretStore.mode = 'temporary'
    const problem = await expectProblem('VAULT_UNAVAILABLE', () => vault.unlock({ with: 'os' }))
    expect(problem.details.retryAfterMs).toBeGreaterThan(0)
    expect(problem.message).toContain('Nothing is lost')
    secretStore.mode = 'works'
    expect((await vault.unlock({ with: 'os' })).state).toBe('ready')
  })

  test('that never answers holds up neither the status nor the other protectors', async () => {
    const { vault, secretStore, withRecovery } = await osVault(PASSPHRASE)
    secretStore.mode = 'hangs'
    await vault.unlockAutomatically()
    const status = await vault.status()
    expect(status.state).toBe('os-unavailable')
    expect(status.osProtector.reason).toContain('not answered yet')
    expect((await vault.unlock({ with: 'passphrase', passphrase: PASSPHRASE })).state).toBe('ready')
    await vault.lock()
    expect((await vault.unlock(withRecovery)).state).toBe('ready')
  })
})

describe('a key store that protects nothing', () => {
  const unprotected: OsSecretAvailability = {
    kind: 'unprotected',
    backend: 'gnome_libsecret',
    identity: 'keyhold',
    reason: 'A fixed key was used.',
  }

  test('is refused for a new vault and as an additional protector, and nothing is stored', async () => {
    const secretStore = new FakeSecretStore()
    secretStore.available = { ...unprotected, backend: 'basic_text' }
    const { vault, store } = testVault({ secretStore })
    const status = await vault.status()
    expect(status.osProtector).toEqual({
      available: false,
      reason: 'A fixed key was used.',
      backend: 'basic_text',
    })
    const problem = await expectProblem('VAULT_UNAVAILABLE', () => vault.initialise({ passphrase: null, useOs: true }))
    expect(problem.details.remedies).toContain('Use a passphrase instead.')
    await expectProblem('VAULT_UNAVAILABLE', () => vault.initialise({ passphrase: PASSPHRASE, useOs: true }))
    expect(stored(store)).toEqual({ vault: [], protectors: [] })
    await vault.initialise({ passphrase: PASSPHRASE, useOs: false })
    const before = stored(store)
    await expectProblem('VAULT_UNAVAILABLE', () => vault.addOsProtector())
    expect(stored(store)).toEqual(before)
  })

  test('never stays as the only protector', async () => {
    const { vault, secretStore } = await osVault(PASSPHRASE)
    await vault.unlock({ with: 'os' })
    await vault.removeProtector('recovery')
    secretStore.available = unprotected
    await expectProblem('IN_USE', () => vault.removeProtector('passphrase'))
    secretStore.available = working
    expect((await vault.removeProtector('passphrase')).protectors.map(({ kind }) => kind)).toEqual(['os'])
  })

  test('and is the only protector: does not open by itself, opens on request, and asks for a passphrase', async () => {
    const { vault, secretStore, again } = await osVault()
    await vault.unlock({ with: 'os' })
    await vault.removeProtector('recovery')
    vault.close()
    secretStore.available = unprotected
    const restarted = again()
    await restarted.unlockAutomatically()
    const status = await restarted.status()
    expect(status.state).toBe('unprotected')
    expect(status.remedies.join(' ')).toContain('set a passphrase')
    await expectProblem('VAULT_LOCKED', () => restarted.requireReady())
    const open = await restarted.unlock({ with: 'os' })
    expect(open.state).toBe('ready')
    expect(open.remedies).toContain('Set a passphrase now.')
    expect((await restarted.setPassphrase({ current: null, next: PASSPHRASE })).remedies.join(' ')).toContain('remove')
    expect((await restarted.removeProtector('os')).protectors.map(({ kind }) => kind)).toEqual(['passphrase'])
  })
})

describe('a key store that fails while it is made a protector', () => {
  test.each(['refuses', 'returns-garbage', 'returns-another-key', 'temporary', 'throws'] as const)(
    'because it %s leaves everything as it was',
    async (behaviour) => {
      const secretStore = new FakeSecretStore()
      const { vault, store } = testVault({ secretStore })
      await vault.initialise({ passphrase: PASSPHRASE, useOs: true })
      const before = stored(store)
      secretStore.mode = behaviour
      await expectProblem('VAULT_UNAVAILABLE', () => vault.addOsProtector())
      expect(stored(store)).toEqual(before)
      secretStore.mode = 'works'
      await vault.lock()
      expect((await vault.unlock({ with: 'os' })).state).toBe('ready')
    },
  )

  test('makes no vault', async () => {
    const secretStore = new FakeSecretStore()
    secretStore.mode = 'returns-another-key'
    const { vault, store } = testVault({ secretStore })
    await expectProblem('VAULT_UNAVAILABLE', () => vault.initialise({ passphrase: PASSPHRASE, useOs: true }))
    expect(stored(store)).toEqual({ vault: [], protectors: [] })
  })
})

describe('the OS as the last protector', () => {
  test('must really open before another one goes', async () => {
    const { vault, secretStore, store } = await osVault()
    await vault.unlock({ with: 'os' })
    const before = stored(store)
    for (const behaviour of ['refuses', 'returns-garbage', 'returns-another-key', 'temporary', 'hangs'] as const) {
      secretStore.mode = behaviour
      await expectProblem('IN_USE', () => vault.removeProtector('recovery'))
    }
    expect(stored(store)).toEqual(before)
  })

  test('with damaged parameters is lost, said so, and left as it is', async () => {
    const { vault, store } = await osVault()
    await vault.unlock({ with: 'os' })
    await vault.removeProtector('recovery')
    store.db.exec("UPDATE vault_protectors SET parameters = '{}'")
    const before = stored(store)
    expect((await vault.lock()).state).toBe('key-lost')
    await expectProblem('VAULT_UNAVAILABLE', () => vault.unlock({ with: 'os' }))
    await expectProblem('CONFLICT', () => vault.initialise({ passphrase: PASSPHRASE, useOs: false }))
    expect(stored(store)).toEqual(before)
  })
})

describe('a host without a key store', () => {
  test('opens a vault of the desktop host with its other protectors', async () => {
    const { again, blob, withRecovery } = await osVault()
    const vault = again({ secretStore: null })
    await vault.unlockAutomatically()
    expect((await vault.status()).state).toBe('locked')
    await expectProblem('UNSUPPORTED', () => vault.unlock({ with: 'os' }))
    await vault.unlock(withRecovery)
    expect(vault.decrypt(place, blob)).toBe('kept')
    await expectProblem('UNSUPPORTED', () => vault.addOsProtector())
  })

  test('says where a vault opens that only the operating system protects', async () => {
    const { vault, again } = await osVault()
    await vault.unlock({ with: 'os' })
    await vault.removeProtector('recovery')
    const elsewhere = again({ secretStore: null })
    const status = await elsewhere.status()
    expect(status.state).toBe('os-unavailable')
    expect(status.remedies).toContain('Open the workspace in the desktop application.')
    await expectProblem('VAULT_UNAVAILABLE', () => elsewhere.requireReady())
  })
})
