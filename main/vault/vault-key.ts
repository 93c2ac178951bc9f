import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { invalidField, Problem } from '../../shared/problems.ts'
import { binding, KEY_LENGTH, open, SealError, seal } from './cipher.ts'
import type { SecretPlace } from './secrets.ts'

/** The key id in every secret row. A second vault key of the same vault would get the next number. */
const KEY_ID = 1
const CHECK_TEXT = Buffer.from('keyhold vault check', 'utf8')

/** The open vault key: the only thing that seals and opens secrets. It takes the bytes over and wipes them. */
export class VaultKey {
  readonly #bytes: Buffer
  readonly #fingerprintKey: Buffer
  readonly #vaultId: string
  #wiped = false

  /** `bytes` (32) belongs to this object from here on. */
  constructor(bytes: Buffer, vaultId: string) {
    if (bytes.length !== KEY_LENGTH) throw new RangeError(`A vault key has ${KEY_LENGTH} bytes.`)
    this.#bytes = bytes
    this.#vaultId = vaultId
    this.#fingerprintKey = Buffer.from(hkdfSync('sha256', bytes, vaultId, 'keyhold/v1/fingerprint', KEY_LENGTH))
  }

  encrypt(place: SecretPlace, plaintext: string): Buffer {
    // UTF-8 has no place for half a surrogate pair: it would come back as another character.
    if (!plaintext.isWellFormed()) {
      throw invalidField('secret', 'The secret contains a broken character. Copy it again from its source.')
    }
    const plain = Buffer.from(plaintext, 'utf8')
    try {
      return seal(this.#use(), KEY_ID, this.#bindingOf(place), plain)
    } finally {
      plain.fill(0)
    }
  }

  /** Throws {@link Problem} SECRET_UNREADABLE. */
  decrypt(place: SecretPlace, blob: Buffer): string {
    const key = this.#use()
    let plain: Buffer
    try {
      plain = open(key, KEY_ID, this.#bindingOf(place), blob)
    } catch (error) {
      throw unreadable(error)
    }
    const text = plain.toString('utf8')
    plain.fill(0)
    return text
  }

  /** 32 bytes. */
  fingerprint(plaintext: string): Buffer {
    this.#use()
    return createHmac('sha256', this.#fingerprintKey).update(plaintext, 'utf8').digest()
  }

  makeCheckValue(): Buffer {
    return seal(this.#use(), KEY_ID, binding('vault-check', this.#vaultId), CHECK_TEXT)
  }

  /** Whether this is the key that made the check value. */
  passes(checkValue: Buffer): boolean {
    const key = this.#use()
    try {
      return open(key, KEY_ID, binding('vault-check', this.#vaultId), checkValue).equals(CHECK_TEXT)
    } catch (error) {
      if (error instanceof SealError) return false
      throw error
    }
  }

  equals(bytes: Buffer): boolean {
    return bytes.length === KEY_LENGTH && timingSafeEqual(this.#use(), bytes)
  }

  /** A copy for wrapping. Whoever takes it wipes it. */
  copy(): Buffer {
    const bytes = Buffer.alloc(KEY_LENGTH)
    this.#use().copy(bytes)
    return bytes
  }

  wipe(): void {
    this.#wiped = true
    this.#bytes.fill(0)
    this.#fingerprintKey.fill(0)
  }

  /** A key of zeros would still encrypt. Work that was under way when the vault was locked must end here instead. */
  #use(): Buffer {
    if (!this.#wiped) return this.#bytes
    throw new Problem('VAULT_LOCKED', 'The vault was locked in the meantime.', {
      remedies: ['Unlock it and try again.'],
    })
  }

  #bindingOf(place: SecretPlace): Buffer {
    return binding(this.#vaultId, place.table, place.row, place.field)
  }
}

const unreadableCauses = {
  format: 'What is stored is cut off, or was written in a format this version does not know.',
  'key-id': 'It was encrypted with another key than the one this vault holds.',
  authentication: 'The vault key is right, but the stored bytes were damaged or moved here from another place.',
} as const

function unreadable(error: unknown): unknown {
  if (!(error instanceof SealError)) return error
  return new Problem(
    'SECRET_UNREADABLE',
    'This secret is stored but cannot be decrypted. It is kept as it is.',
    {
      cause: unreadableCauses[error.reason],
      remedies: [
        'Enter the secret again; only this one is affected.',
        'Or restore the workspace database from a backup made before the damage.',
      ],
    },
    { cause: error },
  )
}
