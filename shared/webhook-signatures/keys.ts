import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { strictBase64, strictHex } from './digests.ts'
import type { Key, MacKey } from './types.ts'

export function macKey(bytes: Buffer): MacKey {
  return { kind: 'mac', bytes, handle: createSecretKey(bytes) }
}

/** The text itself, as UTF-8. */
export function textKey(secret: string): Key | null {
  return secret === '' ? null : macKey(Buffer.from(secret, 'utf8'))
}

/**
 * A Standard Webhooks secret: `whsec_` (optional) and base64 of a symmetric key; `whpk_` and base64 of a public
 * ed25519 key; `whsk_` and base64 of its seed, or of seed and public key. Any length above zero is taken for symmetric
 * keys, as the reference library does, though the specification asks for 24 to 64 bytes.
 */
export function standardKey(secret: string): Key | null {
  if (secret.startsWith('whpk_')) return ed25519Public(strictBase64(secret.slice(5)))
  if (secret.startsWith('whsk_')) return ed25519Private(strictBase64(secret.slice(5)))
  const bytes = strictBase64(secret.startsWith('whsec_') ? secret.slice(6) : secret)
  return bytes === null || bytes.length === 0 ? null : macKey(bytes)
}

/** Hexadecimal: 32 bytes are the public key (what Discord shows), 64 are seed and public key, for signing. */
export function discordKey(secret: string): Key | null {
  const bytes = strictHex(secret)
  if (bytes?.length === 32) return ed25519Public(bytes)
  return bytes?.length === 64 ? ed25519Private(bytes) : null
}

/** DER in base64, with or without the lines of PEM: a public P-256 key, or the private one (PKCS 8) for signing. */
export function sendgridKey(secret: string): Key | null {
  const bytes = strictBase64(secret.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, ''))
  if (bytes === null || bytes.length === 0) return null
  const privateKey = attempt(() => createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' }))
  const publicKey = attempt(() =>
    privateKey === null ? createPublicKey({ key: bytes, format: 'der', type: 'spki' }) : createPublicKey(privateKey),
  )
  if (publicKey === null || publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return null
  return { kind: 'ecdsa', publicKey, privateKey }
}

/**
 * Whether a text is the public half of a key pair in one of the forms senders show: `whpk_`, 64 hexadecimal digits
 * (Discord), PEM, or DER in base64 (SendGrid). Whoever knows it may be anybody. 32 random bytes in hexadecimal look the
 * same.
 */
export function readsAsPublicKey(secret: string): boolean {
  const text = secret.trim()
  if (text.startsWith('whpk_') || /^[0-9a-f]{64}$/i.test(text) || text.includes('PUBLIC KEY-----')) return true
  const bytes = strictBase64(text.replace(/\s+/g, ''))
  if (bytes === null || bytes.length === 0) return false
  return attempt(() => createPublicKey({ key: bytes, format: 'der', type: 'spki' })) !== null
}

function ed25519Public(bytes: Buffer | null): Key | null {
  if (bytes?.length !== 32) return null
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }
  const publicKey = attempt(() => createPublicKey({ key: jwk, format: 'jwk' }))
  return publicKey === null ? null : { kind: 'ed25519', publicKey, privateKey: null }
}

/** PKCS 8 of an ed25519 seed, up to the seed (RFC 8410). */
const SEED_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

function ed25519Private(bytes: Buffer | null): Key | null {
  if (bytes === null || (bytes.length !== 32 && bytes.length !== 64)) return null
  const der = Buffer.concat([SEED_HEAD, bytes.subarray(0, 32)])
  const privateKey = attempt(() => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
  if (privateKey === null) return null
  const publicKey = createPublicKey(privateKey)
  // A second half that belongs to another seed means that two keys were pasted together.
  if (bytes.length === 64 && rawPublicKey(publicKey) !== bytes.subarray(32).toString('base64url')) return null
  return { kind: 'ed25519', publicKey, privateKey }
}

/** Base64url of the 32 bytes of an ed25519 public key. */
export function rawPublicKey(key: KeyObject): string {
  return key.export({ format: 'jwk' }).x ?? ''
}

function attempt<T>(make: () => T): T | null {
  try {
    return make()
  } catch {
    return null
  }
}
