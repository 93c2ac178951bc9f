import { createHash, createHmac, sign as signBytes, timingSafeEqual, verify as verifyBytes } from 'node:crypto'
import type { Key, MacForm, MacKey, Part } from './types.ts'

export const hmac = {
  sha1Hex: { construction: 'hmac', algorithm: 'sha1', encoding: 'hex' },
  sha1Base64: { construction: 'hmac', algorithm: 'sha1', encoding: 'base64' },
  sha256Hex: { construction: 'hmac', algorithm: 'sha256', encoding: 'hex' },
  sha256Base64: { construction: 'hmac', algorithm: 'sha256', encoding: 'base64' },
  sha512Hex: { construction: 'hmac', algorithm: 'sha512', encoding: 'hex' },
  sha512Base64: { construction: 'hmac', algorithm: 'sha512', encoding: 'base64' },
} as const satisfies Record<string, MacForm>

/** SHA-256 of secret and message. */
export const secretFirstHex: MacForm = { construction: 'secret-first', algorithm: 'sha256', encoding: 'hex' }
export const plainSecret: MacForm = { construction: 'plain', algorithm: 'sha256', encoding: 'hex' }

export function digestOf(form: MacForm, key: MacKey, parts: readonly Part[]): Buffer {
  if (form.construction === 'plain') return key.bytes
  const hash =
    form.construction === 'hmac' ? createHmac(form.algorithm, key.handle) : createHash(form.algorithm).update(key.bytes)
  for (const part of parts) {
    if (typeof part === 'string') hash.update(part, 'utf8')
    else hash.update(part)
  }
  return hash.digest()
}

/** The digest as the scheme writes it. */
export function digestText(form: MacForm, key: MacKey, parts: readonly Part[]): Buffer {
  const digest = digestOf(form, key, parts)
  return form.construction === 'plain' ? digest : Buffer.from(digest.toString(form.encoding), 'latin1')
}

/** Constant time for texts of one length; the length of a signature is no secret. */
export function equalBytes(expected: Uint8Array, presented: Uint8Array): boolean {
  return expected.length === presented.length && timingSafeEqual(expected, presented)
}

/** Headers arrive as Latin-1 text: one byte for each character. */
export function headerBytes(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

/** Whether an asymmetric signature belongs to the message. False for whatever cannot be read. */
export function verifiesWith(
  key: Exclude<Key, { kind: 'mac' }>,
  parts: readonly Part[],
  signature: Uint8Array,
): boolean {
  try {
    const message = joined(parts)
    return key.kind === 'ed25519'
      ? signature.length === 64 && verifyBytes(null, message, key.publicKey, signature)
      : verifyBytes('sha256', message, key.publicKey, signature)
  } catch {
    return false
  }
}

/** Null without a private key. */
export function signedWith(key: Exclude<Key, { kind: 'mac' }>, parts: readonly Part[]): Buffer | null {
  if (key.privateKey === null) return null
  return signBytes(key.kind === 'ed25519' ? null : 'sha256', joined(parts), key.privateKey)
}

function joined(parts: readonly Part[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part)))
}

/** Bytes of base64 with padding and nothing else, or null: Buffer.from alone reads any text as something. */
export function strictBase64(text: string): Buffer | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}

export function strictHex(text: string): Buffer | null {
  return text.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(text) ? Buffer.from(text, 'hex') : null
}

/** Which HMAC has a text of this form; null for texts that are none. Hexadecimal and base64 never have the same length. */
export function macFormOfLength(text: string): MacForm | null {
  switch (text.length) {
    case 40:
      return hmac.sha1Hex
    case 28:
      return hmac.sha1Base64
    case 64:
      return hmac.sha256Hex
    case 44:
      return hmac.sha256Base64
    case 128:
      return hmac.sha512Hex
    case 88:
      return hmac.sha512Base64
    default:
      return null
  }
}
