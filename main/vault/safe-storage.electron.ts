import type { SafeStorage } from 'electron'
import { type OsSecretAvailability, type OsSecretStore, OsSecretStoreError } from '../host.ts'

type AsyncSafeStorage = Pick<
  SafeStorage,
  'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
>

/**
 * Electron's `safeStorage`, or an older one: the asynchronous calls exist since Electron 42, and
 * `getSelectedStorageBackend` on Linux only.
 */
export type SafeStorageLike = Partial<AsyncSafeStorage>

export interface SafeStorageOptions {
  readonly safeStorage: SafeStorageLike
  /**
   * Everything the key of the store hangs on: the application's name (macOS, Linux) and its `userData` folder
   * (Windows keeps the key there). If it changes, the store answers with another key without saying so.
   */
  readonly identity: string
  readonly platform: NodeJS.Platform
}

const LINUX_KEYRINGS: readonly string[] = ['gnome_libsecret', 'kwallet', 'kwallet5', 'kwallet6']
/** How Chromium's os_crypt begins what it encrypts with the key built into every copy (Linux, without a keyring). */
const BUILT_IN_KEY_PREFIX = 'v10'
const TRIAL_TEXT = 'keyhold trial'

/**
 * The key store of the operating system over Electron's asynchronous `safeStorage`. Call it after `app` is ready.
 *
 * On Linux "available" means nothing: without a keyring Chromium falls back to a key that is the same everywhere.
 * So both the backend it names and a trial encryption must speak for a keyring. A backend it does not name counts
 * as unprotected. Read from Electron's source and tested against a double; not seen on each real desktop.
 */
export function createSafeStorageStore(options: SafeStorageOptions): OsSecretStore {
  const { safeStorage, identity, platform } = options
  const encrypt = safeStorage.encryptStringAsync?.bind(safeStorage)
  const decrypt = safeStorage.decryptStringAsync?.bind(safeStorage)
  const isAvailable = safeStorage.isAsyncEncryptionAvailable?.bind(safeStorage)
  if (encrypt === undefined || decrypt === undefined || isAvailable === undefined) return withoutAsyncCalls

  const linuxAvailability = async (): Promise<OsSecretAvailability> => {
    const trial = await encrypt(TRIAL_TEXT)
    const backend = safeStorage.getSelectedStorageBackend?.() || 'unknown'
    if (!LINUX_KEYRINGS.includes(backend)) {
      return { kind: 'unprotected', backend, identity, reason: 'No keyring was found for this session.' }
    }
    if (usesBuiltInKey(trial)) {
      const reason = 'The keyring did not answer, and a key that is the same on every computer was used instead.'
      return { kind: 'unprotected', backend, identity, reason }
    }
    return { kind: 'protected', backend, identity }
  }

  const availability = async (): Promise<OsSecretAvailability> => {
    try {
      if (!(await isAvailable())) return unavailable(true, 'The key store of the operating system is not ready yet.')
      if (platform !== 'linux') return { kind: 'protected', backend: backendOf(platform), identity }
      return await linuxAvailability()
    } catch (error) {
      return unavailable(isTemporary(error), messageOf(error))
    }
  }

  return {
    availability,
    async wrap(plain) {
      try {
        const wrapped = await encrypt(plain.toString('base64'))
        if (platform !== 'linux' || !usesBuiltInKey(wrapped)) return wrapped
      } catch (error) {
        throw storeError(error)
      }
      throw new OsSecretStoreError('temporary', 'The keyring stopped answering before the vault key was protected.')
    },
    async unwrap(wrapped) {
      try {
        const { result, shouldReEncrypt } = await decrypt(wrapped)
        return { plain: Buffer.from(result, 'base64'), rewrap: shouldReEncrypt }
      } catch (error) {
        throw storeError(error)
      }
    },
  }
}

/**
 * Electron says "ask again later" in the message alone ("… is temporarily unavailable. Please try again.", in
 * electron_api_safe_storage.cc); the property its documentation names does not exist.
 */
export function isTemporary(error: unknown): boolean {
  return /temporarily unavailable|try again/i.test(messageOf(error))
}

const withoutAsyncCalls: OsSecretStore = {
  availability: async () => unavailable(false, 'This Electron is older than 42 and has no asynchronous safeStorage.'),
  wrap: async () => {
    throw new OsSecretStoreError('temporary', 'This Electron has no asynchronous safeStorage.')
  },
  unwrap: async () => {
    throw new OsSecretStoreError('temporary', 'This Electron has no asynchronous safeStorage.')
  },
}

function backendOf(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return 'keychain'
  return platform === 'win32' ? 'dpapi' : platform
}

function usesBuiltInKey(encrypted: Buffer): boolean {
  return encrypted.subarray(0, BUILT_IN_KEY_PREFIX.length).toString('latin1') === BUILT_IN_KEY_PREFIX
}

function unavailable(temporary: boolean, reason: string): OsSecretAvailability {
  return { kind: 'unavailable', temporary, reason }
}

function storeError(error: unknown): OsSecretStoreError {
  return new OsSecretStoreError(isTemporary(error) ? 'temporary' : 'refused', messageOf(error), { cause: error })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
