import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** First byte of everything sealed here. A new layout gets a new number; old numbers stay readable. */
const FORMAT = 1
const HEADER_LENGTH = 2
const NONCE_LENGTH = 12
const TAG_LENGTH = 16
const CIPHER = 'aes-256-gcm'
// Without the explicit length Node accepts tags cut down to 4 bytes.
const options = { authTagLength: TAG_LENGTH } as const

export const KEY_LENGTH = 32

/** Why sealed bytes did not open. `format` and `key-id` are seen before any decryption. */
export class SealError extends Error {
  override readonly name = 'SealError'
  readonly reason: 'format' | 'key-id' | 'authentication'

  constructor(reason: SealError['reason'], options?: ErrorOptions) {
    super(`The sealed bytes did not open (${reason}).`, options)
    this.reason = reason
  }
}

/** What sealed bytes are bound to, encoded so that no two lists of parts give the same bytes. */
export function binding(...parts: readonly (string | number)[]): Buffer {
  return Buffer.from(JSON.stringify(['keyhold/v1', ...parts]), 'utf8')
}

/**
 * AES-256-GCM: `format (1) | key id (1) | nonce (12) | ciphertext | tag (16)`.
 * The nonce is random: one key may seal 2^32 messages (NIST SP 800-38D, 8.3), far more than a vault holds.
 */
export function seal(key: Buffer, keyId: number, bound: Buffer, plain: Buffer): Buffer {
  const sealed = Buffer.allocUnsafe(HEADER_LENGTH + NONCE_LENGTH + plain.length + TAG_LENGTH)
  sealed[0] = FORMAT
  sealed[1] = keyId
  const nonce = randomBytes(NONCE_LENGTH)
  const cipher = createCipheriv(CIPHER, key, nonce, options)
  cipher.setAAD(bound)
  const text = cipher.update(plain)
  cipher.final()
  nonce.copy(sealed, HEADER_LENGTH)
  text.copy(sealed, HEADER_LENGTH + NONCE_LENGTH)
  cipher.getAuthTag().copy(sealed, sealed.length - TAG_LENGTH)
  return sealed
}

/** Opens what {@link seal} made with the same key, key id and binding. Throws {@link SealError}. */
export function open(key: Buffer, keyId: number, bound: Buffer, sealed: Buffer): Buffer {
  if (sealed.length < HEADER_LENGTH + NONCE_LENGTH + TAG_LENGTH || sealed[0] !== FORMAT) throw new SealError('format')
  if (sealed[1] !== keyId) throw new SealError('key-id')
  const textStart = HEADER_LENGTH + NONCE_LENGTH
  const tagStart = sealed.length - TAG_LENGTH
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(HEADER_LENGTH, textStart), options)
  decipher.setAAD(bound)
  decipher.setAuthTag(sealed.subarray(tagStart))
  const plain = decipher.update(sealed.subarray(textStart, tagStart))
  try {
    decipher.final()
  } catch (error) {
    plain.fill(0)
    throw new SealError('authentication', { cause: error })
  }
  return plain
}
