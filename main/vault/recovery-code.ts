import { createHash, hkdfSync, randomBytes } from 'node:crypto'
import { invalidField } from '../../shared/problems.ts'
import { KEY_LENGTH } from './cipher.ts'

/** Crockford base32: no I, L, O, U, so that a printed code is read one way only. https://www.crockford.com/base32.html */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const BITS_PER_CHARACTER = 5
const SECRET_BYTES = 20
const SECRET_CHARACTERS = (SECRET_BYTES * 8) / BITS_PER_CHARACTER
const CHECK_CHARACTERS = 4
const LENGTH = SECRET_CHARACTERS + CHECK_CHARACTERS
const GROUP = 6

/** 160 random bits, to be shown once with {@link formatRecoveryCode}. */
export function mintRecoverySecret(): Buffer {
  return randomBytes(SECRET_BYTES)
}

/** `XXXXXX-XXXXXX-XXXXXX-XXXXXX-XXXXXX-XXXXXX`: 160 bits and a checksum of 20. */
export function formatRecoveryCode(secret: Buffer): string {
  const characters = encode(secret) + checksum(secret)
  return (characters.match(new RegExp(`.{${GROUP}}`, 'g')) ?? []).join('-')
}

/**
 * Reads a code as people write it: any case, spaces and dashes anywhere, I and L for 1, O for 0.
 * A slip of the pen throws {@link Problem} INVALID_INPUT, so that it is told from a code of another vault.
 */
export function parseRecoveryCode(code: string): Buffer {
  const characters = code
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Dash_Punctuation}\u2212]/gu, '')
    .replace(/[IL]/g, '1')
    .replaceAll('O', '0')
  const strange = [...characters].find((character) => !ALPHABET.includes(character))
  if (strange !== undefined) {
    throw slip('The recovery code contains a character that no recovery code has.')
  }
  if (characters.length !== LENGTH) {
    throw slip(`A recovery code has ${LENGTH} letters and digits; this one has ${characters.length}.`)
  }
  const secret = decode(characters.slice(0, SECRET_CHARACTERS))
  if (checksum(secret) !== characters.slice(SECRET_CHARACTERS)) {
    throw slip('The recovery code has a typing mistake: its check characters do not match.')
  }
  return secret
}

/** The key that wraps the vault key. 160 random bits need no slow derivation. */
export function deriveFromRecovery(secret: Buffer, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, 'keyhold/v1/recovery', KEY_LENGTH))
}

function slip(message: string) {
  return invalidField('recoveryCode', message, ['Compare it with your printed copy, group by group.'])
}

function checksum(secret: Buffer): string {
  const digest = createHash('sha256').update('keyhold/v1/recovery-check').update(secret).digest()
  return encode(digest).slice(0, CHECK_CHARACTERS)
}

function encode(bytes: Buffer): string {
  let characters = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= BITS_PER_CHARACTER) {
      bits -= BITS_PER_CHARACTER
      characters += ALPHABET.charAt((held >> bits) & 31)
      held &= (1 << bits) - 1
    }
  }
  return characters
}

function decode(characters: string): Buffer {
  const bytes: number[] = []
  let bits = 0
  let held = 0
  for (const character of characters) {
    held = (held << BITS_PER_CHARACTER) | ALPHABET.indexOf(character)
    bits += BITS_PER_CHARACTER
    if (bits >= 8) {
      bits -= 8
      bytes.push(held >> bits)
      held &= (1 << bits) - 1
    }
  }
  return Buffer.from(bytes)
}
