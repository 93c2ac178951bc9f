import type { SafeStorage } from 'electron'
import { describe, expect, test } from 'vitest'
import { OsSecretStoreError } from '../../../main/host.ts'
import { createSafeStorageStore, isTemporary, type SafeStorageLike } from '../../../main/vault/safe-storage.electron.ts'

type AsyncCalls = Pick<SafeStorage, 'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync'>
type Backend = ReturnType<SafeStorage['getSelectedStorageBackend']>

/** Electron's asynchronous `safeStorage` with a cipher that only reverses; `satisfies` keeps it in step with Electron. */
function double(options: { prefix?: string; backend?: Backend; initialised?: boolean; rotate?: boolean } = {}) {
  const { prefix = 'v11', backend, initialised = true, rotate = false } = options
  const calls = {
    isAsyncEncryptionAvailable: async () => initialised,
    encryptStringAsync: async (text: string) => Buffer.from(prefix + [...text].reverse().join('')),
    decryptStringAsync: async (encrypted: Buffer) => {
      const text = encrypted.toString()
      if (!text.startsWith(prefix)) throw new Error('Error while decrypting the ciphertext provided.')
      return { result: [...text.slice(prefix.length)].reverse().join(''), shouldReEncrypt: rotate }
    },
  } satisfies AsyncCalls
  return backend === undefined ? calls : { ...calls, getSelectedStorageBackend: () => backend }
}

function storeOver(safeStorage: SafeStorageLike, platform: NodeJS.Platform = 'linux') {
  return createSafeStorageStore({ safeStorage, identity: 'keyhold', platform })
}

describe('the key store over safeStorage', () => {
  const key = Buffer.from(Array.from({ length: 64 }, (_, index) => (index * 37) % 256))

  test.each([
    ['darwin', 'keychain'],
    ['win32', 'dpapi'],
  ] as const)('on %s is protected by %s', async (platform, backend) => {
    expect(await storeOver(double({ prefix: 'v10' }), platform).availability()).toEqual({
      kind: 'protected',
      backend,
      identity: 'keyhold',
    })
  })

  test.each(['gnome_libsecret', 'kwallet', 'kwallet5', 'kwallet6'] as const)(
    'on Linux with %s is protected',
    async (backend) => {
      expect(await storeOver(double({ backend })).availability()).toEqual({
        kind: 'protected',
        backend,
        identity: 'keyhold',
      })
    },
  )

  test.each(['basic_text', 'unknown'] as const)(
    'on Linux with %s is unprotected, whatever else it says',
    async (backend) => {
      expect(await storeOver(double({ backend })).availability()).toMatchObject({ kind: 'unprotected', backend })
    },
  )

  test('on Linux with a backend it does not name is unprotected', async () => {
    expect(await storeOver(double()).availability()).toMatchObject({ kind: 'unprotected', backend: 'unknown' })
  })

  test('on Linux that encrypts with the built-in key is unprotected, though it names a keyring', async () => {
    const store = storeOver(double({ backend: 'gnome_libsecret', prefix: 'v10' }))
    expect(await store.availability()).toMatchObject({ kind: 'unprotected', backend: 'gnome_libsecret' })
    await expect(store.wrap(key)).rejects.toThrow(OsSecretStoreError)
  })

  test('gives back what it wrapped, and passes on the wish for a new wrap', async () => {
    const store = storeOver(double({ backend: 'kwallet6', rotate: true }))
    expect(await store.unwrap(await store.wrap(key))).toEqual({ plain: key, rewrap: true })
  })

  test('tells "ask again later" from "cannot decrypt"', async () => {
    const fails = (message: string) =>
      storeOver({
        ...double({ backend: 'kwallet6' }),
        decryptStringAsync: async () => {
          throw new Error(message)
        },
      }).unwrap(Buffer.from('v11'))
    await expect(
      fails('safeStorage.decryptStringAsync is temporarily unavailable. Please try again.'),
    ).rejects.toMatchObject({ kind: 'temporary' })
    await expect(
      fails('Error while decrypting the ciphertext provided to safeStorage.decryptStringAsync.'),
    ).rejects.toMatchObject({ kind: 'refused' })
    expect(isTemporary('temporarily unavailable')).toBe(true)
    expect(isTemporary(undefined)).toBe(false)
  })

  test('that is not initialised yet is temporarily unavailable', async () => {
    expect(await storeOver(double({ initialised: false }), 'darwin').availability()).toMatchObject({
      kind: 'unavailable',
      temporary: true,
    })
  })

  test('whose trial fails is unavailable with the reason', async () => {
    const safeStorage = {
      ...double({ backend: 'kwallet6' }),
      encryptStringAsync: async () => {
        throw new Error('Error while encrypting the text provided to safeStorage.encryptStringAsync.')
      },
    }
    expect(await storeOver(safeStorage).availability()).toMatchObject({
      kind: 'unavailable',
      temporary: false,
      reason: 'Error while encrypting the text provided to safeStorage.encryptStringAsync.',
    })
  })

  test.each([
    ['all', {}],
    ['one', { isAsyncEncryptionAvailable: double().isAsyncEncryptionAvailable }],
  ])(
    'of an Electron that lacks %s of the asynchronous calls is unavailable and says so',
    async (_some, safeStorage) => {
      const store = storeOver(safeStorage)
      const available = await store.availability()
      expect(available).toMatchObject({ kind: 'unavailable', temporary: false })
      expect(available.kind === 'unavailable' && available.reason).toContain('older than 42')
      await expect(store.wrap(key)).rejects.toThrow(OsSecretStoreError)
      await expect(store.unwrap(key)).rejects.toThrow(OsSecretStoreError)
    },
  )
})
